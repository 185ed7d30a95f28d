import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, planned, plannedOrRefused } from './support.ts';

const ascii = (text: string) => Buffer.from(text, 'latin1');
/** DICOM PS3.10, explicit little endian: tag, VR, length, value. */
function dicom(elements: readonly [group: number, element: number, vr: string, value: string][]): Uint8Array {
  const parts = elements.map(([group, element, vr, text]) => {
    const value = text.length % 2 === 0 ? text : `${text} `;
    const head = Buffer.alloc(8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(element, 2);
    head.write(vr, 4, 'latin1');
    head.writeUInt16LE(value.length, 6);
    return Buffer.concat([head, ascii(value)]);
  });
  return Buffer.concat([Buffer.alloc(128), ascii('DICM'), ...parts]);
}

const item = async (content: Uint8Array | Blob, name: string) => {
  const plan = await planned(content, name);
  expect(plan.report).toMatchObject({ kind: 'document', taken: 1, total: 1 });
  return {
    ...[...plan.items.values()].flat()[0],
    section: [...plan.items.keys()][0],
    format: plan.report.files[0]?.format,
  };
};

describe('documents', () => {
  it.each<[string, Uint8Array, string, string, string]>([
    ['a PDF', ascii('%PDF-1.7 x'), 'Befund.PDF', 'application/pdf', 'pdf'],
    ['a JPEG that is named otherwise', new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), 'scan.pdf', 'image/jpeg', 'image'],
    ['a PNG', ascii('\x89PNG\r\n\x1a\nx'), 'scan', 'image/png', 'image'],
    ['a GIF', ascii('GIF89a'), 'x.gif', 'image/gif', 'image'],
    ['a WebP', ascii('RIFF\0\0\0\0WEBPVP8 '), 'x.webp', 'image/webp', 'image'],
    ['a TIFF', ascii('II*\0\x08\0\0\0'), 'x.tif', 'image/tiff', 'image'],
    ['an HEIC', ascii('\0\0\0\x18ftypheic\0\0\0\0'), 'IMG_1.HEIC', 'image/heic', 'image'],
    ['an RTF', ascii('{\\rtf1 x}'), 'x.rtf', 'application/rtf', 'text'],
    ['a text', bytes('Liebe Frau Müller, anbei, wie besprochen, der Befund.\nGruß'), 'Brief.txt', 'text/plain', 'text'],
    ['a page', bytes('<!DOCTYPE html><html><body>x</body></html>'), 'x.html', 'text/html', 'text'],
    ['XML of another kind', bytes('<a><b/></a>'), 'x.xml', 'application/xml', 'file'],
    ['anything else', new Uint8Array([0, 1, 2, 3, 250]), 'x.bin', 'application/octet-stream', 'file'],
  ])('%s is told by its content', async (_, content, name, mediaType, format) => {
    expect(await item(content, name)).toMatchObject({ mediaType, format, section: 'documents' });
  });

  it('is called as its content says, or else as the file', async () => {
    expect(await item(ascii('%PDF-1.4 /Title (Letter \\(2\\)) '), 'x.pdf')).toMatchObject({ title: 'Letter (2)' });
    expect(
      await item(
        bytes('%PDF-1.4 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Ärztin &amp; Co</rdf:li></rdf:Alt></dc:title>'),
        'x.pdf',
      ),
    ).toMatchObject({ title: 'Ärztin & Co' });
    expect(await item(ascii('%PDF-1.4 /Title (Microsoft Word - a.doc) '), 'Blood results 2024.03.pdf')).toMatchObject({
      title: 'Blood results 2024.03',
    });
  });

  it('is from when its content says, or else the file; never from today', async () => {
    expect((await item(ascii('%PDF-1.4 /CreationDate (D:20240305120000+01)'), 'x.pdf')).date).toBe('2024-03-05');
    expect((await item(ascii('\xff\xd8\xff\xe1 Exif 2023:12:24 10:00:00 2024:01:01 10:00:00'), 'x.jpg')).date).toBe(
      '2023-12-24',
    );
    expect(
      (await item(new File([bytes('x y z')], 'x.txt', { lastModified: Date.UTC(2020, 1, 2) }), 'x.txt')).date,
    ).toBe('2020-02-02');
    expect((await item(bytes('x y z'), 'x.txt')).date).toBeUndefined();
  });

  it('DICOM is called by what was done, without the patient', async () => {
    const file = dicom([
      [2, 0x10, 'UI', '1.2.840.10008.1.2.1\0'],
      [8, 0x20, 'DA', '20210304'],
      [8, 0x60, 'CS', 'CT'],
      [8, 0x1030, 'LO', 'Abdomen native'],
      [0x10, 0x10, 'PN', 'Muster^Ida'],
      [0x18, 0x15, 'CS', 'ABDOMEN'],
    ]);
    expect(await item(file, 'IM0001')).toMatchObject({
      mediaType: 'application/dicom',
      title: 'CT · Abdomen native · ABDOMEN',
      date: '2021-03-04',
      section: 'imaging',
    });
    const damaged = Buffer.concat([file.subarray(0, 150), Buffer.alloc(40, 255)]);
    expect(await item(damaged, 'IM0002.dcm')).toMatchObject({ mediaType: 'application/dicom', title: 'IM0002' });
  });

  it('resources with attachments are kept as they are', async () => {
    const resource = {
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType: 'application/pdf', data: 'JVBERi0=' } }],
    };
    const plan = await planned(JSON.stringify(resource), 'x.json');
    const [kept] = [...plan.items.values()].flat();
    expect(JSON.parse(new TextDecoder().decode(kept?.plaintext as Uint8Array))).toEqual(resource);
  });

  it('whatever the bytes, it is a document', async () => {
    const starts = [
      '',
      '%PDF-1.4 /Title (',
      '\xff\xd8\xff',
      'II*\0',
      '{\\rtf',
      '\0\0\0\x18ftyp',
      `${'\0'.repeat(128)}DICM`,
      'PK\x03\x04',
      '<?xml',
      'RIFF',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        async (start, rest) => {
          await plannedOrRefused(Buffer.concat([ascii(start), rest]), 'x');
        },
      ),
      { numRuns: 400 },
    );
  });
});
