import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, random, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { deal, fits, publicShare, weightsAtZero } from '../../../extension/core/custody/dealing.ts';
import { combine, entryInput, ownEntryKey, type KeeperAnswer } from '../../../extension/core/custody/entry-key.ts';
import { scalarOf, type Group } from '../../../extension/core/custody/group.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { openShare, sealShare, type SharePlace } from '../../../extension/core/custody/share-capsule.ts';
import { answer, elementOf, isAnswer, outputOf } from '../../../extension/core/custody/voprf.ts';
import { evenKey } from '../../../extension/core/keys/keyring.ts';
import { sodiumGroup } from '../../../manager/keeper/sodium-group.ts';
import { fill } from './support.ts';
import { codeOf } from './wallets.ts';

const GROUPS: readonly (readonly [string, Group])[] = [
  ['JavaScript', nobleGroup],
  ['WebAssembly', await sodiumGroup()],
];
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
const IDENTITY = new Uint8Array(32);

/** RFC 9497 appendix A.1.2: one key, and its answers to blinded elements. */
const VOPRF = {
  key: 'e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909',
  publicKey: 'c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e',
  batches: [
    {
      inputs: ['00'],
      blinds: ['64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706'],
      elements: ['863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945'],
      evaluated: ['aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e'],
      proof:
        'ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d',
      nonce: '222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e',
      outputs: [
        'b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c',
      ],
    },
    {
      inputs: ['5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'],
      blinds: ['64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706'],
      elements: ['cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c'],
      evaluated: ['60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468'],
      proof:
        '401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02',
      nonce: '222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e',
      outputs: [
        '8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6',
      ],
    },
    {
      inputs: ['00', '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'],
      blinds: [
        '64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706',
        '222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e',
      ],
      elements: [
        '863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945',
        '90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654',
      ],
      evaluated: [
        'aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e',
        'cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a',
      ],
      proof:
        'cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08',
      nonce: '419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c',
      outputs: [
        'b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c',
        '8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6',
      ],
    },
  ],
} as const;

/** RFC 9591 appendix E.3: FROST(ristretto255, SHA-512), 2 of 3. */
const FROST = {
  secret: '1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b',
  publicKey: 'e2a62f39eede11269e3bd5a7d97554f5ca384f9f6d3dd9c3c0d05083c7254f57',
  coefficient: '410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02',
  shares: [
    '5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e',
    'b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01',
    'f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04',
  ],
} as const;

const all = (hex: readonly string[]): Bytes[] => hex.map(fromHex);
/** As a library takes 64 bytes for a scalar. */
const wide = (scalar: string): Bytes => concat(fromHex(scalar), new Uint8Array(32));
const aSecret = (group: Group): Bytes => group.scalarFrom(random(64));

const PLACE = {
  chainId: 31_337,
  registry: `0x${'11'.repeat(20)}`,
  patient: `0x${'22'.repeat(20)}`,
  folder: 0x01_02_03_04_05_06,
  epoch: 3,
};
const entry = (n: number) => ({ ...PLACE, author: `0x${'33'.repeat(20)}`, commitment: fill(32, n) });

