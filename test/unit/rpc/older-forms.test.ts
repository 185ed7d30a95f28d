import { SignTypedDataVersion, TypedDataUtils, typedSignatureHash } from '@metamask/eth-sig-util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignable } from '../../../extension/core/signing/signable.ts';
import { toHex } from '../../../extension/core/bytes.ts';

const refused = expect.objectContaining({ code: 'not-signable' }) as Error;
const v1 = (list: unknown) => readSignable({ form: 'typed-v1', data: JSON.stringify(list) });
const v3 = (data: unknown) => readSignable({ form: 'typed-v3', data: JSON.stringify(data) });

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((b) => toHex(b));
const field = fc.oneof(
  fc.record({ type: fc.constant('string'), name: fc.string({ minLength: 1 }), value: fc.string() }),
  fc.record({ type: fc.constant('uint32'), name: fc.string({ minLength: 1 }), value: fc.nat() }),
  fc.record({ type: fc.constant('bool'), name: fc.string({ minLength: 1 }), value: fc.boolean() }),
  fc.record({ type: fc.constant('address'), name: fc.string({ minLength: 1 }), value: address }),
  fc.record({
    type: fc.constant('bytes'),
    name: fc.string({ minLength: 1 }),
    value: fc.uint8Array({ minLength: 1 }).map((b) => toHex(b)),
  }),
);

describe('eth_signTypedData, the list of fields from before EIP-712', () => {
  it('has the digest that other wallets sign, and shows every field', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 8 }), (list) => {
        const signable = v1(list);
        expect(signable.digest).toBe(typedSignatureHash(list as never));
        expect(signable.form === 'fields' && signable.fields.map(({ path, type }) => [path, type])).toEqual(
          list.map(({ name, type }) => [name, type]),
        );
      }),
    );
  });

  it.each<[string, unknown]>([
    ['is no list', {}],
    ['is empty', []],
    ['has a type nobody can pack', [{ type: 'Person', name: 'who', value: {} }]],
    ['has a list as value', [{ type: 'uint8[]', name: 'sizes', value: [1] }]],
    ['has a field without a name', [{ type: 'string', value: 'x' }]],
    ['has a value of another type', [{ type: 'bool', name: 'ok', value: 'true' }]],
    ['has a number that does not fit', [{ type: 'uint8', name: 'n', value: 300 }]],
    ['has more than is shown', [{ type: 'string', name: 'n', value: 'x', note: 'unsigned' }]],
  ])('is refused when it %s', (_, list) => {
    expect(() => v1(list)).toThrow(refused);
  });
});

const PERSON = {
  types: {
    EIP712Domain: [{ name: 'name', type: 'string' }],
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail' as const,
  domain: { name: 'Ether Mail' },
  message: { from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' }, contents: 'Hello' },
};

describe('eth_signTypedData_v3', () => {
  it('has the digest that other wallets sign', () => {
    const digest = TypedDataUtils.eip712Hash(PERSON, SignTypedDataVersion.V3);
    expect(v3(PERSON)).toMatchObject({ form: 'typed', digest: toHex(new Uint8Array(digest)) });
  });

  it('knows no lists', () => {
    const group = { ...PERSON.types, Mail: [{ name: 'to', type: 'Person[]' }] };
    expect(() => v3({ ...PERSON, types: group, message: { to: [] } })).toThrow(refused);
  });
});
