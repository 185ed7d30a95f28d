import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { OUTPUT, ROOT } from './paths.ts';

/** Every file of a folder, or the file itself, in order. */
async function filesOf(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined); // a file
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** One digest over names and contents. @param paths files and folders of the project */
async function digestOf(paths: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesOf(join(ROOT, path))) {
      digest.update(`${relative(ROOT, file)}\0`).update(await readFile(file));
    }
  }
  return digest.digest('hex');
}

/** What is built, and from what; both are paths in the project. */
export interface Made {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Builds what is not there, or was built from something else, or was changed since.
 * @returns whether it was built
 */
export async function unlessFresh(made: Made, build: () => Promise<void>): Promise<boolean> {
  const stamp = join(OUTPUT, 'stamps', `${made.name.replaceAll(' ', '-')}.json`);
  const now = async () => JSON.stringify({ from: await digestOf(made.from), to: await digestOf(made.to) });
  const before = await readFile(stamp, 'utf8').catch(() => '');
  if (before === (await now())) return false;
  await build();
  await mkdir(join(OUTPUT, 'stamps'), { recursive: true });
  await writeFile(stamp, await now());
  return true;
}
