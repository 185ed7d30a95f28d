import * as v from 'valibot';
import { randomId } from '../core/bytes.ts';
import type { SessionStore } from '../core/vault/slots.ts';
import { pauseLeft, refusedOnceMore, RefusalsSchema } from './cool-down.ts';
import { RpcCode, RpcError, toRpcError, userRejected, type RpcErrorData } from './errors.ts';

/**
 * What a person is asked: to let a site see their account, to give access, to take in records, to add to a patient's record, to
 * sign something, to give the key for locked messages, to open a locked message, to send a transaction, to add or use a network.
 */
const APPROVAL_KINDS = [
  'connect',
  'access',
  'offer',
  'write',
  'sign',
  'messageKey',
  'decrypt',
  'transaction',
  'network',
] as const;

const ApprovalSchema = v.object({
  id: v.string(),
  kind: v.picklist(APPROVAL_KINDS),
  /** Names the page's request across worker deaths: document and the content script's id. */
  requestKey: v.string(),
  origin: v.string(),
  params: v.unknown(),
  /** Import job of an offer or a write. */
  job: v.optional(v.string()),
  /** Milliseconds since the epoch. */
  createdAt: v.number(),
  windowId: v.optional(v.number()),
  /** The unlocking under which it was first shown, or asked. */
  unlock: v.optional(v.string()),
});
export type Approval = v.InferOutput<typeof ApprovalSchema>;

/** What is asked, before it has a place in the queue. */
export type Question = Pick<Approval, 'kind' | 'requestKey' | 'origin' | 'params'> & {
  /** Takes in hand what comes with it, once the question is accepted. @returns import job, cancelled when there is no yes */
  readonly stage?: () => Promise<string>;
};

const OutcomeSchema = v.union([
  v.object({ result: v.unknown() }),
  v.object({
    error: v.object({ code: v.number(), message: v.string(), data: v.optional(v.object({ reason: v.string() })) }),
  }),
]);
export type Outcome = { readonly result: unknown } | { readonly error: RpcErrorData };

const StoredSchema = v.object({
  pending: v.array(ApprovalSchema),
  settled: v.array(v.object({ requestKey: v.string(), at: v.number(), outcome: OutcomeSchema })),
  refusals: v.optional(v.array(RefusalsSchema), []),
});
type Stored = v.InferOutput<typeof StoredSchema>;

const documentOf = ({ requestKey }: Pick<Approval, 'requestKey'>): string =>
  requestKey.slice(0, requestKey.lastIndexOf('/'));

/** Opens and closes the windows that show requests. */
export interface PromptWindows {
  /** @returns the window's id */
  open(approvalId: string): Promise<number>;
  focus(windowId: number): Promise<void>;
  close(windowId: number): Promise<void>;
}

/** What the queue needs to know, and whom it tells. */
interface Hooks {
  /** Told of a new question before its window opens, so that what it will show can be made ready meanwhile. */
  readonly onAsk?: (approval: Approval) => void;
  /** Told of a question that ended without a yes. */
  readonly onRejected?: (approval: Approval) => void;
  /** Names the present unlocking of the wallet; undefined while it is locked. */
  readonly unlockId?: () => Promise<string | undefined>;
}

/** A request that nobody answered is over after this. */
export const EXPIRES_MS = 10 * 60_000;
/** Prompts of all sites together. */
const MOST_PENDING = 20;
/** A page whose worker died asks again after a quarter of a second, plus what a busy machine takes. */
const LATEST_AGAIN_MS = 3_000;
const LOOK_MS = 50;
const STORE_KEY = 'approvals';

/**
 * The queue of requests that wait for the person. It lives in session storage, so a worker that died in between finds it again;
 * the page's side asks again with the same request key and is given the same answer. An approval is resolved by its id alone.
 */
