import type { Page } from 'playwright';
import * as v from 'valibot';
import { METHODS } from '../../extension/rpc/schema.ts';
import { CapabilitiesSchema } from '../../portal/sdk/results.ts';
import type { Rule } from './rules.ts';
import { BEFORE_CONNECTING, MARK, WRONG } from './wallet-requests.ts';

/** What a wallet did with a request, as the page sees it. */
interface Answer {
  readonly result?: unknown;
  readonly error?: { isError: boolean; code: unknown; message: unknown; reason: unknown };
  /** Neither within {@link SETTLES_MS}. */
  readonly silent?: true;
}

interface Announced {
  readonly info: Readonly<Record<string, unknown>>;
  readonly provider: {
    request(args: unknown): Promise<unknown>;
    on(event: string, listener: () => void): unknown;
    removeListener(event: string, listener: () => void): unknown;
  };
}
interface Kit {
  announced: Announced[];
  provider: Announced['provider'];
}
declare global {
  interface Window {
    conformance: Kit;
  }
}

const SETTLES_MS = 15_000;

/** A wallet that announced itself in a page of an origin it has never seen. */
export class WalletUnderTest {
  readonly page: Page;
  /** Windows that were opened since; a wallet that was just installed may have opened its own. */
  readonly #opened: Page[] = [];

