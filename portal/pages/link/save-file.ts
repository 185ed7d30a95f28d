import type { LinkedFile } from '../../../extension/core/import/health-link.ts';

/** Named by nobody: a folder of downloads is seen by others. */
const nameOf = (mediaType: string, index: number): string => {
  const number = index === 0 ? '' : `-${index + 1}`;
  return `health-summary${number}.${/json/i.test(mediaType) ? 'json' : 'bin'}`;
};

/** Has the browser save what a link led to, as it came. */
export function saveFiles(files: readonly LinkedFile[]): void {
  for (const [index, { mediaType, bytes }] of files.entries()) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
    link.download = nameOf(mediaType, index);
    link.click();
    // The browser has taken it in hand once this turn is over.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
