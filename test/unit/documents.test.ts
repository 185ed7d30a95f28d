import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** The parts of a document that are about one thing each: what follows a heading, up to the next. */
const sectionsOf = async (document: string): Promise<string[]> =>
  (await readFile(join(ROOT, 'docs', document), 'utf8')).split(/^#+ /m).slice(1);

/** `file` "name of a test", "the beginning of another…": as docs/THREATS.md and docs/INVARIANTS.md cite tests. */
async function citedIn(document: string): Promise<{ file: string; name: string }[]> {
  const cited: { file: string; name: string }[] = [];
  for (const section of await sectionsOf(document)) {
    let file: string | undefined;
    const text = section.replaceAll(/\s+/g, ' '); // a name may go on in the next line
    for (const [, path, name] of text.matchAll(/`((?:e2e|unit|contracts|firefox)\/[\w./-]+\.(?:ts|sol))`|"([^"]+)"/g)) {
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

it.each(['THREATS.md', 'INVARIANTS.md'])(
  'everything that %s names has a test, or says that it has none',
  async (document) => {
    // A section without a body only holds others.
    const [, ...sections] = (await sectionsOf(document)).filter((section) => section.trim().includes('\n'));
    expect(sections.length).toBeGreaterThan(30);
    const proof = /`(e2e|unit|contracts|firefox|scripts)\/|`npm run check`|Not tested/;
    expect(sections.filter((section) => !proof.test(section))).toEqual([]);
  },
);
