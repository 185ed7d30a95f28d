import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { concat, fromUtf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { type ReadItem } from '../../../../extension/core/deident/deidentify.ts';
import { ResearchManifestSchema } from '../../../../extension/core/deident/manifest.ts';
import { deidentified, writeResearch } from '../../../../extension/core/deident/write-research.ts';
import { canonicalBytes } from '../../../../extension/core/fhir/canonical.ts';
import { made, SHIFT, WHOLE } from './support.ts';

describe('the file', () => {
  const signal = new AbortController().signal;
  async function* source(items: readonly (ReadItem | { left: 'file' | 'unread' })[]) {
    for (const item of items) yield await Promise.resolve(item);
  }
  const written = async (items: Parameters<typeof source>[0]) => {
    const parts: Bytes[] = [];
    const found = await deidentified(source(items), { ...SHIFT, signal });
    await writeResearch(found, { write: (bytes) => Promise.resolve(void parts.push(bytes)) }, { year: 2026, signal });
    return { found, files: unzipSync(concat(...parts)) };
  };

  it('has what was looked at, one file for each type, and says what was done', async () => {
    const { found, files } = await written([
      ...WHOLE.map((resource) => ({ resource })),
      { left: 'file' },
      { left: 'unread' },
    ]);
    const manifest = v.parse(ResearchManifestSchema, JSON.parse(fromUtf8(files['manifest.json'] as Bytes)));
    expect(manifest).toMatchObject({ year: 2026, anonymity: { k: null }, leftOut: { file: 1, unread: 1 } });
    expect(manifest.removed).toHaveLength(18);
    for (const { name, sha256, bytes } of manifest.files) {
      const hash = createHash('sha256').update(files[name]!).digest('hex');
      expect([files[name]!.byteLength, hash]).toEqual([bytes, sha256]);
    }
    const lines = Object.entries(files).flatMap(([name, bytes]) =>
      name.endsWith('.ndjson') ? fromUtf8(bytes).trim().split('\n') : [],
    );
    expect(lines.sort()).toEqual(found.resources.map((one) => fromUtf8(canonicalBytes(one))).sort());
    expect(Object.keys(files).sort()).toEqual(
      [...Object.keys(found.types).map((type) => `${type}.ndjson`), 'README.txt', 'manifest.json'].sort(),
    );
  });

  it('is stopped by the person, at every step', async () => {
    const stop = new AbortController();
    const reading = deidentified(source(WHOLE.map((resource) => ({ resource }))), {
      ...SHIFT,
      signal: stop.signal,
      onRead: (items) => items === 3 && stop.abort(new Error('stopped')),
    });
    await expect(reading).rejects.toThrow('stopped');
    const found = made(WHOLE);
    await expect(
      writeResearch(found, { write: () => Promise.resolve() }, { year: 2026, signal: stop.signal }),
    ).rejects.toThrow('stopped');
  });
});
