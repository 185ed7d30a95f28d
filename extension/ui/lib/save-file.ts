/** Has the browser save a text under a name that the person may change. */
export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser has taken it in hand once this turn is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
