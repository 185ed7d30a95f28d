import { beforeEach, describe, expect, it } from 'vitest';
import { Approvals, EXPIRES_MS, type PromptWindows } from '../../../extension/rpc/approvals.ts';
import { createUiApi, type UiParts } from '../../../extension/rpc/ui-api.ts';

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

  it('keeps no answer past a lock: it may hold what was decrypted', async () => {
    const approvals = worker();
    const answer = approvals.ask(question('doc/1'));
    await settledSoon();
    await approvals.settle(opened[0]!, { result: 'a secret text' });
    expect(await answer).toBe('a secret text');
    await approvals.forgetAnswers();
    expect(JSON.stringify([...store])).not.toContain('a secret text');
    await expect(worker().ask(question('doc/1'))).rejects.toMatchObject({ code: 4001 });
    expect(opened).toHaveLength(1);
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

  /** One request of a site, and the person's answer to it. */
  async function round(approvals: Approvals, key: string, answer: (id: string) => Promise<void>, origin?: string) {
    const asked = approvals.ask(question(key, origin)).catch((error: unknown) => error);
    await settledSoon();
    await answer(opened.at(-1)!);
    return asked;
  }
  const pausing = { code: -32005, reason: 'cooling-down' };

  it('does not hear a site for a while that was refused three times in a row, longer each time', async () => {
    const approvals = worker();
    const refuse = (id: string) => approvals.refuse(id);
    for (const n of [1, 2]) await round(approvals, `d/${n}`, refuse);
    await round(approvals, 'd/3', () => approvals.windowClosed(opened.length));
    for (const [n, pause] of [60_000, 120_000, 240_000].entries()) {
      now += pause - 1;
      await expect(worker().ask(question(`e/${n}`))).rejects.toMatchObject(pausing);
      now += 1;
      expect(await round(approvals, `f/${n}`, refuse)).toMatchObject({ code: 4001 });
    }
    for (let n = 0; n < 6; n++) {
      now += 60 * 60_000;
      await round(approvals, `g/${n}`, refuse);
    }
    now += 60 * 60_000 - 1;
    await expect(approvals.ask(question('h/1'))).rejects.toMatchObject(pausing); // an hour at most
  });

  it('hears other sites meanwhile, and the same one again after a yes or a day', async () => {
    const approvals = worker();
    const refuse = (id: string) => approvals.refuse(id);
    const yes = (id: string) => approvals.settle(id, { result: 1 });
    for (const n of [1, 2, 3]) await round(approvals, `d/${n}`, refuse);
    await expect(approvals.ask(question('d/4'))).rejects.toMatchObject(pausing);
    expect(await round(approvals, 'x/1', yes, 'https://b.example')).toBe(1);
    now += 60_000;
    expect(await round(approvals, 'd/5', yes)).toBe(1);
    for (const n of [6, 7]) await round(approvals, `d/${n}`, refuse);
    expect(await round(approvals, 'd/8', yes)).toBe(1);
    for (const n of [9, 10]) await round(approvals, `d/${n}`, refuse);
    now += 25 * 60 * 60_000;
    await round(approvals, 'd/11', refuse);
    expect(await round(approvals, 'd/12', yes)).toBe(1);
  });

  it('does not count what ran out, what was locked away, or what was rejected all at once', async () => {
    const approvals = worker();
    for (const n of [1, 2, 3]) await round(approvals, `d/${n}`, () => approvals.rejectAll());
    for (const n of [4, 5, 6]) {
      await round(approvals, `d/${n}`, async () => {
        now += EXPIRES_MS;
        await approvals.expire();
      });
    }
    expect(await round(approvals, 'd/7', (id) => approvals.settle(id, { result: 1 }))).toBe(1);
  });

  it('ends what a document asked that is gone, and nothing of another', async () => {
    const approvals = worker();
    const gone = expect(approvals.ask(question('doc1/1'))).rejects.toMatchObject({ code: 4001 });
    const stays = approvals.ask(question('doc12/1', 'https://b.example'));
    await settledSoon();
    await approvals.documentGone('doc1');
    await gone;
    expect((await approvals.pending()).map((a) => a.requestKey)).toEqual(['doc12/1']);
    await approvals.settle(opened[1]!, { result: 1 });
    expect(await stays).toBe(1);
  });

  /** Windows that open when told, as a busy machine's do. */
  function slowWindows() {
    let open: () => void = () => undefined;
    const may = new Promise<void>((resolve) => (open = resolve));
    return { open: () => open(), windows: { ...windows, open: (id: string) => may.then(() => windows.open(id)) } };
  }

  for (const [what, cause] of [
    ['the page leaves', (approvals: Approvals) => approvals.documentGone('doc')],
    ['all is rejected', (approvals: Approvals) => approvals.rejectAll()],
    ['its window is closed', (approvals: Approvals) => approvals.windowClosed(1)],
    ['another queue takes its place', (approvals: Approvals) => approvals.end()],
  ] as const) {
    it(`ends a question whose window is just opening when ${what}`, async () => {
      const slow = slowWindows();
      const approvals = new Approvals(session(), slow.windows, () => now);
      const answer = expect(approvals.ask(question('doc/1'))).rejects.toMatchObject({ code: 4001 });
      await settledSoon();
      const done = cause(approvals);
      slow.open();
      await done;
      await answer;
      expect(await approvals.pending()).toEqual([]);
      expect(closed).toEqual([1]);
    });
  }

  it('opens no window for a document that left while its request was on the way, and one when it is back', async () => {
    const approvals = worker();
    await approvals.documentGone('doc');
    await expect(approvals.ask(question('doc/1'))).rejects.toMatchObject({ code: 4001 });
    expect(opened).toEqual([]);
    approvals.documentHere('doc');
    const again = approvals.ask(question('doc/1'));
    await settledSoon();
    await approvals.settle(opened[0]!, { result: 1 });
    expect(await again).toBe(1);
  });

  it('takes no question any more when another queue took its place, which knows what was settled', async () => {
    const approvals = worker();
    const waits = expect(approvals.ask(question('d/1'))).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    await approvals.end();
    await waits;
    await expect(approvals.ask(question('d/2'))).rejects.toMatchObject({ code: 4001 });
    await expect(worker().ask(question('d/1'))).rejects.toMatchObject({ code: 4001 });
    expect(opened.length).toBe(1);
  });

  it('knows whether the page still waits, also after the worker died', async () => {
    const lost = worker().ask(question('doc/1'));
    await settledSoon();
    const reborn = worker();
    const awaited = reborn.isAwaited(opened[0]!);
    await settledSoon();
    const again = reborn.ask(question('doc/1'));
    expect(await awaited).toBe(true);
    expect(await worker().isAwaited('no such id')).toBe(false);
    await reborn.settle(opened[0]!, { result: 1 });
    expect(await again).toBe(1);
    void lost;
  });

  it('lets no question outlive the unlocking it was asked in', async () => {
    let unlock: string | undefined = 'first';
    const approvals = new Approvals(session(), windows, () => now, { unlockId: () => Promise.resolve(unlock) });
    const answer = expect(approvals.ask(question('d/1'))).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    expect(await approvals.holds(opened[0]!)).toBe(true);
    unlock = 'second';
    expect(await approvals.holds(opened[0]!)).toBe(false);
    await answer;
  });

  it('ends by itself what outlived its unlocking, and leaves what was asked of a locked wallet', async () => {
    let unlock: string | undefined;
    const approvals = new Approvals(session(), windows, () => now, { unlockId: () => Promise.resolve(unlock) });
    const whileLocked = approvals.ask(question('d/1', 'https://b.example'));
    await settledSoon();
    unlock = 'first';
    const whileOpen = expect(approvals.ask(question('d/2'))).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    unlock = undefined; // the time was up: nobody locked it
    await approvals.expire();
    await whileOpen;
    expect((await approvals.pending()).map((a) => a.requestKey)).toEqual(['d/1']);
    await approvals.settle(opened[0]!, { result: 1 });
    expect(await whileLocked).toBe(1);
  });

  it('is there for a window that asks for it before it is written down', async () => {
    let shown: ((windowId: number) => void) | undefined;
    const slow = { ...windows, open: (id: string) => (opened.push(id), new Promise<number>((done) => (shown = done))) };
    const approvals = new Approvals(session(), slow, () => now);
    const answer = approvals.ask(question('d/1'));
    await settledSoon();
    const holds = approvals.holds(opened[0]!);
    await settledSoon();
    shown?.(1);
    expect(await holds).toBe(true);
    await approvals.settle(opened[0]!, { result: 1 });
    await answer;
  });

  it('asked of a locked wallet belongs to the first unlocking in which it is shown', async () => {
    let unlock: string | undefined;
    const approvals = new Approvals(session(), windows, () => now, { unlockId: () => Promise.resolve(unlock) });
    const answer = expect(approvals.ask(question('d/1'))).rejects.toMatchObject({ code: 4001 });
    await settledSoon();
    unlock = 'first';
    expect(await approvals.holds(opened[0]!)).toBe(true);
    unlock = undefined;
    expect(await approvals.holds(opened[0]!)).toBe(false);
    await answer;
  });

  it('tells of every question that ended without a yes, and of no other', async () => {
    const rejected: string[] = [];
    const onRejected = ({ requestKey }: { requestKey: string }) => void rejected.push(requestKey);
    const approvals = new Approvals(session(), windows, () => now, { onRejected });
    await round(approvals, 'd/1', (id) => approvals.settle(id, { result: 1 }));
    await round(approvals, 'd/2', (id) => approvals.refuse(id));
    await round(approvals, 'd/3', () => approvals.rejectAll());
    expect(rejected).toEqual(['d/2', 'd/3']);
  });
});

