import { describe, expect, it } from 'vitest';
import { limitsFor, SpeedQuestions, timesOf } from '../../../extension/core/network/speed.ts';
import { actTimes } from '../../../extension/core/wallet/act-times.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { allergy, codeOf, importOwn, share, world } from './wallets.ts';

/** A chain as a node tells of it: a block each `pace` seconds, and nothing else. */
const steady =
  (pace: number, newest: number, tags: Readonly<Record<string, number>> = {}) =>
  (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (method === 'eth_getLogs') return Promise.resolve([]);
    const [tag] = params as [string];
    const number = tag === 'latest' ? newest : (tags[tag] ?? (tag.startsWith('0x') ? Number(tag) : undefined));
    if (number === undefined) return Promise.reject(new Error('unknown tag'));
    const hash = `0x${number.toString(16).padStart(64, '0')}`;
    const hex = (n: number) => `0x${n.toString(16)}`;
    return Promise.resolve({
      number: hex(number),
      hash,
      parentHash: hash,
      timestamp: hex(1_000 + number * pace),
      gasLimit: hex(30_000_000),
    });
  };
const at = { registry: `0x${'11'.repeat(20)}`, fromBlock: 1 };

describe('how quick a network is', () => {
  it('is the median, and what 95 of 100 keep', () => {
    expect(timesOf([])).toBeUndefined();
    expect(timesOf([7])).toEqual({ count: 1, median: 7, p95: 7 });
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(timesOf(hundred)).toEqual({ count: 100, median: 50, p95: 95 });
  });

  it('is held to what a network of its pace is to keep', () => {
    expect(limitsFor(1)).toMatchObject({ kind: 'private', read: 1_000, write: 5_000 });
    expect(limitsFor(12)).toMatchObject({ kind: 'public', read: 10_000, write: 1_800_000 });
  });

  it.each([
    ['its tag', steady(12, 1_000, { finalized: 936 }), undefined, { blocks: 64, seconds: 768 }],
    ['so many blocks', steady(12, 1_000), 5, { blocks: 5, seconds: 60 }],
    ['64 blocks where a node has no such tag', steady(12, 1_000), undefined, { blocks: 64, seconds: 768 }],
    ['the newest', steady(12, 1_000), 'latest' as const, { blocks: 0, seconds: 0 }],
  ])('says when a block is final by %s', async (_, ask, finality, final) => {
    const pace = await new SpeedQuestions(ask, { ...at, ...(finality !== undefined && { finality }) }).pace();
    expect(pace).toEqual({ newest: 1_000, secondsPerBlock: 12, final });
  });

  it('has nothing to say of a registry that took nothing', async () => {
    const questions = new SpeedQuestions(steady(12, 1_000), { ...at, finality: 'latest' });
    expect(await questions.throughput(await questions.pace())).toEqual({ records: 0, seconds: 3_600 });
  });

  it('refuses a node that gives no usable answer', async () => {
    const odd = new SpeedQuestions(() => Promise.resolve({ number: 'many' }), at);
    expect(await codeOf(odd.pace())).toBe('chain-unreachable');
  });

  it('counts the records that a real chain took, what each cost, and how many have room', async () => {
    const { clinic, evm } = await world();
    const { patient, network } = await clinic();
    for (const substance of ['Penicillin', 'Latex', 'Nuts']) await importOwn(patient, allergy(substance));
    await drainOutbox(patient);
    const { provider } = evm.node({});
    const questions = new SpeedQuestions((method, params) => provider.send(method, params), network);
    const throughput = await questions.throughput(await questions.pace());
    expect(throughput.records).toBe(3);
    expect(throughput.gas).toBeGreaterThan(20_000);
    expect(throughput.gas).toBeLessThan(120_000);
    expect(throughput.perHour).toBeGreaterThan(10_000);
  });
});

describe('how long acts took', () => {
  it('is noted for each that the chain has, for the newest hundred, and for this account alone', async () => {
    const { clinic } = await world();
    const { patient, doctor } = await clinic();
    // What is known of the chain begins anew with the first look at it, and the figures of before with it.
    await patient.catalogue.sync();
    const before = (await actTimes(patient)).length;
    await importOwn(patient, allergy('Penicillin'));
    await drainOutbox(patient);
    await share(patient, doctor);
    const after = await actTimes(patient);
    expect(after.length).toBeGreaterThan(before + 1);
    expect(after.every((took) => Number.isInteger(took) && took >= 0)).toBe(true);
    const theirs = await actTimes(doctor);
    expect(theirs.length).toBeLessThan(after.length);
  });

  it('that cannot be kept fails no act', async () => {
    const { clinic } = await world();
    const { patient, doctor } = await clinic();
    await patient.catalogue.sync();
    const { rows } = patient.catalogue;
    const write = rows.write.bind(rows);
    rows.write = (changes, ...more) =>
      changes.has('act-times') ? Promise.reject(new Error('the disk is full')) : write(changes, ...more);
    const before = await actTimes(patient);
    await share(patient, doctor);
    expect(await actTimes(patient)).toEqual(before);
  });
});
