import fc from 'fast-check';
import { SHCIssuer } from 'kill-the-clipboard';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64 } from '../../../../extension/core/bytes.ts';
import type { Issuers } from '../../../../extension/core/import/reader.ts';
import { bytes, formatOf, mutated, planned, plannedOrRefused, remarksOf, stored } from './support.ts';

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

const pem = (name: string, der: ArrayBuffer) =>
  `-----BEGIN ${name}-----\n${toBase64(new Uint8Array(der))}\n-----END ${name}-----`;
let token = '';
let qr: string[] = [];
let chunks: string[] = [];
let issuers: Issuers;
let others: Issuers;

beforeAll(async () => {
  const pair = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const [keys, strange] = await Promise.all([pair(), pair()]);
  const issuer = new SHCIssuer({
    issuer: ISSUER,
    privateKey: pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
    publicKey: pem('PUBLIC KEY', await crypto.subtle.exportKey('spki', keys.publicKey)),
  });
  const card = await issuer.issue(bundle);
  token = card.asJWS();
  qr = card.asQRNumeric();
  chunks = card.asQRNumeric({ enableChunking: true, maxSingleQRSize: 200 });
  issuers = new Map([[ISSUER, [await crypto.subtle.exportKey('jwk', keys.publicKey)]]]);
  others = new Map([[ISSUER, [await crypto.subtle.exportKey('jwk', strange.publicKey)]]]);
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
    expect(remarksOf(await planned(token, 'x', issuers))).toEqual(['signature-good']);
    expect(remarksOf(await planned(token, 'x', others))).toEqual(['signature-wrong']);
    const [header, payload, signature = ''] = token.split('.');
    const forged = [header, payload, `${signature.slice(0, -4)}AAAA`].join('.');
    expect(remarksOf(await planned(forged, 'x', issuers))).toEqual(['signature-wrong']);
  });

  it('one that cannot be read is a document; among others it is counted', async () => {
    const bad = 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA';
    expect(
      (await planned(JSON.stringify({ verifiableCredential: [bad] }), 'x.smart-health-card')).report,
    ).toMatchObject({ kind: 'document' });
    const plan = await planned(JSON.stringify({ verifiableCredential: [bad, token] }), 'x.smart-health-card');
    expect(plan.report).toMatchObject({ total: 4, taken: 3 });
    for (const text of ['shc:/123', 'shc:/1/3/5676', chunks.slice(1).join('\n')])
      expect((await planned(text, 'x')).report.kind).toBe('document');
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
