import { getDocument, GlobalWorkerOptions } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

/** An open PDF document. */
export interface OpenPdf {
  readonly pages: number;
  /** Draws a page, as wide as the canvas is shown. @returns its text */
  draw(page: number, canvas: HTMLCanvasElement): Promise<string>;
  close(): void;
}

/** Opens a PDF in a worker of its own. Scripts in it are not run, and nothing is fetched for it. @throws if it is none, or is locked @public loaded where it is needed */
export async function openPdf(content: Uint8Array): Promise<OpenPdf> {
  GlobalWorkerOptions.workerSrc = workerUrl;
  // It takes the buffer away with it.
  const task = getDocument({
    data: Uint8Array.from(content),
    enableXfa: false,
    useSystemFonts: true,
    disableFontFace: false,
    stopAtErrors: false,
  });
  const document = await task.promise;
  return {
    pages: document.numPages,
    async draw(at, canvas) {
      const page = await document.getPage(at);
      const plain = page.getViewport({ scale: 1 });
      const width = Math.min(2_000, Math.max(600, canvas.clientWidth * devicePixelRatio));
      const viewport = page.getViewport({ scale: width / plain.width });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      await page.render({ canvas, viewport }).promise;
      const { items } = await page.getTextContent();
      return items.map((item) => ('str' in item ? item.str : '')).join(' ');
    },
    close: () => void task.destroy(),
  };
}
