import { hashMessage, TypedDataEncoder, verifyMessage, Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../extension/core/bytes.ts';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import * as ownTypes from '../../../extension/core/registry/typed-data.ts';
import { addressesIn, readSignable, sign } from '../../../extension/core/signing/signable.ts';
import { parseSiwe } from '../../../extension/core/signing/siwe.ts';
import { readTypedData } from '../../../extension/core/signing/typed-data.ts';
import { visible } from '../../../extension/core/signing/visible.ts';
import { parseRequest } from '../../../extension/rpc/schema.ts';
import { checkSignable, OWN_ACTS, type Signing } from '../../../extension/rpc/sign-rules.ts';

const keyring = await Keyring.fromEntropy(new Uint8Array(32).fill(7));
const OTHER = '0x00000000000000000000000000000000000000aa';
const REGISTRY = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const EARLIER = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512';
const CHAIN = 31_337;
const page: Signing = {
  origin: 'https://clinic.example',
  address: keyring.address,
  chainId: CHAIN,
  registries: [REGISTRY, EARLIER],
};

const text = (data: string) => readSignable({ form: 'text', data });
const request = (method: string, params: unknown) => parseRequest({ id: '0'.repeat(32), method, params }).params;

/** The example of EIP-712. */
const MAIL = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
};
const read = (data: unknown) => readTypedData(JSON.stringify(data));
const refused = expect.objectContaining({ code: 'not-signable' }) as Error;

/** Typed data with one field of a given type. */
const one = (type: string, value: unknown, more: object = {}) => ({
  types: { Note: [{ name: 'value', type }], ...more },
  primaryType: 'Note',
  domain: { name: 'Notes' },
  message: { value },
});

describe('a text to sign', () => {
  it('is signed as every EIP-191 verifier expects, from text and from its hex alike', () => {
    const signable = text('I agree. Größe: 1,80 m');
    expect(signable).toMatchObject({ form: 'text', text: 'I agree. Größe: 1,80 m' });
    expect(verifyMessage('I agree. Größe: 1,80 m', sign(keyring.account, signable))).toBe(keyring.address);
    expect(text(toHex(utf8('I agree. Größe: 1,80 m')))).toEqual(signable);
  });

  it('is hex, and said to be, where its bytes are no UTF-8', () => {
    expect(text('0xFF00')).toEqual({ form: 'bytes', hex: '0xff00', digest: hashMessage(new Uint8Array([255, 0])) });
  });

  it('leaves out nothing that is signed, not even a byte order mark', () => {
    expect(text('0xefbbbf61')).toMatchObject({ form: 'text', text: '\ufeffa' });
  });

  it.each(['', '0x', '0xabc'])('is refused when it is %j', (data) => {
    expect(() => text(data)).toThrow(refused);
  });

  it('takes its params in both orders, and keeps which is which', () => {
    const expected = { form: 'text', address: OTHER, data: 'hello' };
    expect(request('personal_sign', ['hello', OTHER])).toEqual(expected);
    expect(request('personal_sign', [OTHER, 'hello'])).toEqual(expected);
    expect(request('personal_sign', ['hello', OTHER, 'a password'])).toEqual(expected);
    expect(request('personal_sign', [OTHER, keyring.address])).toEqual({
      form: 'text',
      address: keyring.address,
      data: OTHER,
    });
    for (const wrong of [undefined, [], ['hello'], ['hello', 'you'], [1, OTHER], ['x'.repeat(65_537), OTHER]]) {
      expect(() => request('personal_sign', wrong)).toThrow(expect.objectContaining({ code: -32602 }) as Error);
    }
  });
});