describe.each(GROUPS)('ristretto255 in %s', (_, group) => {
  it.each(VOPRF.batches)('answers as RFC 9497 says, %#', (batch) => {
    const key = fromHex(VOPRF.key);
    expect(toHex(group.multiplyGenerator(key))).toBe(`0x${VOPRF.publicKey}`);
    const elements = all(batch.inputs).map((input, i) =>
      group.multiply(fromHex(batch.blinds[i]!), elementOf(group, input)),
    );
    expect(elements).toEqual(all(batch.elements));
    const given = answer(group, key, elements, wide(batch.nonce));
    expect(given.evaluated).toEqual(all(batch.evaluated));
    expect(toHex(given.proof)).toBe(`0x${batch.proof}`);
    expect(isAnswer(group, fromHex(VOPRF.publicKey), elements, given)).toBe(true);
    const outputs = all(batch.inputs).map((input, i) =>
      outputOf(input, group.multiply(group.invert(fromHex(batch.blinds[i]!)), given.evaluated[i]!)),
    );
    expect(outputs).toEqual(all(batch.outputs));
    const direct = all(batch.inputs).map((input) => outputOf(input, group.multiply(key, elementOf(group, input))));
    expect(direct).toEqual(all(batch.outputs));
  });

  it('deals as RFC 9591 says', () => {
    const dealt = deal(group, fromHex(FROST.secret), { k: 2, n: 3 }, [fromHex(FROST.coefficient)]);
    expect(dealt.shares.map(({ value }) => value)).toEqual(all(FROST.shares));
    expect(toHex(dealt.commitments[0]!)).toBe(`0x${FROST.publicKey}`);
    for (const share of dealt.shares) {
      expect(publicShare(group, dealt.commitments, share.keeper)).toEqual(group.multiplyGenerator(share.value));
      expect(fits(group, dealt.commitments, share)).toBe(true);
      expect(fits(group, dealt.commitments, { ...share, keeper: (share.keeper % 3) + 1 })).toBe(false);
    }
  });

  it.each([
    ['the identity', IDENTITY],
    ['a number beyond the field', fill(32, 0xff)],
    ['a negative element', Uint8Array.of(1, ...new Uint8Array(31))],
    ['what is too short', new Uint8Array(31)],
    ['what is too long', new Uint8Array(33)],
    ['nothing', new Uint8Array()],
  ])('takes no %s for an element', (_what, bytes) => {
    const key = aSecret(group);
    expect(() => group.multiply(key, bytes)).toThrow(RangeError);
    expect(() => group.sum([[key, bytes]])).toThrow(RangeError);
    expect(() => answer(group, key, [bytes])).toThrow(RangeError);
    const elements = [elementOf(group, Uint8Array.of(1))];
    const good = answer(group, key, elements);
    const publicKey = group.multiplyGenerator(key);
    expect(isAnswer(group, publicKey, [bytes], good)).toBe(false);
    expect(isAnswer(group, bytes, elements, good)).toBe(false);
    expect(isAnswer(group, publicKey, elements, { ...good, evaluated: [bytes] })).toBe(false);
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['the order', ORDER],
    ['what is beyond the order', fill(32, 0xff)],
    ['what is too short', new Uint8Array(31).fill(1)],
    ['what is too long', new Uint8Array(33).fill(1)],
  ])('takes no %s for a scalar', (_what, bytes) => {
    const one = scalarOf(1);
    expect(() => group.multiplyGenerator(bytes)).toThrow(RangeError);
    expect(() => group.multiply(bytes, group.generator)).toThrow(RangeError);
    expect(() => group.sum([[bytes, group.generator]])).toThrow(RangeError);
    expect(() => group.times(bytes, one)).toThrow(RangeError);
    expect(() => group.invert(bytes)).toThrow(RangeError);
    const { commitments } = deal(group, aSecret(group), { k: 2, n: 3 });
    expect(fits(group, commitments, { keeper: 1, value: bytes })).toBe(false);
  });

  it('gives what the identity or zero would be to nobody', () => {
    const one = scalarOf(1);
    const minusOne = group.subtract(group.subtract(one, scalarOf(3)), group.invert(group.invert(scalarOf(1))));
    expect(minusOne).toHaveLength(32);
    expect(() => group.subtract(one, one)).toThrow(RangeError);
    expect(() =>
      group.sum([
        [one, group.generator],
        [group.subtract(scalarOf(1), scalarOf(2)), group.generator],
      ]),
    ).toThrow(RangeError);
  });
});