export class Approvals {
  readonly #store: SessionStore;
  readonly #windows: PromptWindows;
  readonly #now: () => number;
  readonly #hooks: Hooks;
  readonly #waiting = new Map<string, ((outcome: Outcome) => void)[]>();
  /** Documents that left while this worker lived: what they asked last may still be on its way. */
  readonly #gone = new Set<string>();
  /** Yeses that are carried out, or were while this worker lived. */
  readonly #going = new Map<string, Promise<void>>();
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: SessionStore, windows: PromptWindows, now: () => number, hooks: Hooks = {}) {
    this.#hooks = hooks;
    this.#store = store;
    this.#windows = windows;
    this.#now = now;
  }

  /**
   * Asks the person, or joins a question already asked with the same key.
   * @throws RpcError 4001 rejected or expired, or nobody waits for the answer any more; -32005 when this site already has such a prompt open, or was refused so often
   * that it must pause
   */
  async ask(question: Question): Promise<unknown> {
    const outcome = await this.#exclusive(async (stored) => {
      const settled = stored.settled.find((s) => s.requestKey === question.requestKey);
      if (settled !== undefined) return settled.outcome;
      if (this.#ended || this.#gone.has(documentOf(question))) throw userRejected();
      const known = stored.pending.find((p) => p.requestKey === question.requestKey);
      if (known === undefined) await this.#open(stored, question);
      return undefined;
    });
    const answer =
      outcome ??
      (await new Promise<Outcome>((resolve) => {
        this.#waiting.set(question.requestKey, [...(this.#waiting.get(question.requestKey) ?? []), resolve]);
      }));
    if ('error' in answer)
      throw new RpcError(answer.error.code as RpcCode, answer.error.message, answer.error.data?.reason);
    return answer.result;
  }

  /** Whether this request is waiting or was answered, so that asking again costs nothing. */
  async knows(requestKey: string): Promise<boolean> {
    const { pending, settled } = await this.#read();
    return [...pending, ...settled].some((a) => a.requestKey === requestKey);
  }

  async get(id: string): Promise<Approval | undefined> {
    await this.#last; // a window may ask for a request that is still being written down
    return (await this.pending()).find((a) => a.id === id);
  }

  /** What waits. What nobody answered in time is ended first. */
  async pending(): Promise<Approval[]> {
    const { pending } = await this.#read();
    const old = pending.filter((a) => a.createdAt + EXPIRES_MS <= this.#now());
    if (old.length === 0) return pending;
    for (const { id } of old) await this.reject(id);
    return (await this.#read()).pending;
  }

  /**
   * Carries out a yes, once: a second yes to the same approval joins the first. Where the work fails the request stays open, for
   * another try.
   * @param work whose result is the answer to the page
   */
  once(id: string, work: () => Promise<unknown>): Promise<void> {
    const going = this.#going.get(id);
    if (going !== undefined) return going;
    const begun = work().then((result) => this.settle(id, { result }));
    this.#going.set(id, begun);
    begun.catch(() => this.#going.delete(id));
    return begun;
  }

  /** Answers one approval. A second answer to the same id changes nothing. A yes forgets the site's refusals. */
  settle(id: string, outcome: Outcome): Promise<void> {
    return this.#settle(id, outcome, 'result' in outcome ? 'approved' : 'other');
  }

  async #settle(id: string, outcome: Outcome, how: 'approved' | 'refused' | 'other'): Promise<void> {
    const approval = await this.#exclusive((stored) => {
      const found = stored.pending.find((a) => a.id === id);
      if (found === undefined) return Promise.resolve(undefined);
      const { origin } = found;
      if (how === 'approved') stored.refusals = stored.refusals.filter((r) => r.origin !== origin);
      if (how === 'refused') stored.refusals = refusedOnceMore(stored.refusals, origin, this.#now());
      stored.pending = stored.pending.filter((a) => a.id !== id);
      stored.settled = [
        ...stored.settled.filter((s) => s.at > this.#now() - EXPIRES_MS),
        { requestKey: found.requestKey, at: this.#now(), outcome: outcome },
      ];
      return Promise.resolve(found);
    });
    if (approval === undefined) return;
    if (how !== 'approved') this.#hooks.onRejected?.(approval);
    for (const resolve of this.#waiting.get(approval.requestKey) ?? []) resolve(outcome);
    this.#waiting.delete(approval.requestKey);
    if (approval.windowId !== undefined) await this.#windows.close(approval.windowId);
  }

  /**
   * The person said no to this request. A site that hears that often has to pause. A no that comes after the yes waits for what
   * becomes of that, so that no page is told no of what was done.
   */
  async refuse(id: string): Promise<void> {
    await this.#going.get(id)?.catch(() => undefined);
    return this.#settle(id, { error: toRpcError(userRejected()) }, 'refused');
  }

  /** Ends a request that the person did not decide. */
  reject(id: string): Promise<void> {
    return this.settle(id, { error: toRpcError(userRejected()) });
  }

  /** A window is matched by its id: closing it is a no. */
  async windowClosed(windowId: number): Promise<void> {
    const closed = (await this.#inTurn()).filter((a) => a.windowId === windowId);
    for (const { id } of closed) await this.refuse(id);
  }

  /**
   * Rejects everything that waits: on locking, when the account or network changes, and when the person clears the table,
   * which tells nothing about any one site.
   * @param origin what this site asked for alone: when it is disconnected
   */
  async rejectAll(origin?: string): Promise<void> {
    const pending = await this.#inTurn();
    for (const { id } of pending.filter((a) => origin === undefined || a.origin === origin)) await this.reject(id);
  }

  /** Answers that pages were given are not kept past the unlocking they were given in: they may hold what was decrypted. */
  async forgetAnswers(): Promise<void> {
    await this.#exclusive((stored) => {
      const ended: Outcome = { error: toRpcError(userRejected()) };
      stored.settled = stored.settled.map((one) => ({ ...one, outcome: ended }));
      return Promise.resolve();
    });
  }

  /** Another queue takes the place of this one. What waits here is rejected, and so is what is still on its way to it. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.rejectAll();
    await this.forgetAnswers();
  }

  /** The document that asked is gone: nobody waits for an answer any more. */
  async documentGone(documentId: string): Promise<void> {
    this.#gone.add(documentId);
    const orphans = (await this.#inTurn()).filter((a) => documentOf(a) === documentId);
    for (const { id } of orphans) await this.reject(id);
  }

  /** A document is there, for the first time or on the way back to it. */
  documentHere(documentId: string): void {
    this.#gone.delete(documentId);
  }

  /**
   * Whether the page that asked still waits. After the worker's death a page asks again within a moment, so this takes a moment to
   * say no.
   */
  async isAwaited(id: string): Promise<boolean> {
    const approval = await this.get(id);
    for (let waited = 0; approval !== undefined && waited < LATEST_AGAIN_MS; waited += LOOK_MS) {
      if (this.#waiting.has(approval.requestKey)) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return false;
  }

  /**
   * An approval belongs to one unlocking: that in which it was asked or, asked of a locked wallet, the first in which it is shown.
   * One that outlived it is over, so that no consent survives a lock.
   */
  async holds(id: string): Promise<boolean> {
    const current = await this.#hooks.unlockId?.();
    let approval = await this.get(id);
    if (approval !== undefined && approval.unlock === undefined && current !== undefined) {
      approval = await this.#exclusive((stored) => {
        const found = stored.pending.find((a) => a.id === id);
        if (found !== undefined) found.unlock ??= current;
        return Promise.resolve(found);
      });
    }
    if (approval === undefined) return false;
    if (approval.unlock === current) return true;
    await this.reject(id);
    return false;
  }

  /** Ends what nobody answered in time, and what outlived the unlocking it belongs to. */
  async expire(): Promise<void> {
    const current = await this.#hooks.unlockId?.();
    const isOver = ({ createdAt, unlock }: Approval) =>
      createdAt + EXPIRES_MS <= this.#now() || (unlock !== undefined && unlock !== current);
    for (const { id } of (await this.#read()).pending.filter(isOver)) await this.reject(id);
  }

  async #open(stored: Stored, { stage, ...question }: Question): Promise<void> {
    const same = stored.pending.find((a) => a.origin === question.origin && a.kind === question.kind);
    if (same !== undefined || stored.pending.length >= MOST_PENDING) {
      if (same?.windowId !== undefined) await this.#windows.focus(same.windowId);
      throw new RpcError(
        RpcCode.LimitExceeded,
        'A request like this is already waiting for the person.',
        'already-pending',
      );
    }
    const pause = pauseLeft(
      stored.refusals.find((r) => r.origin === question.origin),
      this.#now(),
    );
    if (pause > 0) {
      throw new RpcError(
        RpcCode.LimitExceeded,
        `The person refused this site several times. It may ask again in ${Math.ceil(pause / 1000)} seconds.`,
        'cooling-down',
      );
    }
    const id = randomId();
    const unlock = await this.#hooks.unlockId?.();
    const job = await stage?.();
    const approval = { ...question, id, createdAt: this.#now(), ...(job && { job }), ...(unlock && { unlock }) };
    try {
      this.#hooks.onAsk?.(approval);
      stored.pending.push({ ...approval, windowId: await this.#windows.open(id) });
    } catch (error) {
      this.#hooks.onRejected?.(approval);
      throw error;
    }
  }

  /** What waits, with what was on its way here when this was called: a window takes a moment to open. */
  async #inTurn(): Promise<Approval[]> {
    await this.#last;
    return (await this.#read()).pending;
  }

  async #read(): Promise<Stored> {
    const parsed = v.safeParse(StoredSchema, await this.#store.get(STORE_KEY));
    return parsed.success ? parsed.output : { pending: [], settled: [], refusals: [] };
  }

  /** One change at a time, so that two requests at once do not undo one another. */
  #exclusive<T>(change: (stored: Stored) => Promise<T>): Promise<T> {
    const next = this.#last.then(async () => {
      const stored = await this.#read();
      const result = await change(stored);
      await this.#store.set(STORE_KEY, stored);
      return result;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}
