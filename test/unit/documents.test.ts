import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** `file` "name of a test", "the beginning of another…": as docs/THREATS.md and docs/INVARIANTS.md cite tests. */
async function citedIn(document: string): Promise<{ file: string; name: string }[]> {
  const text = await readFile(join(ROOT, 'docs', document), 'utf8');
  const cited: { file: string; name: string }[] = [];
  for (const line of text.split('\n').filter((row) => row.startsWith('|'))) {
    let file: string | undefined;
    for (const [, path, name] of line.matchAll(/`((?:e2e|unit|contracts|firefox)\/[\w./-]+\.(?:ts|sol))`|"([^"]+)"/g)) {
      if (path !== undefined) file = path;
      else if (file !== undefined && name !== undefined) cited.push({ file, name });
    }
  }
  return cited;
}

for (const document of ['THREATS.md', 'INVARIANTS.md']) {
  it(`every test that ${document} names is there`, async () => {
    const cited = await citedIn(document);
    expect(cited.length).toBeGreaterThan(10);
    const missing: string[] = [];
    for (const { file, name } of cited) {
      const tests = await readFile(join(ROOT, 'test', file), 'utf8').catch(() => '');
      // Cited by its beginning; an apostrophe is escaped, or not, as the quotes around it ask.
      const beginning = name.replace(/…$/, '');
      if (!tests.replaceAll("\\'", "'").includes(beginning)) missing.push(`${file} "${name}"`);
    }
    expect(missing).toEqual([]);
  });
}

it('every threat has a test, or says that it has none', async () => {
  const rows = (await readFile(join(ROOT, 'docs/THREATS.md'), 'utf8'))
    .split('\n')
    .filter((row) => /^\| (?!-)/.test(row));
  const bare = rows.slice(1).filter((row) => !/`(e2e|unit|contracts|firefox)\/|not tested/.test(row));
  expect(bare).toEqual([]);
});