describe('text of a stranger', () => {
  it.each([
    ['a right-to-left override', 'pay\u202Eevil', 'pay⟨U+202E⟩evil'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['zero-width characters', 'a\u200Bb\u200D\u2060\uFEFF', 'a⟨U+200B⟩b⟨U+200D⟩⟨U+2060⟩⟨U+FEFF⟩'],
    ['controls and odd line ends', 'a\r\nb\u0000\u0085\u2028', 'a⟨U+000D⟩\nb⟨U+0000⟩⟨U+0085⟩⟨U+2028⟩'],
    ['fillers, tags and blank cells', '\u3164\u115F\u{E0041}\u2800\u00AD', '⟨U+3164⟩⟨U+115F⟩⟨U+E0041⟩⟨U+2800⟩⟨U+00AD⟩'],
    ['unusual spaces', 'a\u00A0\u3000b', 'a⟨U+00A0⟩⟨U+3000⟩b'],
    ['a mark that somebody else wrote', '⟨U+202E⟩', '⟨U+27E8⟩U+202E⟩'],
    ['words of any language', 'Größe שלום здоровье 健康\n', 'Größe שלום здоровье 健康\n'],
  ])('shows %s', (_, given, shown) => {
    expect(visible(given)).toBe(shown);
  });
});

describe('typed data to sign', () => {
  it('has the digest of EIP-712’s own example, and each field by its path', () => {
    const data = read(MAIL);
    expect(data.digest).toBe('0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2');
    expect(data.domain).toEqual([
      { path: 'name', type: 'string', value: 'Ether Mail' },
      { path: 'version', type: 'string', value: '1' },
      { path: 'chainId', type: 'uint256', value: '1' },
      { path: 'verifyingContract', type: 'address', value: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
    ]);
    expect(data.fields).toEqual([
      { path: 'from.name', type: 'string', value: 'Cow' },
      { path: 'from.wallet', type: 'address', value: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
      { path: 'to.name', type: 'string', value: 'Bob' },
      { path: 'to.wallet', type: 'address', value: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
      { path: 'contents', type: 'string', value: 'Hello, Bob!' },
    ]);
  });

  it('is signed as other wallets sign it', async () => {
    const { types, domain, message } = MAIL;
    const { Person, Mail } = types;
    const signature = sign(keyring.account, readSignable({ form: 'typed', data: JSON.stringify(MAIL) }));
    expect(signature).toBe(await new Wallet(keyring.account).signTypedData(domain, { Person, Mail }, message));
  });

  it('shows lists item by item, empty ones too, and numbers as they are signed', () => {
    const data = read({
      types: {
        Group: [
          { name: 'sizes', type: 'uint8[][2]' },
          { name: 'ok', type: 'bool' },
          { name: 'low', type: 'int16' },
        ],
      },
      primaryType: 'Group',
      domain: {},
      message: { sizes: [['0x10', '7'], []], ok: false, low: -3 },
    });
    expect(data.fields).toEqual([
      { path: 'sizes[0][0]', type: 'uint8', value: '16' },
      { path: 'sizes[0][1]', type: 'uint8', value: '7' },
      { path: 'sizes[1]', type: 'uint8[]', value: '' },
      { path: 'ok', type: 'bool', value: 'false' },
      { path: 'low', type: 'int16', value: '-3' },
    ]);
    expect(data.domain).toEqual([]);
  });

  it('does not show, and does not sign, what the types do not name', () => {
    const more = {
      ...MAIL,
      message: { ...MAIL.message, extra: 'unsigned' },
      types: { ...MAIL.types, Unused: MAIL.types.Person },
    };
    expect(read(more)).toEqual(read(MAIL));
  });

  it.each<[string, unknown]>([
    ['is no JSON object', 'hello'],
    ['has fields beside those of EIP-712', { ...MAIL, extra: 1 }],
    ['lacks its primary type', { ...MAIL, primaryType: 'Letter' }],
    [
      'has a primary type that is part of another',
      { ...MAIL, primaryType: 'Person', types: { ...MAIL.types, Person: MAIL.types.Mail, Mail: MAIL.types.Person } },
    ],
    ['signs the domain alone', { ...MAIL, primaryType: 'EIP712Domain' }],
    ['lacks a field', { ...MAIL, message: { ...MAIL.message, contents: undefined } }],
    ['has a domain with a field of its own', { ...MAIL, domain: { ...MAIL.domain, registry: REGISTRY } }],
    [
      'declares less of the domain than it shows',
      { ...MAIL, types: { ...MAIL.types, EIP712Domain: [{ name: 'name', type: 'string' }] } },
    ],
    [
      'declares the domain in another order',
      { ...MAIL, types: { ...MAIL.types, EIP712Domain: MAIL.types.EIP712Domain.toReversed() } },
    ],
    [
      'declares a domain type that is another',
      {
        ...MAIL,
        types: { ...MAIL.types, EIP712Domain: MAIL.types.EIP712Domain.map((f) => ({ ...f, type: 'string' })) },
      },
    ],
    [
      'has a type with brackets in its name',
      { ...MAIL, primaryType: 'Grant(address signer)X', types: { 'Grant(address signer)X': MAIL.types.Person } },
    ],
    ['has a field with a comma in its name', one('uint256', 1, { Note: [{ name: 'value,bool x', type: 'uint256' }] })],
    ['gives a type the name of an atomic one', one('uint256', 1, { uint256: [{ name: 'x', type: 'bool' }] })],
    ['has a type that holds itself', one('Note', {})],
    ['has a word for a bool', one('bool', 'false')],
    ['has a number that does not fit', one('uint8', 256)],
    ['has a number that is not exact', one('uint256', 2 ** 60)],
    ['has an address without 0x', one('address', OTHER.slice(2))],
    ['has an address with a wrong checksum', one('address', '0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826')],
    ['has bytes of another length', one('bytes4', '0x001122')],
    ['has a list of another length', one('bool[2]', [true])],
    ['has a list where none is declared', one('string', ['a'])],
    ['has a field every object has', one('string', 'x', { Note: [{ name: 'constructor', type: 'string' }] })],
  ])('is refused when it %s, and nothing of it is repeated', (_, data) => {
    expect(() => read(data)).toThrow(refused);
    try {
      read(data);
    } catch (error) {
      expect(String(error)).not.toMatch(/Cow|Bob|256|constructor|Grant/);
    }
  });

  it('comes as JSON or as an object, and is kept as one text', () => {
    const params = { form: 'typed', address: OTHER, data: JSON.stringify(MAIL) };
    expect(request('eth_signTypedData_v4', [OTHER, MAIL])).toEqual(params);
    expect(request('eth_signTypedData_v4', [OTHER, JSON.stringify(MAIL)])).toEqual(params);
    for (const wrong of [[MAIL, OTHER], [OTHER], [OTHER, 7], [OTHER, { x: 'x'.repeat(65_536) }]]) {
      expect(() => request('eth_signTypedData_v4', wrong)).toThrow(expect.objectContaining({ code: -32602 }) as Error);
    }
  });

  it('names addresses, wherever they stand, each once', () => {
    const data = { ...MAIL, message: { ...MAIL.message, contents: `see ${OTHER}, ${OTHER} and 0x${'ab'.repeat(32)}` } };
    const found = addressesIn(readSignable({ form: 'typed', data: JSON.stringify(data) }));
    expect(found).toEqual([
      MAIL.domain.verifyingContract.toLowerCase(),
      MAIL.message.from.wallet.toLowerCase(),
      MAIL.message.to.wallet.toLowerCase(),
      OTHER,
    ]);
  });
});

describe('what no page may have signed', () => {
  const typed = (changes: { domain?: object; primaryType?: string }) => {
    const { primaryType = 'Mail', domain = {} } = changes;
    const types = { Person: MAIL.types.Person, [primaryType]: MAIL.types.Mail };
    const data = { ...MAIL, types, primaryType, domain: { name: 'Ether Mail', chainId: CHAIN, ...domain } };
    return readSignable({ form: 'typed', data: JSON.stringify(data) });
  };
  const check = (changes: Parameters<typeof typed>[0]) => () => checkSignable(typed(changes), page);
  const error = (code: number, reason: string) => expect.objectContaining({ code, reason }) as Error;

  it('is nothing of the site’s own', () => {
    expect(check({})).not.toThrow();
    expect(check({ domain: { chainId: '0x7a69' } })).not.toThrow();
    expect(check({ domain: { verifyingContract: OTHER } })).not.toThrow();
  });

  it.each([1, '1', '0x1', 0])('is data for chain %j', (chainId) => {
    expect(check({ domain: { chainId } })).toThrow(error(-32602, 'wrong-chain'));
  });

  it.each([
    ['the registry', REGISTRY],
    ['the registry in small letters', REGISTRY.toLowerCase()],
    ['an earlier registry', EARLIER],
  ])('is anything that %s would take', (_, verifyingContract) => {
    expect(check({ domain: { verifyingContract } })).toThrow(error(4100, 'use-health-methods'));
  });

  it.each([...OWN_ACTS])('is a %s, in whatever domain', (primaryType) => {
    expect(check({ primaryType })).toThrow(error(4100, 'use-health-methods'));
    expect(check({ primaryType, domain: { verifyingContract: OTHER } })).toThrow(error(4100, 'use-health-methods'));
  });

  it('covers everything the wallet signs for the registry and for managers', () => {
    const lists = Object.values(ownTypes).filter((types) => typeof types === 'object');
    const signed = lists.map((types) => TypedDataEncoder.getPrimaryType(types));
    expect([...OWN_ACTS].sort()).toEqual([...new Set(signed)].sort());
  });
});

describe('a sign-in text', () => {
  const siwe = (
    changes: Partial<Record<'head' | 'account' | 'body' | 'uri' | 'chain' | 'nonce' | 'tail', string>> = {},
  ) =>
    [
      `${changes.head ?? 'clinic.example'} wants you to sign in with your Ethereum account:`,
      changes.account ?? keyring.address,
      changes.body ?? '\nSign in to read your letters.\n',
      `URI: ${changes.uri ?? 'https://clinic.example/login'}`,
      'Version: 1',
      `Chain ID: ${changes.chain ?? CHAIN}`,
      `Nonce: ${changes.nonce ?? '32891756abc'}`,
      `Issued At: 2026-11-21T16:25:24Z${changes.tail ?? ''}`,
    ].join('\n');

  it('is parsed by the grammar of EIP-4361', () => {
    expect(parseSiwe(siwe())).toEqual({
      domain: 'clinic.example',
      address: keyring.address,
      statement: 'Sign in to read your letters.',
      uri: 'https://clinic.example/login',
      chainId: String(CHAIN),
      nonce: '32891756abc',
      issuedAt: '2026-11-21T16:25:24Z',
    });
    const tail =
      '\nExpiration Time: 2026-11-22T16:25:24.5Z\nNot Before: 2026-11-21T16:25:24+01:00\nRequest ID: a%20b\nResources:\n- ipfs://bafy\n- https://a.example/x';
    expect(parseSiwe(siwe({ head: 'https://clinic.example:8443', body: '\n', tail }))).toMatchObject({
      scheme: 'https',
      domain: 'clinic.example:8443',
    });
  });

  it('is read the same by the example of the EIP', () => {
    const example = `example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json`;
    expect(parseSiwe(example)).toMatchObject({ domain: 'example.com', chainId: '1' });
  });

  it.each<[string, string]>([
    ['an address without its checksum', siwe({ account: keyring.address.toLowerCase() })],
    ['a statement of two lines', siwe({ body: '\nOne\nTwo\n' })],
    ['a statement beyond ASCII', siwe({ body: '\nGr\u00FC\u00DFe\n' })],
    ['a nonce that is too short', siwe({ nonce: '1234567' })],
    ['a URI that is none', siwe({ uri: '/login' })],
    ['a chain id that is no number', siwe({ chain: '0x1' })],
    ['a time that is none', siwe({ tail: '\nExpiration Time: tomorrow' })],
    ['a month that is none', siwe({ tail: '\nExpiration Time: 2026-13-01T00:00:00Z' })],
    ['fields in another order', siwe({ tail: '\nRequest ID: 1\nNot Before: 2026-11-21T16:25:24Z' })],
    ['something after its end', `${siwe()}\n`],
    ['something before its beginning', `\n${siwe()}`],
    ['carriage returns', siwe().replaceAll('\n', '\r\n')],
    ['other capital letters', siwe().replace('wants you', 'Wants You')],
    ['two domains', siwe({ head: 'clinic.example evil.example' })],
  ])('is refused with %s rather than signed as any text', (_, given) => {
    expect(() => text(given)).toThrow(refused);
  });

  it('is signed for the page it names', () => {
    const good = text(siwe());
    expect(() => checkSignable(good, page)).not.toThrow();
    expect(verifyMessage(siwe(), sign(keyring.account, good))).toBe(keyring.address);
    expect(() => checkSignable(text(siwe({ head: 'https://clinic.example' })), page)).not.toThrow();
  });

  it.each<[string, string]>([
    ['another domain', siwe({ head: 'bank.example' })],
    ['a domain above', siwe({ head: 'example' })],
    ['a domain below', siwe({ head: 'a.clinic.example' })],
    ['another port', siwe({ head: 'clinic.example:8443' })],
    ['the page’s name before an @', siwe({ head: 'clinic.example@evil.example' })],
    ['a name before an @ and the page’s', siwe({ head: 'evil.example@clinic.example' })],
    ['another scheme', siwe({ head: 'http://clinic.example' })],
    ['a URI elsewhere', siwe({ uri: 'https://evil.example/login' })],
    ['a URI without the lock', siwe({ uri: 'http://clinic.example/login' })],
    ['a URI that is no page', siwe({ uri: 'did:key:z6Mk' })],
    ['another account', siwe({ account: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2' })],
    ['another chain', siwe({ chain: '1' })],
  ])('is refused with 4100 when it names %s', (_, given) => {
    expect(() => checkSignable(text(given), page)).toThrow(
      expect.objectContaining({ code: 4100, reason: 'siwe-mismatch' }) as Error,
    );
  });
});
