import { readFileSync } from 'node:fs';
import { isHexString, SigningKey } from 'ethers';
import * as v from 'valibot';
import { isSalusError } from '../extension/core/errors.ts';
import { parseNetwork, type Network } from '../extension/core/network/descriptor.ts';

/** Prefix of the environment variables; `SALUS_PORTAL_CONFIG` names the JSON file. */
const PREFIX = 'SALUS_PORTAL_';

const MOST_PORT = 65_535;
/** Below this a code can be guessed within what the rate limit allows. */
const SHORTEST_CODE = 8;

/** A message of our own on every check: valibot's defaults repeat the value, and two of the values are secrets. */
const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));
const portMessage = `must be a whole number from 0 to ${MOST_PORT}`;

const ConfigSchema = v.strictObject(
  {
    /** Port to listen on; 0 takes any free one. */
    port: v.optional(
      v.pipe(
        v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], portMessage),
        v.integer(portMessage),
        v.minValue(0, portMessage),
        v.maxValue(MOST_PORT, portMessage),
      ),
      0,
    ),
    host: v.optional(text('a host name or address'), '127.0.0.1'),
    /** Web origin people reach the portal by, when it is not the address it listens on. */
    origin: v.optional(
      v.pipe(
        text('an origin such as https://portal.example'),
        v.check(
          (value) => URL.canParse(value) && new URL(value).origin === value,
          'must be an origin such as https://portal.example',
        ),
      ),
    ),
    /** Private key of the hospital's account: 32 bytes as 0x hex. */
    hospitalKey: v.pipe(
      text('a private key'),
      v.check(isPrivateKey, 'must be a private key: 32 bytes as 0x hex (the value is not shown)'),
    ),
    /** Path of the health network's description (JSON, as `extension/core/network/descriptor.ts` has it). */
    network: text('the path of a network description'),
    /** What staff type to be let in as a doctor. */
    staffCode: v.pipe(
      text('a code'),
      v.minLength(SHORTEST_CODE, `must have at least ${SHORTEST_CODE} characters (the value is not shown)`),
    ),
    /** Folder in which the clinic remembers its doctor; without one, a restart forgets. */
    dataDir: v.optional(text('the path of a folder')),
  },
  (issue) => (issue.expected === 'never' ? 'is not a setting' : 'is required'),
);

/** Settings of the portal, checked and completed. Holds the hospital's key and the staff code: never log it. */
export type Config = Omit<v.InferOutput<typeof ConfigSchema>, 'network'> & { readonly network: Network };

/** The settings cannot be used; `message` names the field and never holds a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings: the JSON file named by `SALUS_PORTAL_CONFIG` (if any), overridden by environment variables
 * (`SALUS_PORTAL_` and the field's name in capitals: `SALUS_PORTAL_HOSPITAL_KEY` sets `hospitalKey`).
 *
 * @param env variables of the process
 * @throws ConfigError naming the first bad field
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const file = env[`${PREFIX}CONFIG`];
  const fromFile = file
    ? readObject(file, `${PREFIX}CONFIG: must name a readable file that holds one JSON object`)
    : {};
  const result = v.safeParse(ConfigSchema, { ...fromFile, ...fromEnvironment(env) });
  if (result.success) return { ...result.output, network: readNetwork(result.output.network) };
  const issue = result.issues[0];
  throw new ConfigError(`${v.getDotPath(issue) ?? 'configuration'}: ${issue.message}`);
}

function readNetwork(path: string): Network {
  const json = readObject(path, 'network: must name a readable file that holds a network description');
  try {
    return parseNetwork(json);
  } catch (error) {
    if (isSalusError(error)) throw new ConfigError(`network: ${error.message}`);
    throw error;
  }
}

function readObject(path: string, otherwise: string): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // The cause is dropped: a JSON parser quotes the text around the fault, which may be the key.
    throw new ConfigError(otherwise);
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
