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

/** How the name of a file of this type ends; undefined for one that is not known. */
export const endingOf = (mediaType: string): string | undefined =>
  ENDINGS[mediaType.toLowerCase().split(';')[0]?.trim() ?? ''];
