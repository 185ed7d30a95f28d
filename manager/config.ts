import { readFileSync } from 'node:fs';
import { SigningKey, getAddress, isAddress, isHexString } from 'ethers';
import * as v from 'valibot';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Prefix of the environment variables; `SALUS_MANAGER_CONFIG` names the JSON file. */
const PREFIX = 'SALUS_MANAGER_';

/** A message of our own on every check: valibot's defaults repeat the value, and one of the values is a private key. */
const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

/** A whole number in `min..max`; environment variables bring it as digits. */
const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
};

const ConfigSchema = v.strictObject(
  {
    /** Port to listen on; 0 takes any free one. */
    port: v.optional(whole(0, 65_535), 0),
    host: v.optional(text('a host name or address'), '127.0.0.1'),
    /** Folder for blocks and pins; made when missing. */
    dataDir: text('the path of a folder'),
    rpcUrl: v.pipe(
      text('an http(s) URL'),
      v.check((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'must be an http(s) URL'),
    ),
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
    /** Private key of the account that pays for sponsored calls: 32 bytes as 0x hex. */
    sponsorKey: v.pipe(
      text('a private key'),
      v.check(isPrivateKey, 'must be a private key: 32 bytes as 0x hex (the value is not shown)'),
    ),
    /** Longest upload, in bytes. */
    maxCarBytes: v.optional(whole(1), 2.5 * GIB),
    /** Longest block, in bytes. */
    maxBlockBytes: v.optional(whole(1, 64 * MIB), 2 * MIB),
    /** Uploads are refused when fewer bytes than this would stay free on the disk. */
    minFreeBytes: v.optional(whole(0), 256 * MIB),
    /** Sponsored transactions per signer and hour. */
    sponsorPerHour: v.optional(whole(0), 60),
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
  (issue) => (issue.expected === 'never' ? 'is not a setting' : 'is required'),
);

/** Settings of a manager, checked and completed with defaults. Holds the sponsor's key: never log it. */
export type Config = v.InferOutput<typeof ConfigSchema>;

/** The settings cannot be used; `message` names the field and never holds a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings: the JSON file named by `SALUS_MANAGER_CONFIG` (if any), overridden by environment variables
 * (`SALUS_MANAGER_` and the field's name in capitals: `SALUS_MANAGER_DATA_DIR` sets `dataDir`; lists use commas).
 *
 * @param env variables of the process
 * @throws ConfigError naming the first bad field
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const file = env[`${PREFIX}CONFIG`];
  const result = v.safeParse(ConfigSchema, { ...(file ? readFile(file) : {}), ...fromEnvironment(env) });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new ConfigError(`${v.getDotPath(issue) ?? 'configuration'}: ${issue.message}`);
}

function readFile(path: string): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // The cause is dropped: a JSON parser quotes the text around the fault, which may be the key.
    throw new ConfigError(`${PREFIX}CONFIG: must name a readable file that holds one JSON object`);
  }
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const field of Object.keys(ConfigSchema.entries)) {
    const value = env[PREFIX + field.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()];
    if (value !== undefined && value !== '') settings[field] = value;
  }
  return settings;
}

function isPrivateKey(value: string): boolean {
  if (!isHexString(value, 32)) return false;
  try {
    // Zero and values past the order of the curve are not keys.
    return new SigningKey(value).publicKey !== '';
  } catch {
    return false;
  }
}

function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

function isOrigin(value: string): boolean {
  return value === '*' || (URL.canParse(value) && (new URL(value).origin === value || value.includes('-extension://')));
}
