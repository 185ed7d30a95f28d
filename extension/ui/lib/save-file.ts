import { endingOf } from '../../core/export/endings.ts';

/** Has the browser save a file under a name that the person may change. */
export function saveFile(name: string, type: string, content: string | Uint8Array): void {
  const part = typeof content === 'string' ? content : Uint8Array.from(content);
  saveBlob(name, new Blob([part], { type }));
}

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it in hand once this turn is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name for a file that a record calls so: no path, and an ending that says what it is. */
export function fileName(title: string, mediaType: string): string {
  const safe =
    title
      .replaceAll(/[<>:"/\\|?*\p{Cc}\p{Cf}]/gu, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 120) || 'file';
  const ending = endingOf(mediaType);
  return ending === undefined || /\.[A-Za-z0-9]{2,5}$/.test(safe) ? safe : `${safe}.${ending}`;
}
