import { beforeEach, describe, expect, it } from 'vitest';
import { Approvals, EXPIRES_MS, type PromptWindows } from '../../../extension/rpc/approvals.ts';

let store: Map<string, unknown>;
let now: number;
let opened: string[];
let closed: number[];

const session = () => ({
  get: (k: string) => Promise.resolve(structuredClone(store.get(k))),
  set: (k: string, v: unknown) => Promise.resolve(void store.set(k, structuredClone(v))),
  remove: (k: string) => Promise.resolve(void store.delete(k)),
});
const windows: PromptWindows = {
  open: (id) => Promise.resolve(opened.push(id)),
  focus: () => Promise.resolve(),
  close: (id) => Promise.resolve(void closed.push(id)),
};
/** A worker's approvals; a second one over the same store is the worker after its death. */
const worker = () => new Approvals(session(), windows, () => now);
const question = (requestKey: string, origin = 'https://a.example') => ({
  kind: 'connect' as const,
  requestKey,
  origin,
  params: {},
});
const settledSoon = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  store = new Map<string, unknown>();
  now = 1_000;
  opened = [];
  closed = [];
});

describe('the queue of approvals', () => {
  it('asks in a window, and gives the answer to whoever waits', async () => {
    const approvals = worker();
    const answer = approvals.ask(question('doc/1'));
    await settledSoon();
    await approvals.settle(opened[0]!, { result: ['0xabc'] });
    expect(await answer).toEqual(['0xabc']);
    expect(closed).toEqual([1]);
  });

  it('answers a page that asks again after the worker died, once the person decided', async () => {
    const lost = worker().ask(question('doc/1'));
    await settledSoon();
    const reborn = worker();
    const again = reborn.ask(question('doc/1'));
    await settledSoon();
    expect(opened.length).toBe(1);
    await reborn.settle(opened[0]!, { result: 'yes' });
    expect(await again).toBe('yes');
    expect(await worker().ask(question('doc/1'))).toBe('yes'); // also when the answer itself was lost
    void lost;
  });

  it('takes a closed window for a no, by its id alone', async () => {
    const approvals = worker();
    const answers = [approvals.ask(question('d/1')), approvals.ask(question('d/2', 'https://b.example'))];
    const first = expect(answers[0]).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    await approvals.windowClosed(1);
    await first;
    expect((await approvals.pending()).map((a) => a.origin)).toEqual(['https://b.example']);
    await approvals.settle(opened[1]!, { result: 1 });
    expect(await answers[1]).toBe(1);
  });

  it('refuses a second prompt of the same kind from one site', async () => {
    const approvals = worker();
    const first = approvals.ask(question('d/1'));
    await settledSoon();
    await expect(approvals.ask(question('d/2'))).rejects.toMatchObject({ code: -32005, reason: 'already-pending' });
    await approvals.reject(opened[0]!);
    await expect(first).rejects.toMatchObject({ code: 4001 });
  });

  it('ends what nobody answered in time', async () => {
    const approvals = worker();
    const answer = expect(approvals.ask(question('d/1'))).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    now += EXPIRES_MS;
    await approvals.expire();
    await answer;
  });

  it('is answered once: a second answer to the same approval changes nothing', async () => {
    const approvals = worker();
    const answer = approvals.ask(question('d/1'));
    await settledSoon();
    await approvals.settle(opened[0]!, { result: 1 });
    await approvals.settle(opened[0]!, { result: 2 });
    expect(await answer).toBe(1);
    expect(await approvals.ask(question('d/1'))).toBe(1);
  });
});
