import * as v from 'valibot';
import { SalusError } from '../errors.ts';
import { isSecureOrigin } from '../secure-origin.ts';
import { RateSchema } from './rate.ts';

const httpUrl = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^https?:\/\//),
  v.transform((u) => u.replace(/\/+$/, '')),
);
/** What a health link is put behind, with a # between: longer than this it is none any more, as readers of links have it. */
const MOST_VIEWER = 300;
const viewerUrl = v.pipe(
  v.string(),
  v.maxLength(MOST_VIEWER),
  v.check((url) => isViewer(url), 'expected a page over https, without a query or a fragment'),
);
function isViewer(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return isSecureOrigin(origin) && url === `${origin}${pathname}`;
}
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));

const block = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A manager that keeps shares of folders' secrets. */
const KeeperSchema = v.strictObject({
  url: httpUrl,
  /** It signs what it acknowledges; enrolled as an EHR manager. */
  account: v.pipe(address, v.toLowerCase()),
  /** Its registered key (x coordinate), to which shares are sealed. */
  key: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)),
  /** Ed25519 key (32 bytes) that signs the heads of its log. */
  log: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)),
  /** Who runs it. */
  operator: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
});
export type KeeperInfo = v.InferOutput<typeof KeeperSchema>;

const isEachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** Who keeps the keys: so many of the keepers, each run by somebody else, give the key of an entry. */
const CustodySchema = v.pipe(
  v.strictObject({
    threshold: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    keepers: v.pipe(v.array(KeeperSchema), v.minLength(1), v.maxLength(9)),
  }),
  v.check(({ threshold, keepers }) => threshold <= keepers.length, 'expected no more than keepers'),
  v.check(
    ({ keepers }) => isEachOnce(keepers.map((k) => k.account)) && isEachOnce(keepers.map((k) => k.operator)),
    'expected each account and each operator once',
  ),
);
export type Custody = v.InferOutput<typeof CustodySchema>;

/** A health network: one chain, one registry, and the managers that keep its patients' ciphertext. */
export const NetworkSchema = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    chainId: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    rpcUrl: httpUrl,
    /** A second node, of somebody else: what decides about trust is asked of both. */
    witnessUrl: v.optional(httpUrl),
    /** When a block counts as final: a tag of the node's (EIP-1898 block tags), or so many blocks later; `finalized` where it is not said. */
    finality: v.optional(
      v.union([v.picklist(['latest', 'safe', 'finalized']), v.pipe(v.number(), v.safeInteger(), v.minValue(0))]),
    ),
    registry: address,
    /** `CareOrders` and `HealthPayments` of this network, where it has them. */
    orders: v.optional(address),
    payments: v.optional(address),
    /** Block the registry was deployed in: no log is older. */
    fromBlock: block,
    /** Registries that this one followed, on the same chain, oldest last. They are read; nothing new goes there. */
    earlier: v.optional(v.pipe(v.array(v.strictObject({ registry: address, fromBlock: block })), v.maxLength(8))),
    /** Manager base URLs: each stores, serves and sponsors. */
    managers: v.pipe(v.array(httpUrl), v.minLength(1), v.maxLength(9)),
    /** Page that opens health links in any browser (the viewer of SMART Health Links): `<linkViewer>#shlink:/…`. */
    linkViewer: v.optional(viewerUrl),
    /** Copies an entry needs before it counts as durable (k of n). */
    durableAt: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    /** A note beside amounts in ether; nothing goes by it. */
    rate: v.optional(RateSchema),
    /** Without it nothing can be shared: a reader is given no key but by those who keep them. */
    custody: v.optional(CustodySchema),
  }),
  v.forward(
    v.partialCheck(
      [['durableAt'], ['managers']],
      (n) => n.durableAt <= n.managers.length,
      'expected no more than managers',
    ),
    ['durableAt'],
  ),
);
export type Network = v.InferOutput<typeof NetworkSchema>;

/** Names a network: its chain and its newest registry. */
export const networkKey = ({ chainId, registry }: Network): string => `${chainId}/${registry.toLowerCase()}`;

/** The network as each of its registries has it: the newest first, then the earlier ones. */
export const versionsOf = (network: Network): [Network, ...Network[]] => [
  network,
  ...(network.earlier ?? []).map((version) => ({ ...network, ...version })),
];

/** @throws SalusError `network-invalid`, naming the field */
export function parseNetwork(json: unknown): Network {
  const parsed = v.safeParse(NetworkSchema, json);
  if (parsed.success) return parsed.output;
  const field = parsed.issues[0].path?.map((p) => String(p.key)).join('.') ?? 'descriptor';
  throw new SalusError('network-invalid', `This health network's description has a fault in “${field}”.`, { field });
}
