import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { OUTPUT, ROOT } from '../../../scripts/lib/paths.ts';

/** The examples of a document as modules. */
export interface Examples {
  /** A project file for the type checker. */
  readonly project: string;
  /** Module that puts `run(name, args)` into its page: calls an example by name. Those that take a client are given one first. */
  readonly page: string;
  /** Modules for a server. */
  readonly server: readonly string[];
}

/** The TypeScript blocks of a document, in order. */
const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block);

/** Name that an example begins with, where others of its document import it: `// name.ts`. */
const nameOf = (block: string): string | undefined => /^\/\/ ([a-z-]+\.ts)\n/.exec(block)?.[1];

/**
 * Writes each example of a document into a module of its own, unchanged but for where the SDK lies: in the documents, beside
 * the file that uses it. One that begins with its name is called that.
 * @param document path in the project
 */
export async function examplesOf(document: string): Promise<Examples> {
  const dir = join(OUTPUT, 'examples', document.replaceAll(/\W/g, '-'));
  const to = (path: string) => relative(dir, join(ROOT, path));
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const inPage: string[] = [];
  const server: string[] = [];
  for (const block of blocksOf(await readFile(join(ROOT, document), 'utf8'))) {
    const isServer = block.includes("/sdk/server.ts'");
    const name = nameOf(block) ?? `example-${inPage.length + server.length + 1}.ts`;
    await writeFile(join(dir, name), block.replaceAll(/'\.\/(?:portal\/)?sdk\//g, `'${to('portal/sdk')}/`));
    if (isServer) server.push(join(dir, name));
    else inPage.push(name);
  }
  const project = join(dir, 'tsconfig.json');
  await writeFile(project, JSON.stringify({ extends: to('tsconfig.json'), include: ['*.ts'], exclude: [] }));
  const page = join(dir, 'all-examples.ts');
  const imports = inPage.map((name, i) => `import * as e${i} from './${name}';`);
  await writeFile(
    page,
    `${imports.join('\n')}
import { findWallet, HealthClient } from '${to('portal/sdk/index.ts')}';
type Example = (...args: unknown[]) => Promise<unknown>;
const examples: Record<string, unknown> = { ${inPage.map((_, i) => `...e${i}`).join(', ')} };
const run = async (name: string, args: unknown[], withClient: boolean): Promise<unknown> =>
  (examples[name] as Example)(...(withClient ? [new HealthClient(await findWallet())] : []), ...args);
Object.assign(window, { run });
`,
  );
  return { project, page, server };
}
