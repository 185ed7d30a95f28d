import type { BrowserContext } from 'playwright';
import { RpcError, toRpcError, type RpcErrorData } from '../../extension/rpc/errors.ts';
import { parseRequest, type Method } from '../../extension/rpc/schema.ts';
import { ANSWERS, MARK } from './answers.ts';
import type { Rule } from './rules.ts';
import { injectStrictProvider } from './strict-provider.ts';

/** Methods for which a wallet opens a prompt. */
const PROMPTING: ReadonlySet<string> = new Set([
  'eth_requestAccounts',
  'wallet_requestPermissions',
  'personal_sign',
  'eth_signTypedData',
  'eth_signTypedData_v3',
  'eth_signTypedData_v4',
  'eth_getEncryptionPublicKey',
  'eth_decrypt',
  'eth_sendTransaction',
  'health_addNetwork',
  'health_requestAccess',
  'health_writeRecord',
] satisfies Method[]);

/** What the wallet does with the first try of each method that needs it: a no, not allowed, not reachable; then it answers. */
const MOODS = [undefined, 4001, 4100, 4900] as const;
type Mood = (typeof MOODS)[number];

interface Call {
  readonly method: string;
  readonly afterClick: boolean;
  readonly answer: { readonly result: unknown } | { readonly error: RpcErrorData };
}

/** What was seen while a page was used once, under a wallet in one mood. */
interface Visit {
  readonly mood: Mood;
  readonly calls: readonly Call[];
  /** Exceptions and rejections that the page let go. */
  readonly unhandled: readonly string[];
  /** URLs that were asked for or shown. */
  readonly urls: readonly string[];
  /** Buttons that could not be used, or not again after a refusal. */
  readonly stuck: readonly string[];
}

/** Answers one page's requests, strictly: what is not as documented is refused as a wallet refuses it. */
function wallet(mood: Mood) {
  const calls: Call[] = [];
  const refusedOnce = new Set<string>();
  const answer = (method: unknown, params: unknown): Call['answer'] => {
    try {
      const request = parseRequest({ id: '', method: String(method), params });
      if (mood !== undefined && PROMPTING.has(request.method) && !refusedOnce.has(request.method)) {
        refusedOnce.add(request.method);
        throw new RpcError(mood, 'Refused to see what the page does.');
      }
      return { result: ANSWERS[request.method](request.params) };
    } catch (error) {
      return { error: toRpcError(error) };
    }
  };
  const ask = (
    _source: unknown,
    { method, params, afterClick }: { method: unknown; params: unknown; afterClick: boolean },
  ) => {
    const call = { method: String(method), afterClick, answer: answer(method, params) };
    calls.push(call);
    return call.answer;
  };
  return { calls, ask };
}

/** What a page gets until a button is there and enabled, until its click calls the wallet, and to handle the answer. */
const [PATIENCE_MS, CALL_MS, HANDLE_MS] = [5_000, 3_000, 300];

/** Uses a page once: clicks each button; where the wallet refused, clicks it again. */
async function visit(context: BrowserContext, url: string, clicks: readonly string[], mood: Mood): Promise<Visit> {
  const { calls, ask } = wallet(mood);
  // Where nobody has to sign in by hand, each visit begins at the door.
  if (clicks.length > 0) await context.clearCookies();
  const page = await context.newPage();
  const [unhandled, urls, stuck]: [string[], string[], string[]] = [[], [], []];
  page.on('pageerror', (error) => unhandled.push(error.message));
  page.on('request', (request) => urls.push(request.url()));
  page.on('framenavigated', (frame) => urls.push(frame.url()));
  await page.exposeBinding('conformanceAsk', ask);
  await page.addInitScript(injectStrictProvider);
  await page.goto(url);
  /** @returns whether the wallet refused what came of it */
  const press = async (name: string): Promise<boolean> => {
    const before = calls.length;
    const button = page.getByRole('button', { name }).first();
    await button.click({ timeout: PATIENCE_MS }).catch(() => void stuck.push(`“${name}” cannot be pressed`));
    const end = Date.now() + CALL_MS;
    while (calls.length === before && Date.now() < end) await page.waitForTimeout(50);
    await page.waitForTimeout(HANDLE_MS);
    return calls.slice(before).some(({ answer }) => 'error' in answer && answer.error.code === mood);
  };
  for (const name of clicks) if (await press(name)) await press(name);
  if (clicks.length === 0) await page.waitForEvent('close', { timeout: 0 });
  else await page.close();
  return { mood, calls, unhandled, urls, stuck };
}

/**
 * Uses a portal's page under wallets in different moods.
 * @param clicks names of buttons, pressed in turn. None: a person uses the page, and closes it
 * @param tell told before each visit
 */
export async function visitPortal(
  context: BrowserContext,
  url: string,
  clicks: readonly string[],
  tell: (text: string) => void,
): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (const mood of MOODS) {
    const how = mood === undefined ? 'agrees to a part' : `answers the first try of each prompt with ${mood}`;
    tell(`${visits.length + 1} of ${MOODS.length}: the wallet ${how}`);
    visits.push(await visit(context, url, clicks, mood));
  }
  return visits;
}

const errorsOf = (visits: readonly Visit[], code: number): string | undefined => {
  const found = visits.flatMap(({ mood, calls }) =>
    calls.flatMap(({ answer }) =>
      'error' in answer && answer.error.code === code && mood !== code ? [answer.error.message] : [],
    ),
  );
  return found[0];
};

const goesOn =
  (mood: Mood) =>
  (visits: readonly Visit[]): string | undefined => {
    const seen = visits.find((one) => one.mood === mood);
    return seen && [...seen.unhandled.map((text) => `unhandled: ${text}`), ...seen.stuck][0];
  };

/** What a portal's page does. */
export const PORTAL_RULES: readonly Rule<readonly Visit[]>[] = [
  {
    says: 'finds the wallet by EIP-6963, and calls it',
    section: 'Build against it',
    check: (visits) =>
      visits.some(({ calls }) => calls.length > 0)
        ? undefined
        : 'nothing was called; the kit’s wallet is no global name',
  },
  {
    says: 'calls no method that a wallet does not have',
    section: 'Methods',
    check: (visits) => errorsOf(visits, 4200),
  },
  { says: 'sends the params that each method takes', section: 'Methods', check: (visits) => errorsOf(visits, -32602) },
  {
    says: 'opens no prompt before the person has clicked',
    section: 'Build against it',
    check: (visits) =>
      visits.flatMap(({ calls }) => calls).find(({ method, afterClick }) => PROMPTING.has(method) && !afterClick)
        ?.method,
  },
  { says: 'works where the person agrees to less than was asked', section: 'Methods', check: goesOn(undefined) },
  { says: 'lets the person try again after a no (4001)', section: 'Errors', check: goesOn(4001) },
  { says: 'goes on where the wallet does not allow something (4100)', section: 'Errors', check: goesOn(4100) },
  { says: 'goes on where the network cannot be reached (4900)', section: 'Errors', check: goesOn(4900) },
  {
    says: 'puts nothing of a record into a URL',
    section: 'Build against it',
    check: (visits) => visits.flatMap(({ urls }) => urls).find((url) => decodeURIComponent(url).includes(MARK)),
  },
];
