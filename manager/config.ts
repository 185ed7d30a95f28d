import { getAddress, isAddress } from 'ethers';
import * as v from 'valibot';
import { flag, ofField, privateKey, readSettings, secret, text, wei, whole } from './settings.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;

/** Prefix of the environment variables; `SALUS_MANAGER_CONFIG` names the JSON file. */
const PREFIX = 'SALUS_MANAGER_';

const httpUrl = () =>
  v.pipe(
    text('an http(s) URL'),
    v.check((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'must be an http(s) URL'),
  );
const PEERS = 'must be a list of at most 8 managers: [{"url": "https://…", "account": "0x…", "log": "0x…"}]';

/** Another manager: its address, its account, and the Ed25519 key that signs the heads of its log. */
const PeerSchema = v.strictObject({
  url: v.pipe(
    v.string(PEERS),
    v.check((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), PEERS),
    v.transform((url) => url.replace(/\/+$/, '')),
  ),
  account: v.pipe(
    v.string(PEERS),
    v.check((address) => isAddress(address), PEERS),
    v.toLowerCase(),
  ),
  log: v.pipe(v.string(PEERS), v.regex(/^0x[0-9a-f]{64}$/, PEERS)),
});

/** Another manager, as the settings name it. */
export type Peer = v.InferOutput<typeof PeerSchema>;

const ConfigSchema = v.strictObject(
  {
    /** Port to listen on; 0 takes any free one. */
    port: v.optional(whole(0, 65_535), 0),
    host: v.optional(text('a host name or address'), '127.0.0.1'),
    /** Folder for blocks and pins; made when missing. */
    dataDir: text('the path of a folder'),
    rpcUrl: httpUrl(),
    chainId: whole(1),
    /** Address of the health registry. */
    registry: v.pipe(
      text('an address'),
      v.check((address) => isAddress(address), 'must be an address, with a correct checksum'),
      v.transform(getAddress),
    ),
    /** Addresses of registries that this one followed: what was granted there can still be ended. */
    earlier: v.optional(
      v.pipe(
        v.union([v.array(v.string()), v.pipe(v.string(), v.transform(splitList))], 'must be a list of addresses'),
        v.maxLength(8, 'must be a list of at most 8 addresses'),
        v.everyItem((address) => isAddress(address), 'must be a list of addresses, with correct checksums'),
        v.mapItems((address) => getAddress(address)),
      ),
      [],
    ),
    /** Address of the network's prescriptions and test orders, where it has them. */
    orders: v.optional(
      v.pipe(
        text('an address'),
        v.check((address) => isAddress(address), 'must be an address, with a correct checksum'),
        v.transform(getAddress),
      ),
    ),
    /** Private key of the account that pays for sponsored calls: 32 bytes as 0x hex. */
    sponsorKey: privateKey(),
    /** What a keeper of shares derives its keys from: 32 bytes as 0x hex. Without it the manager keeps none. */
    keeperSecret: v.optional(secret()),
    /** Where a keeper keeps what it keeps: the URL of a PostgreSQL database, which may hold a password. Without it, in `dataDir`. */
    database: v.optional(
      v.pipe(
        text('a postgres:// URL'),
        v.check(
          (url) => URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol),
          'must be a postgres:// URL (the value is not shown)',
        ),
      ),
    ),
    /** When a block counts as final: a tag of the node's, or so many blocks later. What a keeper releases must be allowed there too. */
    finality: v.optional(
      v.union(
        [v.picklist(['latest', 'safe', 'finalized']), whole(0)],
        'must be latest, safe, finalized or a number of blocks',
      ),
      'finalized',
    ),
    /** No log of the registries is in an older block. */
    fromBlock: v.optional(whole(0), 0),
    /** Entries per signer and hour for which a keeper answers. */
    readsPerHour: v.optional(whole(0), 100_000),
    /** Whether a keeper reports to the registry whoever asks for what they have no consent to. */
    report: v.optional(flag(), true),
    /** RPC of the IPFS node that has the blocks. Without it they are in `dataDir`. */
    ipfsApi: v.optional(httpUrl()),
    /** Trustless gateway of that node, which blocks are read from. Without it they are read by the RPC. */
    ipfsGateway: v.optional(httpUrl()),
    /** Pinning service that keeps what is uploaded too. */
    pinningService: v.optional(httpUrl()),
    /** What proves to the pinning service who asks. */
    pinningToken: v.optional(text('a token')),
    /** Multiaddresses at which the pinning service finds the blocks. */
    pinningOrigins: v.optional(
      v.pipe(
        v.union([v.array(v.string()), v.pipe(v.string(), v.transform(splitList))], 'must be a list of multiaddresses'),
        v.maxLength(20, 'must be a list of at most 20 multiaddresses'),
        v.everyItem((address) => address.startsWith('/'), 'must be a list of multiaddresses'),
      ),
      [],
    ),
    /** Other managers, who cosign the heads of this one's log, as this one cosigns theirs: in the environment, as JSON. */
    peers: v.optional(
      v.pipe(
        v.union([v.array(v.unknown()), v.pipe(v.string(), v.transform(readList))], PEERS),
        v.array(PeerSchema, PEERS),
        v.maxLength(8, PEERS),
      ),
      [],
    ),
    /** How often the head of the log is set down on the chain, if it is another, in minutes; 0 for never. */
    anchorEveryMinutes: v.optional(whole(0, 35_000), 360),
    /** Longest upload, in bytes. */
    maxCarBytes: v.optional(whole(1), 2.5 * GIB),
    /** Longest block, in bytes. */
    maxBlockBytes: v.optional(whole(1, 64 * MIB), 2 * MIB),
    /** Uploads are refused when fewer bytes than this would stay free on the disk. */
    minFreeBytes: v.optional(whole(0), 256 * MIB),
    /** Slower than that, and beyond so many seconds of grace, a sender of an upload is cut off. */
    minUploadBytesPerSecond: v.optional(whole(1), 8 * 1024),
    uploadGraceSeconds: v.optional(whole(1), 30),
    /** What one member may send in a day (UTC): bytes, blocks (each is a file) and roots (each is a pin). */
    uploadBytesPerDay: v.optional(whole(0), 20 * GIB),
    uploadBlocksPerDay: v.optional(whole(0), 500_000),
    uploadRootsPerDay: v.optional(whole(0), 50_000),
    /** What is kept of one member's uploads in all. */
    uploadBytesInAll: v.optional(whole(0), 200 * GIB),
    uploadBlocksInAll: v.optional(whole(0), 5_000_000),
    uploadRootsInAll: v.optional(whole(0), 500_000),
    /** Sponsored transactions per signer and hour. */
    sponsorPerHour: v.optional(whole(0), 60),
    /** Most wei per gas that is paid: above it nothing is sent. */
    maxFeePerGas: v.optional(wei(), String(100n * GWEI)),
    /** Most wei that is paid for one signer in a day (UTC). */
    sponsorWeiPerSigner: v.optional(wei(), String(ETHER / 20n)),
    /** Most wei that is paid in a day for what comes from one network address (IPv6: from one /64). */
    sponsorWeiPerAddress: v.optional(wei(), String(ETHER / 2n)),
    /** Most wei that is paid in a day, all signers together. */
    sponsorWeiPerDay: v.optional(wei(), String(ETHER)),
    /** Most wei that is ever paid, all days together: raise it when the account is filled again. */
    sponsorWeiInAll: v.optional(wei(), String(100n * ETHER)),
    /** Most wei that is paid in a day for ending permissions, which the other budgets do not touch. */
    sponsorWeiForEnding: v.optional(wei(), String(ETHER)),
    /** Zero bits of the work by which somebody whom no hospital vouches for has joining paid for; 0 for none. */
    joinWork: v.optional(whole(0, 24), 18),
    /** Proxies in front of the node, each of which adds an `x-forwarded-for`: with 0 that header is not believed. */
    proxies: v.optional(whole(0, 8), 0),
    /** Requests per minute and network address, all routes together. */
    requestsPerMinute: v.optional(whole(1), 6_000),
    /** Web origins whose pages may call the node; `*` is any (what it serves is ciphertext). */
    corsOrigins: v.optional(
      v.pipe(
        v.union([v.array(v.string()), v.pipe(v.string(), v.transform(splitList))], 'must be a list of origins, or "*"'),
        v.minLength(1, 'must be a list of origins, or "*"'),
        v.everyItem(isOrigin, 'must hold origins such as "https://portal.example", or "*"'),
      ),
      ['*'],
    ),
    logLevel: v.optional(
      v.picklist(['fatal', 'error', 'warn', 'info', 'silent'], 'must be fatal, error, warn, info or silent'),
      'info',
    ),
  },
  ofField,
);

/** Settings of a manager, checked and completed with defaults. Holds the sponsor's key, the keeper's secret, a token and the database's password: never log it. */
export type Config = v.InferOutput<typeof ConfigSchema>;

/** @throws ConfigError; see {@link readSettings} */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(ConfigSchema, PREFIX, env);

/** @returns undefined for what is no JSON, which is no list either */
function readList(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

function isOrigin(value: string): boolean {
  return value === '*' || (URL.canParse(value) && (new URL(value).origin === value || value.includes('-extension://')));
}
