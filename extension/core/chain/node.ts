import * as v from 'valibot';
import { concat, fromUtf8 } from '../bytes.ts';
import { chainUnreachable, NodeError } from '../errors.ts';
import type { Fetch } from '../fetch.ts';

/** An answer takes no longer, retries aside. */
const ANSWER_MS = 15_000;
/** Nor is it longer. */
const MOST_BYTES = 64 * 1_048_576;
/** Tries of a question that the node has no time for. */
const MOST_TRIES = 4;
/** Where the node does not say when to come again; doubled each time. */
const FIRST_PAUSE_MS = 300;
/** A node that wants more is asked again when the person or the next alarm does. */
const LONGEST_PAUSE_MS = 5_000;
/** Too many requests, and busy (RFC 6585, RFC 9110). */
const BUSY = [429, 503];
/** Content too large (RFC 9110): what some nodes say of logs of too many blocks. */
const TOO_LARGE = 413;

/** Questions that travel in one request. */
const MOST_TOGETHER = 100;

/** What a node answers to one question: a result, or an error as JSON-RPC 2.0 has it. */
const AnswerSchema = v.union([
  v.object({
    id: v.nullable(v.number()),
    error: v.object({ code: v.number(), message: v.string(), data: v.optional(v.unknown()) }),
  }),
  v.object({ id: v.number(), result: v.unknown() }),
]);
export type Answer = v.InferOutput<typeof AnswerSchema>;
const AnswersSchema = v.union([v.array(AnswerSchema), AnswerSchema]);

/** A node that can be asked, as JSON-RPC has it. */
export interface ChainNode {
  /** @throws NodeError what the node answers in place of a result; SalusError `chain-unreachable` where it does not answer */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** One question to a node (JSON-RPC 2.0). */
export interface Question {
  readonly jsonrpc: '2.0';
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[] | Record<string, unknown>;
}

interface Waiting {
  readonly question: Question;
  readonly resolve: (result: unknown) => void;
  readonly reject: (why: unknown) => void;
}

/**
 * An Ethereum node over JSON-RPC (HTTP). It asks nothing of its own accord, ends every question, comes again when a busy node says
 * so (`Retry-After`), and passes on nothing that is not an answer. Questions of one turn travel together.
 */
export class EthereumNode implements ChainNode {
  readonly #url: string;
  readonly #fetch: Fetch;
  #waiting: Waiting[] = [];
  #asked = 0;

  /** @param fetch as the platform has it */
  constructor(url: string, fetch: Fetch) {
    this.#url = url;
    this.#fetch = fetch;
  }

  send(method: string, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const question = { jsonrpc: '2.0', id: ++this.#asked, method, params } as const;
      if (this.#waiting.push({ question, resolve, reject }) === 1) setTimeout(() => void this.#sendAll(), 0);
    });
  }

  /**
   * Puts questions in one request. @returns an answer to each, in their order
   * @throws SalusError `chain-unreachable`; NodeError where they, or the answers to them, are too large: they may be put in smaller parts
   */
  async exchange(questions: readonly Question[]): Promise<Answer[]> {
    const [only, ...more] = questions;
    const parsed = v.safeParse(AnswersSchema, await this.#ask(JSON.stringify(more.length === 0 ? only : questions)));
    if (!parsed.success) throw chainUnreachable();
    const answers = Array.isArray(parsed.output) ? parsed.output : [parsed.output];
    return questions.map(({ id }) => answerTo(id, answers));
  }

  async #sendAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const parts = Array.from({ length: Math.ceil(waiting.length / MOST_TOGETHER) }, (_, i) =>
      waiting.slice(i * MOST_TOGETHER, (i + 1) * MOST_TOGETHER),
    );
    await Promise.all(parts.map((part) => this.#sendPart(part)));
  }

  async #sendPart(part: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.exchange(part.map(({ question }) => question));
      part.forEach(({ resolve, reject }, i) => {
        const answer = answers[i] as Answer;
        if ('result' in answer) return resolve(answer.result);
        const { code, message, data } = answer.error;
        reject(new NodeError(code, message, data));
      });
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  }

  /** @returns what the node's answer holds, parsed as JSON */
  async #ask(body: string): Promise<unknown> {
    const fetch = this.#fetch; // a browser's is not called as anybody's method
    const post = () =>
      fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    try {
      for (let tries = 1; ; tries++) {
        // Once more on a line of its own: the node may have closed the one that lay idle, just as it was taken again.
        const response = await post().catch((error: unknown) => {
          if ((error as { name?: unknown }).name === 'TimeoutError') throw error;
          return post();
        });
        if (response.status === TOO_LARGE) throw tooLarge();
        const pause = BUSY.includes(response.status) && tries < MOST_TRIES ? pauseOf(response, tries) : undefined;
        if (pause === undefined) return JSON.parse(fromUtf8(await bounded(response)));
        await response.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } catch (error) {
      throw error instanceof NodeError ? error : chainUnreachable();
    }
  }
}

/** The node's answer to one question. Some nodes refuse a whole batch with one answer that has no id. */
function answerTo(id: number, answers: readonly Answer[]): Answer {
  const [answer, another] = answers.filter((a) => a.id === id);
  if (answer !== undefined && another === undefined) return answer;
  const refusal = answers.length === 1 && answers[0]?.id === null ? answers[0] : undefined;
  if (refusal === undefined) throw chainUnreachable();
  return { ...refusal, id };
}

/** Milliseconds until the node wants to be asked again; undefined where that is too long. `Retry-After` is in seconds or a date. */
function pauseOf(response: Response, tries: number): number | undefined {
  const after = response.headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - Date.now();
  if (Number.isNaN(ms)) return FIRST_PAUSE_MS * 2 ** (tries - 1);
  return ms > LONGEST_PAUSE_MS ? undefined : Math.max(0, ms);
}

const tooLarge = () => new NodeError(-32_005, 'The node does not answer a question as large as this.');

/** The body, as far as it is not longer than an answer is. */
async function bounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const reader = response.body?.getReader(); reader !== undefined;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MOST_BYTES) {
      await reader.cancel();
      throw tooLarge();
    }
    parts.push(value);
  }
  return concat(...parts);
}
