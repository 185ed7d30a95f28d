import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchIssuerKeys, issuerKeysIn } from '../../../../extension/core/import/issuer-keys.ts';
import type { Issuers } from '../../../../extension/core/import/reader.ts';
import { readFiles } from '../../../../extension/core/records/importer.ts';
import { cardIssuer, cardKeys } from '../../../fixtures/card-issuer.ts';
import { bytes, fileOf, formatOf, mutated, planned, plannedOrRefused, remarksOf, stored } from './support.ts';

const ISSUER = 'https://issuer.example';
const bundle = {
  resourceType: 'Bundle' as const,
  type: 'collection' as const,
  entry: [
    {
      fullUrl: 'https://e.example/Patient/1',
      resource: { resourceType: 'Patient' as const, name: [{ family: 'Muster' }] },
    },
    {
      fullUrl: 'https://e.example/Immunization/1',
      resource: {
        resourceType: 'Immunization' as const,
        status: 'completed' as const,
        vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '207' }] },
        patient: { reference: 'Patient/1' },
        occurrenceDateTime: '2023-01-15',
      },
    },
  ],
};

let token = '';
let qr: string[] = [];
let chunks: string[] = [];
let issuers: Issuers;
let others: Issuers;
let keySet = '';

beforeAll(async () => {
  const keys = cardKeys();
  const card = await cardIssuer(ISSUER, keys).issue(bundle);
  token = card.asJWS();
  qr = card.asQRNumeric();
  chunks = card.asQRNumeric({ enableChunking: true, maxSingleQRSize: 200 });
  ({ keySet } = keys);
  issuers = new Map([[ISSUER, issuerKeysIn(keySet)]]);
  others = new Map([[ISSUER, issuerKeysIn(cardKeys().keySet)]]);
});

