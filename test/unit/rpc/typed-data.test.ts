import { SignTypedDataVersion, TypedDataUtils, typedSignatureHash } from '@metamask/eth-sig-util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { readFieldList } from '../../../extension/core/signing/field-list.ts';
import { readTypedData } from '../../../extension/core/signing/typed-data.ts';

const payload = (type: string, value: unknown, types: object = {}) => ({
  types: { EIP712Domain: [{ name: 'name', type: 'string' }], Wish: [{ name: 'for', type }], ...types },
  primaryType: 'Wish',
  domain: { name: 'Test' },
  message: { for: value },
});
const read = (data: object) => readTypedData(JSON.stringify(data));
const elsewhere = (data: object) =>
  `0x${Buffer.from(TypedDataUtils.eip712Hash(data as never, SignTypedDataVersion.V4)).toString('hex')}`;

it('the older list of fields signs short names as they are written', () => {
  for (const [type, value] of [
    ['uint', '5'],
    ['int', '-5'],
    ['uint8', '7'],
    ['bytes3', '0x010203'],
  ]) {
    const list = [{ type: type!, name: 'x', value }];
    expect(readFieldList(JSON.stringify(list))).toMatchObject({ digest: typedSignatureHash(list), fields: [{ type }] });
  }
});

describe('typed data', () => {
  it.each([
    ['uint', 5],
    ['int', -5],
    ['byte', '0x01'],
    ['fixed', 1],
    ['ufixed', 1],
    ['function', '0x'],
  ])(
    'with the short name “%s” is refused by that name, alone, in a list and as a type of the page’s own',
    (type, value) => {
      const named = expect.objectContaining({
        code: 'not-signable',
        message: expect.stringContaining(`“${type}”`) as string,
      }) as Error;
      expect(() => read(payload(type, value))).toThrow(named);
      expect(() => read(payload(`${type}[2]`, [value, value]))).toThrow(named);
      expect(() => read(payload(type, { x: 'y' }, { [type]: [{ name: 'x', type: 'string' }] }))).toThrow(named);
    },
  );

  it.each([
    ['uint7', 1],
    ['uint264', 1],
    ['int0', 1],
    ['uint08', 1],
    ['bytes0', '0x'],
    ['bytes33', `0x${'00'.repeat(33)}`],
    ['bytes01', '0x01'],
    ['fixed128x18', 1],
  ])('with “%s”, which is no type, is refused, also as one of the page’s own', (type, value) => {
    const refused = expect.objectContaining({ code: 'not-signable' }) as Error;
    expect(() => read(payload(type, value))).toThrow(refused);
    expect(() => read(payload(type, { x: 'y' }, { [type]: [{ name: 'x', type: 'string' }] }))).toThrow(refused);
  });

  it('gives the digest that another library gives, and shows every value it is made of', () => {
    const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => toHex(b));
    const width = fc.integer({ min: 1, max: 32 });
    const atom = fc.oneof(
      fc.record({ type: fc.constant('string'), value: fc.string({ unit: 'binary', maxLength: 20 }) }),
      fc.record({ type: fc.constant('bool'), value: fc.boolean() }),
      fc.record({ type: fc.constant('address'), value: hex(20) }),
      fc.record({ type: fc.constant('bytes'), value: fc.uint8Array({ maxLength: 40 }).map((b) => toHex(b)) }),
      width.chain((w) => fc.record({ type: fc.constant(`bytes${w}`), value: hex(w) })),
      width.chain((w) =>
        fc.record({
          type: fc.constant(`uint${8 * w}`),
          value: fc.bigInt({ min: 0n, max: 2n ** BigInt(8 * w) - 1n }).map(String),
        }),
      ),
      width.chain((w) =>
        fc.record({
          type: fc.constant(`int${8 * w}`),
          value: fc.bigInt({ min: -(2n ** BigInt(8 * w - 1)), max: 2n ** BigInt(8 * w - 1) - 1n }).map(String),
        }),
      ),
    );
    const field = fc.oneof(
      atom,
      fc.tuple(atom, fc.nat(3)).map(([{ type, value }, n]) => ({ type: `${type}[]`, value: Array(n).fill(value) })),
      fc.array(atom, { minLength: 1, maxLength: 3 }).map((fields) => ({ fields })),
    );
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), (fields) => {
        const types: Record<string, object[]> = { EIP712Domain: [{ name: 'name', type: 'string' }], Wish: [] };
        const message: Record<string, unknown> = {};
        for (const [i, one] of fields.entries()) {
          if ('fields' in one) {
            types[`Part${i}`] = one.fields.map(({ type }, j) => ({ name: `p${j}`, type }));
            types['Wish']!.push({ name: `f${i}`, type: `Part${i}` });
            message[`f${i}`] = Object.fromEntries(one.fields.map(({ value }, j) => [`p${j}`, value]));
          } else {
            types['Wish']!.push({ name: `f${i}`, type: one.type });
            message[`f${i}`] = one.value;
          }
        }
        const data = { types, primaryType: 'Wish', domain: { name: 'Test' }, message };
        const { digest, fields: shown } = read(data);
        expect(digest).toBe(elsewhere(data));
        const count = fields.reduce((n, one) => {
          if ('fields' in one) return n + one.fields.length;
          return n + (Array.isArray(one.value) ? Math.max(1, one.value.length) : 1);
        }, 0);
        expect(shown.length).toBe(count);
      }),
      { numRuns: 300 },
    );
  });
});
