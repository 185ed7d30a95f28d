import type { BrowserContext } from 'playwright';
import { PURPOSES } from '../../extension/core/consent/purposes.ts';
import { SECTIONS } from '../../extension/core/records/sections.ts';
import { RpcError, toRpcError, type RpcErrorData } from '../../extension/rpc/errors.ts';
import type { AccessRequest } from '../../extension/rpc/params/health.ts';
import { METHODS, parseRequest, type Method } from '../../extension/rpc/schema.ts';
import type { Rule } from './rules.ts';
import { injectStrictProvider } from './strict-provider.ts';

/** The account of the wallet that the kit puts into the page. A portal that serves known people only may have to know it. */
export const KIT_ACCOUNT = '0x00000000000000000000000000000000c0f0a11e';
const PATIENT = '0x00000000000000000000000000000000000a71e7';
const HASH = `0x${'5e'.repeat(32)}`;
/** In every record: where it turns up, record data did. */
const MARK = 'Zirconitis';
export const KIT_RECORD = `Kit record of ${MARK}`;

/** Methods for which a wallet opens a prompt. */
const PROMPTING: ReadonlySet<string> = new Set([
  'eth_requestAccounts',
  'wallet_requestPermissions',
  'personal_sign',
  'eth_signTypedData_v4',
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

const record = {
  id: `${HASH}/0`,
  patient: PATIENT,
  author: KIT_ACCOUNT,
  section: 'results',
  type: 'Observation',
  title: KIT_RECORD,
  date: '2026-11-02',
  code: `http://loinc.org|${MARK}`,
  mediaType: 'application/fhir+json',
  size: 120,
  block: 7,
  transactionHash: HASH,
};

/** A wallet's answer to a request that is right. Access is narrowed to one section, as a person may do. */
const ANSWERS: Readonly<Partial<Record<Method, (params: unknown) => unknown>>> = {
  eth_chainId: () => '0x7a69',
  net_version: () => '31337',
  eth_accounts: () => [],
  eth_requestAccounts: () => [KIT_ACCOUNT],
  wallet_getPermissions: () => [],
  wallet_requestPermissions: () => [{ parentCapability: 'eth_accounts', invoker: '', caveats: [] }],
  wallet_revokePermissions: () => null,
  wallet_switchEthereumChain: () => null,
  personal_sign: () => `0x${'11'.repeat(65)}`,
  eth_signTypedData_v4: () => `0x${'11'.repeat(65)}`,
  health_getCapabilities: () => ({
    version: '0',
    api: 'health/1',
    networks: [{ name: 'Conformance', chainId: '0x7a69' }],
    sections: SECTIONS,
    purposes: PURPOSES,
    methods: Object.keys(METHODS),
  }),
  health_requestAccess: (params) => {
    const { purpose, sections } = params as AccessRequest;
    const folders = [{ section: sections[0], folder: 1 }];
    const until = Math.floor(Date.now() / 1000) + 60;
    return { consentId: HASH, patient: KIT_ACCOUNT, folders, purpose, until, receipt: HASH, transactionHash: HASH };
  },
  health_getConsents: () => [],
  health_endConsent: () => ({ consentId: HASH, live: false }),
  health_listRecords: () => ({ records: [record], total: 1, unreadable: 0 }),
  health_readRecord: () => ({
    ...record,
    resource: { resourceType: 'Observation', status: 'final', code: { text: MARK } },
    provenance: {
      author: { address: KIT_ACCOUNT, role: 'Doctor', active: true },
      block: 7,
      at: 1_790_000_000,
      transaction: HASH,
      entry: HASH,
      verified: true,
    },
  }),
  health_writeRecord: (params) =>
    'patient' in (params as object) ? { cid: 'bafy' } : { accepted: true, entries: [{ cid: 'bafy' }] },
};

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
      return { result: ANSWERS[request.method]?.(request.params) ?? null };
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