describe('what comes with a request', () => {
  function staging() {
    const [staged, cancelled]: [string[], string[]] = [[], []];
    const unlock: { id: string | undefined } = { id: 'u1' };
    const approvals = new Approvals(session(), windows, () => now, {
      onRejected: ({ job }) => void (job !== undefined && cancelled.push(job)),
      unlockId: () => Promise.resolve(unlock.id),
    });
    const ask = (requestKey: string, origin?: string) => {
      const stage = () => Promise.resolve(`job${staged.push(requestKey)}`);
      return approvals.ask({ ...question(requestKey, origin), stage }).then(
        () => 'yes',
        (error: { code: number }) => error.code,
      );
    };
    return { approvals, ask, staged, cancelled, unlock };
  }

  it.each<[string, (w: ReturnType<typeof staging>) => Promise<void>]>([
    ['refused', ({ approvals }) => approvals.refuse(opened[0]!)],
    ['ended by its window', ({ approvals }) => approvals.windowClosed(1)],
    ['too old', ({ approvals }) => ((now += EXPIRES_MS), approvals.expire())],
    ['of a page that left', ({ approvals }) => approvals.documentGone('doc')],
    ['asked before a lock', ({ approvals, unlock }) => ((unlock.id = undefined), approvals.expire())],
    ['cleared away', ({ approvals }) => approvals.rejectAll()],
    ['of another queue', ({ approvals }) => approvals.end()],
  ])('is let go of when it is %s', async (_, end) => {
    const w = staging();
    const answer = w.ask('doc/1');
    await settledSoon();
    expect([w.staged, w.cancelled]).toEqual([['doc/1'], []]);
    await end(w);
    expect(await answer).toBe(4001);
    expect(w.cancelled).toEqual(['job1']);
  });

  it('is not taken in hand for a request that is not accepted: too many, a pause, a page that left', async () => {
    const w = staging();
    void w.ask('doc/1');
    await settledSoon();
    expect(await w.ask('doc/2')).toBe(-32005);
    for (let i = 1; i <= 3; i++) {
      await w.approvals.refuse(opened.at(-1)!);
      if (i < 3) void w.ask(`doc/again${i}`);
      await settledSoon();
    }
    const before = w.staged.length;
    expect(await w.ask('doc/3')).toBe(-32005);
    await w.approvals.documentGone('left');
    expect(await w.ask('left/1', 'https://b.example')).toBe(4001);
    expect(w.staged.length).toBe(before);
    expect(w.cancelled.length).toBe(before);
  });

  it('is let go of when no window opens for it', async () => {
    const cancelled: unknown[] = [];
    const none = { ...windows, open: () => Promise.reject(new Error('no window')) };
    const approvals = new Approvals(session(), none, () => now, { onRejected: ({ job }) => cancelled.push(job) });
    const asked = approvals.ask({ ...question('doc/1'), stage: () => Promise.resolve('job1') });
    await expect(asked).rejects.toThrow('no window');
    expect(cancelled).toEqual(['job1']);
  });
});