it('both give the same bytes', () => {
  const [[, one], [, other]] = GROUPS as readonly [(typeof GROUPS)[0], (typeof GROUPS)[0]];
  const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(bytes, bytes, fc.uint8Array({ maxLength: 200 }), (a, b, message) => {
      const [x, y] = [one.scalarFrom(a), one.scalarFrom(b)];
      expect(other.scalarFrom(a)).toEqual(x);
      const element = elementOf(one, message);
      expect(elementOf(other, message)).toEqual(element);
      expect(other.hashToScalar(message, a)).toEqual(one.hashToScalar(message, a));
      for (const act of ['add', 'subtract', 'times'] as const) {
        fc.pre(act !== 'subtract' || toHex(x) !== toHex(y));
        expect(other[act](x, y)).toEqual(one[act](x, y));
      }
      expect(other.invert(x)).toEqual(one.invert(x));
      expect(other.multiply(x, element)).toEqual(one.multiply(x, element));
      const terms = [
        [x, element],
        [y, one.generator],
      ] as const;
      expect(other.sum(terms)).toEqual(one.sum(terms));
      const given = answer(one, x, [element], b);
      expect(answer(other, x, [element], b)).toEqual(given);
      expect(isAnswer(other, one.multiplyGenerator(x), [element], given)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

/** All choices of some of them. */
const subsets = (n: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, bits) =>
    Array.from({ length: n }, (__, i) => i + 1).filter((i) => bits & (1 << (i - 1))),
  );

it.each(GROUPS)('the vectors of docs/PROTOCOL.md are what %s gives', (_, group) => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8');
  const secret = group.scalarFrom(fill(64, 7));
  const input = entryInput(entry(1));
  const { shares, commitments } = deal(group, secret, { k: 2, n: 3 }, [group.scalarFrom(fill(64, 8))]);
  const { evaluated, proof } = answer(group, shares[0]!.value, [elementOf(group, input)], fill(64, 9));
  const all = [input, secret, elementOf(group, input), ownEntryKey(group, secret, entry(1)), ...commitments];
  for (const bytes of [...all, ...shares.map(({ value }) => value), ...evaluated, proof]) {
    expect(text).toContain(toHex(bytes).slice(2));
  }
});

describe('the key of an entry', () => {
  const group = GROUPS[1]![1];

  it.each([1, 2, 3, 4, 5, 6, 7])('is given by any k of %i keepers, and by no fewer', (n) => {
    for (let k = 1; k <= n; k++) {
      const secret = aSecret(group);
      const { commitments, shares } = deal(group, secret, { k, n });
      const entries = n > 4 ? [entry(1)] : [entry(1), entry(2)];
      const own = entries.map((e) => ownEntryKey(group, secret, e));
      const elements = entries.map((e) => elementOf(group, entryInput(e)));
      const answers = shares.map(({ keeper, value }) => ({ keeper, ...answer(group, value, elements) }));
      for (const chosen of subsets(n)) {
        const given = answers.filter(({ keeper }) => chosen.includes(keeper));
        const { keys, wrong } = combine(group, commitments, entries, given);
        expect(wrong).toEqual([]);
        expect(keys).toEqual(chosen.length >= k ? own : undefined);
        if (chosen.length !== k - 1 || k === 1) continue;
        // Nor do they give it when what they say is put together as if they were enough.
        const weights = weightsAtZero(group, chosen);
        const sum = group.sum(given.map((a, i) => [weights[i]!, a.evaluated[0]!] as const));
        expect(outputOf(entryInput(entries[0]!), sum).slice(0, 32)).not.toEqual(own[0]);
      }
    }
  });

  it('is the same from JavaScript and from WebAssembly', () => {
    const secret = aSecret(nobleGroup);
    expect(ownEntryKey(nobleGroup, secret, entry(1))).toEqual(ownEntryKey(group, secret, entry(1)));
  });

  it('is another for another patient, folder, epoch, author, commitment, registry or chain', () => {
    const secret = aSecret(group);
    const others = [
      { chainId: 1 },
      { registry: `0x${'99'.repeat(20)}` },
      { patient: `0x${'99'.repeat(20)}` },
      { folder: 7 },
      { epoch: 4 },
      { author: `0x${'99'.repeat(20)}` },
      { commitment: fill(32, 9) },
    ];
    const keys = [{}, ...others].map((change) => toHex(ownEntryKey(group, secret, { ...entry(1), ...change })));
    expect(new Set(keys).size).toBe(others.length + 1);
    expect(() => entryInput({ ...entry(1), commitment: fill(31, 1) })).toThrow(RangeError);
  });

  describe('with one keeper that lies', () => {
    const secret = aSecret(group);
    const { commitments, shares } = deal(group, secret, { k: 2, n: 3 });
    const entries = [entry(1), entry(2)];
    const elements = entries.map((e) => elementOf(group, entryInput(e)));
    const answerOf = (keeper: number, value = shares[keeper - 1]!.value): KeeperAnswer => ({
      keeper,
      ...answer(group, value, elements),
    });
    const good = answerOf(1);
    const flip = (bytes: Uint8Array, at = 0): Bytes => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const lies: readonly (readonly [string, KeeperAnswer])[] = [
      ['another’s share', answerOf(1, shares[1]!.value)],
      ['a share of another dealing', answerOf(1, deal(group, secret, { k: 2, n: 3 }).shares[0]!.value)],
      ['another challenge', { ...good, proof: flip(good.proof) }],
      ['another response', { ...good, proof: flip(good.proof, 32) }],
      ['a short proof', { ...good, proof: good.proof.slice(1) }],
      ['the order of the batch turned round', { ...good, evaluated: good.evaluated.toReversed() }],
      ['one answer too few', { ...good, evaluated: good.evaluated.slice(1) }],
      ['an answer twice', { ...good, evaluated: [good.evaluated[0]!, good.evaluated[0]!] }],
      ['the proof of another batch', { ...good, proof: answer(group, shares[0]!.value, elements.slice(1)).proof }],
      ['bytes that are no element', { ...good, evaluated: [IDENTITY, good.evaluated[1]!] }],
      ['a number that no keeper has', { ...answerOf(1), keeper: 0 }],
    ];
    const own = entries.map((e) => ownEntryKey(group, secret, e));

    it.each(lies)('it is named, and the others give the key: %s', (_what, lie) => {
      const { keys, wrong } = combine(group, commitments, entries, [lie, answerOf(2), answerOf(3)]);
      expect(wrong).toEqual([lie.keeper]);
      expect(keys).toEqual(own);
      expect(combine(group, commitments, entries, [lie, answerOf(2)]).keys).toBeUndefined();
    });

    it('nobody counts twice', () => {
      expect(combine(group, commitments, entries, [good, good]).keys).toBeUndefined();
    });
  });

  it.each([
    { k: 0, n: 3 },
    { k: 4, n: 3 },
    { k: 2, n: 10 },
    { k: 1.5, n: 3 },
  ])('is dealt to no such number of keepers: $k of $n', (numbers) => {
    expect(() => deal(group, aSecret(group), numbers, [])).toThrow(RangeError);
  });
});

describe('a share on its way to its keeper', () => {
  const manager = evenKey(fill(32, 5));
  const { commitments, shares } = deal(nobleGroup, scalarOf(7), { k: 2, n: 3 });
  const place: SharePlace = { ...PLACE, split: 1, k: 2, n: 3, keeper: 1, manager: `0x${'44'.repeat(20)}`, commitments };

  it('is opened by it alone', async () => {
    const capsule = await sealShare(manager.publicX, shares[0]!.value, place);
    expect(await openShare(manager.secret, capsule, place)).toEqual(shares[0]!.value);
    expect(await codeOf(openShare(evenKey(fill(32, 6)).secret, capsule, place))).toBe('wrong-key');
  });

  it.each<[string, Partial<SharePlace>]>([
    ['chain', { chainId: 1 }],
    ['registry', { registry: `0x${'99'.repeat(20)}` }],
    ['patient', { patient: `0x${'99'.repeat(20)}` }],
    ['folder', { folder: 7 }],
    ['epoch', { epoch: 4 }],
    ['split', { split: 2 }],
    ['k', { k: 3 }],
    ['n', { n: 4 }],
    ['keeper', { keeper: 2 }],
    ['manager', { manager: `0x${'99'.repeat(20)}` }],
    ['dealing', { commitments: commitments.toReversed() }],
  ])('is of no other %s', async (_what, change) => {
    const capsule = await sealShare(manager.publicX, shares[0]!.value, place);
    expect(await codeOf(openShare(manager.secret, capsule, { ...place, ...change }))).toBe('sealed-data-damaged');
  });
});