describe('SMART Health Cards', () => {
  it('of another implementation are read, in every form, and kept as they are', async () => {
    const forms = [
      token,
      JSON.stringify({ verifiableCredential: [token] }),
      qr.join('\n'),
      chunks.toReversed().join('\n'),
    ];
    expect(chunks.length).toBeGreaterThan(1);
    for (const form of forms) {
      const plan = await planned(form, 'card.smart-health-card');
      expect(formatOf(plan)).toBe('health-card');
      expect(
        stored(plan)
          .map((one) => (one as { resourceType: string }).resourceType)
          .toSorted(),
      ).toEqual(['Immunization', 'Patient']);
      expect(plan.items.get('documents')).toMatchObject([{ mediaType: 'application/smart-health-card' }]);
      expect(remarksOf(plan)).toEqual(['signature-not-checked']);
    }
  });

  it('are checked where the issuer’s key is known', async () => {
    expect(remarksOf(await planned(token, 'x', { issuers }))).toEqual(['signature-good']);
    expect(remarksOf(await planned(token, 'x', { issuers: others }))).toEqual(['signature-wrong']);
    const [header, payload, signature = ''] = token.split('.');
    const forged = [header, payload, `${signature.slice(0, -4)}AAAA`].join('.');
    const wrong = await planned(forged, 'x', { issuers });
    expect(remarksOf(wrong)).toEqual(['signature-wrong']);
    // Nothing that somebody else may have written is taken for the issuer’s: the card is kept as a document, and no more.
    expect(stored(wrong)).toEqual([]);
    expect(wrong.report).toMatchObject({ total: 2, taken: 1, skipped: [{ reason: 'signature-wrong' }] });
    expect(wrong.report.files[0]?.cards).toEqual([{ issuer: ISSUER, signature: 'wrong' }]);
    const both = await planned(JSON.stringify({ verifiableCredential: [forged, token] }), 'x', { issuers });
    expect(stored(both)).toHaveLength(2);
    expect(both.report.files[0]?.cards.map(({ signature: how }) => how)).toEqual(['wrong', 'good']);
  });

  it('one that cannot be read is a document; among others it is counted', async () => {
    const bad = 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA';
    expect(
      (await planned(JSON.stringify({ verifiableCredential: [bad] }), 'x.smart-health-card')).report,
    ).toMatchObject({ kind: 'document' });
    const plan = await planned(JSON.stringify({ verifiableCredential: [bad, token] }), 'x.smart-health-card');
    expect(plan.report).toMatchObject({ total: 4, taken: 3 });
    for (const text of ['shc:/123', 'shc:/', 'shc:/1/3/5676', 'shc:/4/3/5676', chunks.slice(1).join('\n')])
      expect((await planned(text, 'x')).report.kind).toBe('document');
  });

  it('parts of a card in several files are put together, in whatever order they come', async () => {
    const file = (text: string, name: string) => ({ file: fileOf(text), name, source: name });
    const parts = chunks.toReversed().map((text, at) => file(text, `part ${at}.txt`));
    const read = await readFiles(parts, { validate: () => [] });
    expect(read.map(({ remarks }) => remarks)).toEqual([
      ...chunks.slice(1).map(() => ['card-part']),
      ['signature-not-checked'],
    ]);
    expect(read.at(-1)?.taken).toHaveLength(3);
    // One that comes twice is no part of another card, and one that is missing is waited for in vain.
    const twice = await readFiles([parts[0]!, ...parts], { validate: () => [] });
    expect(twice.at(-1)?.taken).toHaveLength(3);
    const missing = await readFiles(parts.slice(1), { validate: () => [] });
    expect(missing.every(({ taken }) => taken.length === 1)).toBe(true);
  });

  it('the issuer’s keys are read from its set, and nothing private with them', async () => {
    const [key] = issuerKeysIn(keySet);
    expect(Object.keys(key ?? {})).toEqual(['x', 'y']);
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    const secret = await crypto.subtle.exportKey('jwk', pair.privateKey);
    expect(JSON.stringify(issuerKeysIn(JSON.stringify({ keys: [{ kty: 'RSA', n: 'x' }, secret] })))).not.toContain(
      secret.d,
    );
    for (const text of [
      '',
      '[]',
      '{"keys":[]}',
      '{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}',
      '{"keys":1}',
    ]) {
      expect(() => issuerKeysIn(text)).toThrow(expect.objectContaining({ code: 'keys-unreadable' }) as Error);
    }
  });

  it('the issuer is asked for them at its own address, and nowhere else', async () => {
    const asked: string[] = [];
    const answering = (answer: () => Response) => (url: string) => {
      asked.push(url);
      return Promise.resolve(answer());
    };
    const json = { headers: { 'content-type': 'application/json' } };
    const fetch = answering(() => new Response(keySet, json));
    expect(await fetchIssuerKeys(`${ISSUER}/`, { fetch })).toEqual(issuerKeysIn(keySet));
    expect(asked).toEqual([`${ISSUER}/.well-known/jwks.json`]);
    const code = (issuer: string, answer: () => Response) =>
      expect(fetchIssuerKeys(issuer, { fetch: answering(answer) })).rejects;
    await code('http://issuer.example', () => new Response(keySet)).toMatchObject({ code: 'link-insecure' });
    await code('did:example:1', () => new Response(keySet)).toMatchObject({ code: 'link-insecure' });
    expect(asked).toHaveLength(1);
    const gone = () => new Response('', { status: 404 });
    await code(ISSUER, gone).toMatchObject({ code: 'host-unexpected' });
    const page = () => new Response('<html>', { headers: { 'content-type': 'text/html' } });
    await code(ISSUER, page).toMatchObject({ code: 'host-unexpected' });
    await code(ISSUER, () => new Response('{}', json)).toMatchObject({ code: 'keys-unreadable' });
    const moved = () => new Response('', { status: 302, headers: { location: 'https://other.example/' } });
    await code(ISSUER, moved).toMatchObject({ code: 'host-elsewhere' });
  });

  it('whatever the bytes, it is taken or refused on purpose', async () => {
    const samples = [token, JSON.stringify({ verifiableCredential: [token] }), qr.join('\n')].map((text) =>
      bytes(text),
    );
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (sample, changes) => {
          await plannedOrRefused(mutated(sample, changes), 'x');
        },
      ),
      { numRuns: 200 },
    );
  });
});