describe('a yes', () => {
  function carrying() {
    const approvals = worker();
    const works: { resolve: (result: unknown) => void; reject: (error: Error) => void }[] = [];
    const carryOut = () => new Promise((resolve, reject) => works.push({ resolve, reject }));
    const ui = createUiApi({ approvals, prompts: { carryOut } } as unknown as UiParts);
    return { approvals, works, ui };
  }

  it('is carried out once, however often it is said', async () => {
    const { approvals, works, ui } = carrying();
    const answer = approvals.ask(question('doc/1'));
    await settledSoon();
    const yes = [1, 2, 3].map(() => ui.approve(opened[0]!, {}));
    await settledSoon();
    expect(works.length).toBe(1);
    works[0]!.resolve('done');
    await Promise.all(yes);
    expect(await answer).toBe('done');
    await expect(ui.approve(opened[0]!, {})).rejects.toMatchObject({ code: 'not-waiting' });
    await approvals.once(opened[0]!, () => Promise.reject(new Error('carried out again')));
    expect(works.length).toBe(1);
  });

  it('may be said again where it failed', async () => {
    const { approvals, works, ui } = carrying();
    const answer = approvals.ask(question('doc/1'));
    await settledSoon();
    const first = expect(ui.approve(opened[0]!, {})).rejects.toThrow('no node');
    await settledSoon();
    works[0]!.reject(new Error('no node'));
    await first;
    const second = ui.approve(opened[0]!, {});
    await settledSoon();
    works[1]!.resolve('done');
    await second;
    expect(await answer).toBe('done');
  });

  it.each([
    ['done', 'done'],
    ['failed', 4001],
  ])('that is being carried out decides, not the window that closes meanwhile: %s', async (how, told) => {
    const { approvals, works, ui } = carrying();
    const answer = approvals.ask(question('doc/1')).catch((error: { code: number }) => error.code);
    await settledSoon();
    const yes = ui.approve(opened[0]!, {}).catch(() => undefined);
    await settledSoon();
    const no = approvals.windowClosed(1);
    await settledSoon();
    if (how === 'done') works[0]!.resolve('done');
    else works[0]!.reject(new Error('no node'));
    await Promise.all([yes, no]);
    expect(await answer).toBe(told);
  });
});
