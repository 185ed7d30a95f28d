import QRCode from 'qrcode';
import { beforeAll, describe, expect, it } from 'vitest';
import { codesIn } from '../../../../extension/core/import/codes-in.ts';
import { readFiles } from '../../../../extension/core/records/importer.ts';
import { cardIssuer, cardKeys } from '../../../fixtures/card-issuer.ts';
import { fileOf, formatOf, planned, remarksOf, stored } from './support.ts';

/** Dots of a square of codes side by side, as a canvas would give them; each module so many dots wide. */
function pictureOf(codes: readonly string[], scale = 3) {
  const made = codes.map((text) => QRCode.create(segmentsOf(text), { errorCorrectionLevel: 'L' }).modules);
  const cell = Math.max(21, ...made.map(({ size }) => size)) + 8;
  const [width, height] = [Math.max(made.length, 1) * cell * scale, cell * scale];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [at, modules] of made.entries()) {
    for (let y = 0; y < modules.size * scale; y++) {
      for (let x = 0; x < modules.size * scale; x++) {
        if (modules.get(Math.floor(y / scale), Math.floor(x / scale)) === 0) continue;
        const dot = 4 * ((y + 4 * scale) * width + x + (at * cell + 4) * scale);
        data.fill(20, dot, dot + 3);
      }
    }
  }
  return { data, width, height };
}
/** As the specification of health cards has it: the beginning as bytes, the digits as a number. */
function segmentsOf(text: string): QRCode.QRCodeSegment[] {
  const [, start = text, digits = ''] = /^(shc:\/(?:\d+\/\d+\/)?)(\d+)$/.exec(text) ?? [];
  const bytes = { mode: 'byte' as const, data: new TextEncoder().encode(start) };
  return digits === '' ? [bytes] : [bytes, { mode: 'numeric', data: digits }];
}

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3);
const LINK = `shlink:/${Buffer.from(JSON.stringify({ url: 'https://h.example/1', key: 'x'.repeat(43) })).toString('base64url')}`;
let whole = '';
let parts: string[] = [];

beforeAll(async () => {
  const card = await cardIssuer('https://issuer.example', cardKeys()).issue({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: 'resource:0', resource: { resourceType: 'Patient', name: [{ family: 'Muster' }] } }],
  });
  [whole = ''] = card.asQRNumeric();
  parts = card.asQRNumeric({ enableChunking: true, maxSingleQRSize: 200 });
});

/** Looks at pictures as the browser would: each file is one of the pictures, by its name. */
const looking = (pictures: Readonly<Record<string, readonly string[]>>) => ({
  codes: ({ name }: { readonly name: string }) => Promise.resolve(codesIn(pictureOf(pictures[name] ?? []))),
});

describe('codes in pictures', () => {
  it('of another implementation are read, several of them too', () => {
    expect(codesIn(pictureOf([whole]))).toEqual([whole]);
    expect(codesIn(pictureOf([LINK, whole], 4)).toSorted()).toEqual([whole, LINK].toSorted());
  });

  it('are not seen where there are none', () => {
    const data = Uint8ClampedArray.from({ length: 4 * 300 * 300 }, (_, at) => (at * 7_919) % 256);
    expect(codesIn({ data, width: 300, height: 300 })).toEqual([]);
    expect(codesIn({ data: new Uint8ClampedArray(4), width: 1, height: 1 })).toEqual([]);
  });

  it('of a health card give what is in it; the picture is kept', async () => {
    const plan = await planned(PNG, 'card.png', looking({ 'card.png': [whole] }));
    expect(formatOf(plan)).toBe('health-card');
    expect(remarksOf(plan)).toEqual(['signature-not-checked']);
    expect(stored(plan)).toMatchObject([{ resourceType: 'Patient' }]);
    expect(plan.items.get('documents')).toMatchObject([{ mediaType: 'image/png' }]);
    expect(plan.report.files[0]?.cards).toEqual([{ issuer: 'https://issuer.example', signature: 'unchecked' }]);
  });

  it('of a card in several parts are put together over several pictures', async () => {
    expect(parts.length).toBeGreaterThan(2);
    const named = Object.fromEntries(parts.map((part, at) => [`${at}.png`, [part]]));
    const files = Object.keys(named).map((name) => ({ file: fileOf(PNG), name, source: name }));
    const read = await readFiles(files, { validate: () => [], ...looking(named) });
    expect(read.flatMap(({ taken }) => taken.map(({ item }) => item.type)).toSorted()).toEqual([
      ...parts.map(() => 'File'),
      'Patient',
    ]);
    const [alone] = await readFiles(files.slice(0, 1), { validate: () => [], ...looking(named) });
    expect(alone).toMatchObject({ remarks: ['card-part'], taken: [{ item: { type: 'File' } }] });
  });

  it('of a health link are said, and nothing is fetched', async () => {
    const plan = await planned(PNG, 'link.png', looking({ 'link.png': [`https://viewer.example/#${LINK}`] }));
    expect(formatOf(plan)).toBe('health-link');
    expect(plan.report.files[0]?.links).toEqual([LINK]);
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
  });

  it('that say something else, or are damaged, leave a picture a picture', async () => {
    for (const codes of [[], ['https://example.org'], ['shc:/1234']]) {
      const plan = await planned(PNG, 'x.png', looking({ 'x.png': codes }));
      expect(formatOf(plan)).toBe('image');
      expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
    }
    expect(formatOf(await planned(PNG, 'x.png'))).toBe('image');
    // What cannot be looked at is a picture all the same, and no more than one.
    const failing = { codes: () => Promise.reject(new Error('no picture')) };
    expect((await planned(PNG, 'x.png', failing)).report).toMatchObject({ kind: 'document', total: 1 });
  });
});
