import type { Page } from '@playwright/test';

/** What a page has on paper, as the PDF that the browser makes of it says. */
export async function printed(page: Page): Promise<string> {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({ data: Uint8Array.from(await page.pdf()), verbosity: 0 });
  try {
    const paper = await task.promise;
    const sheets = Array.from({ length: paper.numPages }, async (_, i) => {
      const { items } = await (await paper.getPage(i + 1)).getTextContent();
      return items.map((item) => ('str' in item ? item.str : '')).join(' ');
    });
    return (await Promise.all(sheets)).join(' ').replaceAll(/\s+/g, ' ');
  } finally {
    await task.destroy();
  }
}
