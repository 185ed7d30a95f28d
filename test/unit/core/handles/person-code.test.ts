import fc from 'fast-check';
import { getAddress } from 'ethers';
import { describe, expect, it } from 'vitest';
import { personCode, readPersonCode, type PersonKind } from '../../../../extension/core/handles/person-code.ts';
import { isSalusError } from '../../../../extension/core/errors.ts';

const hex = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const NETWORK = { chainId: 31_337, registry: `0x${'5f'.repeat(20)}` };
const OWN = getAddress(`0x${'ab'.repeat(20)}`);
const OTHER = getAddress(`0x${'cd'.repeat(20)}`);
const code = personCode({ kind: 'reader', ...NETWORK, account: OTHER });

/** What a text is told to be; `code` where it is taken. */
function told(text: string, wanted: PersonKind = 'reader'): unknown {
  try {
    readPersonCode(text, NETWORK, wanted, OWN);
    return 'code';
  } catch (error) {
    if (!isSalusError(error, 'bad-code')) throw error;
    if (text !== '') expect(error.message + JSON.stringify(error.detail)).not.toContain(text.slice(0, 12));
    return error.detail['is'];
  }
}

describe('the code of a person', () => {
  it('says network and account, and nothing else', () => {
    fc.assert(
      fc.property(hex, hex, fc.integer({ min: 1, max: 2 ** 40 }), (account, registry, chainId) => {
        fc.pre(account !== OWN.toLowerCase());
        const text = personCode({ kind: 'reader', chainId, registry, account });
        expect(readPersonCode(` ${text}\n`, { chainId, registry }, 'reader', OWN).account).toBe(getAddress(account));
        expect(text.replace(String(chainId), '').length).toBe('salus:reader?chain=&registry=&account='.length + 84);
      }),
    );
  });

  it('of a card for emergencies is taken for that alone, and the card is not taken for another code', () => {
    const card = personCode({ kind: 'emergency', ...NETWORK, account: OTHER });
    expect(told(card, 'emergency')).toBe('code');
    for (const wanted of ['reader', 'patient'] as const) expect(told(card, wanted)).toBe('other-kind');
    expect(told(code, 'emergency')).toBe('other-kind');
    // All that a lost card tells: which account, on which network.
    const { chainId, registry } = NETWORK;
    expect(card).toBe(`salus:emergency?chain=${chainId}&registry=${getAddress(registry)}&account=${OTHER}`);
  });

  it('is not taken with any one letter of it changed', () => {
    fc.assert(
      fc.property(fc.nat(code.length - 1), fc.constantFrom(...'0123456789abcdefABCDEFxyz:?&= '), (at, letter) => {
        fc.pre(code[at] !== letter);
        const changed = code.slice(0, at) + letter + code.slice(at + 1);
        fc.pre(changed.trim() !== code);
        expect(told(changed)).not.toBe('code');
      }),
    );
  });

  it.each([
    ['other-network', personCode({ kind: 'reader', chainId: 1, registry: NETWORK.registry, account: OTHER })],
    ['other-network', personCode({ kind: 'reader', chainId: 31_337, registry: OTHER, account: OTHER })],
    ['own', personCode({ kind: 'reader', ...NETWORK, account: OWN })],
    ['other-kind', personCode({ kind: 'patient', ...NETWORK, account: OTHER })],
    ['damaged', code.toLowerCase()],
    ['damaged', `${code}&more=1`],
    ['damaged', code.slice(0, -2)],
    ['health-card', 'shc:/567629595326546034602925'],
    ['health-card', 'https://viewer.example/#shlink:/eyJ1cmwiOiJodHRwcyJ9'],
    ['web', 'https://clinic.example/salus:reader?chain=1'],
    ['secret', 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
    ['secret', Array.from({ length: 33 }, (_, i) => `${i + 1}. academic`).join('\n')],
    ['other', 'good day to you'],
    ['other', ''],
    ['other', '0x12'],
    ['other', 'a '.repeat(100_000)],
  ])('in whose place there is something else is told as %s', (is, text) => {
    expect(told(text)).toBe(is);
  });
});
