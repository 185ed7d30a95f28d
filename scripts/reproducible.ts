import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { bin, BUILT_EXTENSION, BUILT_FOR_FIREFOX, OUTPUT, ROOT } from './lib/paths.ts';
import { runCommand } from './lib/processes.ts';

/** What is made, not written: a second build makes its own. */
const MADE = new Set(['node_modules', '.output', '.wxt', '.git', 'coverage']);

/** What is built for each browser, and where. */
const BUILDS = { chrome: BUILT_EXTENSION, firefox: BUILT_FOR_FIREFOX };

async function digests(dir: string): Promise<Map<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const list = files.map(async (file): Promise<[string, string]> => {
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return [relative(dir, file), digest];
  });
  return new Map((await Promise.all(list)).sort());
}

/**
 * Builds the extension for each browser a second time, from a copy of the sources in another place, and compares it with the first
 * byte by byte.
 * @returns names of the files that differ or are there once only
 */
async function differences(): Promise<string[]> {
  // The bundler orders modules by where they are. As for anybody who builds, the sources come before the packages.
  const copy = await mkdtemp(join(OUTPUT, 'second-build-'));
  try {
    const written = (await readdir(ROOT)).filter((name) => !MADE.has(name));
    for (const name of written) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const differing: string[] = [];
    for (const [browser, built] of Object.entries(BUILDS)) {
      if ((await runCommand(bin('wxt'), ['build', '-b', browser], { cwd: copy })) !== 0) {
        throw new Error(`the second build for ${browser} failed`);
      }
      const [first, second] = [await digests(built), await digests(join(copy, relative(ROOT, built)))];
      const names = new Set([...first.keys(), ...second.keys()]);
      differing.push(...[...names].filter((n) => first.get(n) !== second.get(n)).map((n) => `${basename(built)}/${n}`));
    }
    return differing;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const names = await differences();
for (const name of names) console.log(`differs: ${name}`);
console.log(names.length === 0 ? 'Two builds are the same, byte by byte.' : `${names.length} files differ.`);
process.exit(names.length === 0 ? 0 : 1);
