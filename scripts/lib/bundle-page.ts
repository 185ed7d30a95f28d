import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { build, type Rolldown } from 'vite';
import { fhirDefinitions } from '../vite-fhir-definitions.ts';
import { fhirElements } from '../vite-fhir-elements.ts';
import { ROOT } from './paths.ts';

/** A page of our own on this machine: a secure context, with storage that belongs to it alone. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

const HTML = (script: string) =>
  `<!doctype html><meta charset="utf-8"><title>Salus</title><script type="module" src="/${script}"></script>`;

/** Bundles a module and everything it imports, in memory. @returns file name → code; the entry comes first */
async function bundle(entry: string, alias: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const built = (await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [fhirDefinitions(), fhirElements()],
    resolve: { alias },
    publicDir: false,
    build: { write: false, target: 'chrome123', modulePreload: false, rolldownOptions: { input: entry } },
  })) as Rolldown.RolldownOutput;
  const files = built.output.map((file): [name: string, code: string, isEntry: boolean] =>
    file.type === 'chunk' ? [file.fileName, file.code, file.isEntry] : [file.fileName, String(file.source), false],
  );
  files.sort(([, , a], [, , b]) => Number(b) - Number(a));
  return new Map(files.map(([name, code]) => [name, code]));
}

/**
 * Serves an HTML page that runs `entry`, a TypeScript module.
 * @param alias modules to take from elsewhere: import name → file
 */
export async function servePage(entry: string, alias: Readonly<Record<string, string>> = {}): Promise<ServedPage> {
  const files = await bundle(entry, alias);
  const [main] = files.keys();
  if (main === undefined) throw new Error(`${basename(entry)} gave no script`);
  const server = createServer((request, response) => {
    const code = files.get((request.url ?? '/').slice(1));
    response.setHeader('content-type', code === undefined ? 'text/html' : 'text/javascript');
    response.end(code ?? HTML(main));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
