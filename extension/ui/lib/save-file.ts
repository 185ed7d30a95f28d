/** Has the browser save a file under a name that the person may change. */
export function saveFile(name: string, type: string, content: string | Uint8Array): void {
  const link = document.createElement('a');
  const part = typeof content === 'string' ? content : Uint8Array.from(content);
  link.href = URL.createObjectURL(new Blob([part], { type }));
  link.download = name;
  link.click();
  // The browser has taken it in hand once this turn is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/tiff': 'tiff',
  'application/dicom': 'dcm',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'text/csv': 'csv',
  'text/rtf': 'rtf',
};

/** A name for a file that a record calls so: no path, and an ending that says what it is. */
export function fileName(title: string, mediaType: string): string {
  const safe =
    title
      .replaceAll(/[<>:"/\\|?*\p{Cc}\p{Cf}]/gu, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 120) || 'file';
  const ending = ENDINGS[mediaType.toLowerCase().split(';')[0]?.trim() ?? ''];
  return ending === undefined || /\.[A-Za-z0-9]{2,5}$/.test(safe) ? safe : `${safe}.${ending}`;
}