  constructor(page: Page) {
    this.page = page;
    page.context().on('page', (opened) => this.#opened.push(opened));
  }

  /** @throws Error when no wallet announces itself */
  static async find(page: Page): Promise<WalletUnderTest> {
    const found = await page.evaluate(async () => {
      const announced: Announced[] = [];
      window.addEventListener('eip6963:announceProvider', (event) =>
        announced.push((event as CustomEvent<Announced>).detail),
      );
      for (let tries = 0; tries < 20 && announced.length === 0; tries++) {
        window.dispatchEvent(new Event('eip6963:requestProvider'));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const [first] = announced;
      if (first !== undefined) window.conformance = { announced, provider: first.provider };
      return first !== undefined;
    });
    if (!found) throw new Error('No wallet announced itself by EIP-6963.');
    return new WalletUnderTest(page);
  }

  async ask(method: string, params?: unknown): Promise<Answer> {
    const [answer = {}] = await this.askAll([{ method, ...(params !== undefined && { params }) }]);
    return answer;
  }

  /** Asks all of it at once. */
  askAll(requests: readonly unknown[]): Promise<Answer[]> {
    return this.page.evaluate(
      ([all, most]) => {
        const one = async (args: unknown): Promise<Answer> => {
          try {
            return { result: await window.conformance.provider.request(args) };
          } catch (error) {
            const { code, message, data } = Object(error) as { code: unknown; message: unknown; data?: object | null };
            const reason: unknown = data ? Reflect.get(data, 'reason') : undefined;
            return { error: { isError: error instanceof Error, code, message, reason } };
          }
        };
        const late = new Promise<Answer>((resolve) => setTimeout(() => resolve({ silent: true }), most));
        return Promise.all(all.map((args) => Promise.race([one(args), late])));
      },
      [requests, SETTLES_MS] as const,
    );
  }

  /**
   * Asks for something that opens a prompt, and again while it is open; then closes it.
   * @returns both answers, and how many such windows were opened up to now
   */
  async askAndClose(method: string): Promise<{ first: Answer; second: Answer; prompts: number }> {
    const opened = this.page.context().waitForEvent('page', { timeout: SETTLES_MS });
    const asked = this.ask(method);
    const prompt = await opened;
    await prompt.waitForFunction(() => document.readyState === 'complete');
    const second = await this.ask(method);
    await prompt.close();
    const place = (page: Page) => page.url().split(/[?#]/)[0];
    const prompts = this.#opened.filter((page) => place(page) === place(prompt)).length;
    return { first: await asked, second, prompts };
  }
}

const seen = ({ result, error, silent }: Answer): string =>
  silent ? 'no answer' : error ? `error ${String(error.code)}` : `result ${JSON.stringify(result)?.slice(0, 80)}`;

/** Each of the requests must fail with this code, as an Error with a message that repeats nothing of the request. */
async function refused(
  wallet: WalletUnderTest,
  code: number,
  requests: readonly (readonly [method: string, params?: unknown])[],
  reason?: string,
): Promise<string | undefined> {
  for (const [method, params] of requests) {
    const answer = await wallet.ask(method, params);
    const { error } = answer;
    const what = `${method || '(empty method)'}: `;
    if (error?.code !== code) return `${what}${seen(answer)}, not error ${code}`;
    if (!error.isError || typeof error.message !== 'string' || error.message === '')
      return `${what}no Error with a message`;
    if (error.message.includes(MARK)) return `${what}the message repeats what was sent`;
    if (reason !== undefined && error.reason !== reason) return `${what}data.reason is ${String(error.reason)}`;
  }
  return undefined;
}

async function gives(wallet: WalletUnderTest, method: string, expected: unknown, params?: unknown) {
  const answer = await wallet.ask(method, params);
  const same = 'result' in answer && JSON.stringify(answer.result) === JSON.stringify(expected);
  return same ? undefined : `${method}: ${seen(answer)}, not ${JSON.stringify(expected)}`;
}

/** Looks at the provider from within the page. */
const inPage = async (
  { page }: WalletUnderTest,
  check: (kit: Kit) => string | undefined | Promise<string | undefined>,
) => page.evaluate(check, await page.evaluateHandle(() => window.conformance));

/** What a wallet promises that can be tried without a person. In this order: the last one opens a prompt. */
export const WALLET_RULES: readonly Rule<WalletUnderTest>[] = [
  {
    says: 'announces itself with a UUID, a name, an icon and a reverse domain name',
    section: 'Methods',
    check: (wallet) =>
      inPage(wallet, ({ announced: [first] }) => {
        const { uuid, name, icon, rdns } = first?.info ?? {};
        if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(uuid)))
          return 'uuid is no UUID v4';
        if (typeof name !== 'string' || name === '') return 'there is no name';
        if (!/^data:image\//.test(String(icon))) return 'icon is no data URI of an image';
        return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(String(rdns)) ? undefined : 'rdns is no reverse domain name';
      }),
  },
  {
    says: 'announces the same provider whenever a page asks, and lets no page change it',
    section: 'Methods',
    check: (wallet) =>
      inPage(wallet, ({ announced, provider }) => {
        const before = announced.length;
        window.dispatchEvent(new Event('eip6963:requestProvider'));
        const again = announced.at(-1);
        if (announced.length === before) return 'it does not answer eip6963:requestProvider';
        if (again?.provider !== provider || again.info['uuid'] !== announced[0]?.info['uuid'])
          return 'it is another one';
        return [announced[0], again.info, provider].every(Object.isFrozen) ? undefined : 'it is not frozen';
      }),
  },
  {
    says: 'takes listeners for every event, and lets go of them',
    section: 'Events',
    check: (wallet) =>
      inPage(wallet, ({ provider }) => {
        const listener = () => undefined;
        const events = [
          'connect',
          'disconnect',
          'accountsChanged',
          'chainChanged',
          'message',
          'consentChanged',
          'recordAdded',
        ];
        for (const event of events) {
          provider.on(event, listener);
          provider.removeListener(event, listener);
        }
        return undefined;
      }),
  },
  {
    says: 'tells what it can do, and the chain it is on, without asking the person',
    section: 'Build against it',
    check: async (wallet) => {
      const answer = await wallet.ask('health_getCapabilities');
      const parsed = v.safeParse(CapabilitiesSchema, answer.result);
      if (!parsed.success) return `health_getCapabilities: ${seen(answer)}, which is not as documented`;
      const { networks, methods } = parsed.output;
      const missing = methods && Object.keys(METHODS).find((name) => !methods.includes(name));
      if (missing !== undefined) return `methods does not list ${missing}`;
      const chainId = networks[0]?.chainId;
      if (chainId === undefined) return 'it names no network';
      return (
        (await gives(wallet, 'eth_chainId', chainId)) ??
        (await gives(wallet, 'net_version', String(Number(chainId)))) ??
        (await gives(wallet, 'wallet_switchEthereumChain', null, [{ chainId }]))
      );
    },
  },
  {
    says: 'shows no account and no permission before consent',
    section: 'Permissions',
    check: async (wallet) =>
      (await gives(wallet, 'eth_accounts', [])) ?? (await gives(wallet, 'wallet_getPermissions', [])),
  },
  {
    says: 'refuses with 4100 what needs a connected site',
    section: 'Errors',
    check: (wallet) => refused(wallet, 4100, BEFORE_CONNECTING, 'not-connected'),
  },
  {
    says: 'answers a method it does not have with 4200',
    section: 'Errors',
    check: (wallet) => refused(wallet, 4200, [['eth_sign'], ['health_everything'], ['toString'], ['__proto__'], ['']]),
  },
  {
    says: 'knows every documented method, and refuses params of another form with -32602',
    section: 'Methods',
    check: (wallet) =>
      refused(
        wallet,
        -32602,
        Object.keys(METHODS).map((method) => [method, MARK] as const),
      ),
  },
  {
    says: 'refuses wrong and unknown fields with -32602, without repeating what was sent',
    section: 'Methods',
    check: (wallet) => refused(wallet, -32602, WRONG),
  },
  {
    says: 'refuses with -32602 what cannot be copied',
    section: 'Errors',
    check: (wallet) =>
      inPage(wallet, async ({ provider }) => {
        const cyclic: Record<string, unknown> = {};
        cyclic['self'] = cyclic;
        for (const params of [cyclic, { now: () => 1 }, { duration: 1n }]) {
          const code = await provider.request({ method: 'health_listRecords', params }).then(
            () => 'a result',
            (error: { code: number }) => error.code,
          );
          if (code !== -32602) return `it gave ${String(code)}`;
        }
        return undefined;
      }),
  },
  {
    says: 'refuses a request that is none with -32600',
    section: 'Errors',
    check: async (wallet) => {
      const answers = await wallet.askAll([null, 7, 'eth_chainId', {}, { method: 7 }, []]);
      const wrong = answers.find(({ error }) => error?.code !== -32600);
      return wrong && seen(wrong);
    },
  },
  {
    says: 'settles each of 50 requests at once with its own answer',
    section: 'Errors',
    check: async (wallet) => {
      const methods = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 'eth_accounts' : 'health_nothing'));
      const answers = await wallet.askAll(methods.map((method) => ({ method })));
      const wrong = answers.find(({ result, error }, i) =>
        i % 2 === 0 ? !Array.isArray(result) : error?.code !== 4200,
      );
      return wrong && seen(wrong);
    },
  },
  {
    says: 'gives a frame inside a page nothing',
    section: 'Errors',
    check: (wallet) =>
      inPage(wallet, async () => {
        const frame = document.createElement('iframe');
        frame.src = '/frame';
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        document.body.append(frame);
        await loaded;
        const inside = frame.contentWindow as Window & typeof globalThis;
        const heard: Announced[] = [];
        inside.addEventListener('eip6963:announceProvider', (event) =>
          heard.push((event as CustomEvent<Announced>).detail),
        );
        inside.dispatchEvent(new inside.Event('eip6963:requestProvider'));
        const [first] = heard;
        const code = await first?.provider.request({ method: 'eth_chainId' }).then(
          () => 'a result',
          (error: { code: number }) => error.code,
        );
        frame.remove();
        return code === undefined || code === 4100 ? undefined : `it gave ${String(code)}`;
      }),
  },
  {
    says: 'asks the person before it connects, and for nothing else tried here; a closed prompt is a no (4001)',
    section: 'Errors',
    check: async (wallet) => {
      const { first, second, prompts } = await wallet.askAndClose('eth_requestAccounts');
      if (prompts !== 1) return `${prompts} prompts were opened`;
      if (second.error?.code !== -32005) return `a second request while the first waits: ${seen(second)}, not -32005`;
      return first.error?.code === 4001 ? undefined : seen(first);
    },
  },
];
