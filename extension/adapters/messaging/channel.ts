import * as v from 'valibot';
import { ERROR_CODES, isSalusError, SalusError } from '../../core/errors.ts';

/** The message that carries a new channel's port to the storage host. */
export const STORAGE_CHANNEL = 'salus-storage';
/** The same to the message box; only the background opens it. */
export const MESSAGES_CHANNEL = 'salus-messages';
/** The same to what computes keys on the group; only the background opens it. */
export const KEYS_CHANNEL = 'salus-keys';
/** The same to what makes keys of passwords; only the background opens it. */
export const PASSWORDS_CHANNEL = 'salus-passwords';

type Handler = (...args: never[]) => Promise<unknown>;

/** The same API as seen from the other end. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

const ErrorSchema = v.object({
  code: v.picklist(ERROR_CODES),
  message: v.string(),
  detail: v.record(v.string(), v.union([v.number(), v.string()])),
});

/** An error as plain data. What is not typed is not told: it could quote what was being read. */
export const packError = (error: unknown): v.InferOutput<typeof ErrorSchema> =>
  isSalusError(error)
    ? { code: error.code, message: error.message, detail: { ...error.detail } }
    : { code: 'bad-request', message: 'Something went wrong inside the wallet. Nothing was lost.', detail: {} };

export function unpackError(packed: unknown): SalusError {
  const parsed = v.safeParse(ErrorSchema, packed);
  return parsed.success
    ? new SalusError(parsed.output.code, parsed.output.message, parsed.output.detail)
    : new SalusError('bad-request', 'Something went wrong inside the wallet. Nothing was lost.');
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: unknown[];
}

/**
 * Calls over a MessagePort by structured clone: bytes, Blobs and Files pass without being copied into JSON. Both ends are this
 * extension's own contexts. This end answers with the methods of `handlers`.
 */
export function serveChannel(port: MessagePort, handlers: object): void {
  port.onmessage = ({ data }: MessageEvent<Call>) => {
    const { id, method, args } = data;
    const handler = (handlers as Record<string, Handler | undefined>)[method];
    const answer =
      handler === undefined
        ? Promise.reject(new SalusError('bad-request', `There is no call “${method}”.`))
        : handler.apply(handlers, args as never[]);
    answer.then(
      (result) => port.postMessage({ id, result }),
      (error: unknown) => port.postMessage({ id, error: packError(error) }),
    );
  };
}

/** Makes calls over `port`. */
export function openChannel<T extends object>(port: MessagePort): Remote<T> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let count = 0;
  port.onmessage = ({ data }: MessageEvent<{ id: number; result?: unknown; error?: unknown }>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) call?.resolve(data.result);
    else call?.reject(unpackError(data.error));
  };
  return new Proxy({} as Remote<T>, {
    get: (_, method) =>
      // A thenable would be awaited by mistake when the channel itself is returned from an async function.
      method === 'then'
        ? undefined
        : (...args: unknown[]) =>
            new Promise((resolve, reject) => {
              const id = ++count;
              waiting.set(id, { resolve, reject });
              port.postMessage({ id, method: String(method), args } satisfies Call);
            }),
  });
}
