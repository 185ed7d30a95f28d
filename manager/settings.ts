import { readFileSync } from 'node:fs';
import { SigningKey, isHexString } from 'ethers';
import * as v from 'valibot';

/** The settings cannot be used; `message` names the field and never holds a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A message of our own on every check: valibot's defaults repeat the value, which may be a secret. */
export const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

/** A whole number in `min..max`; environment variables bring it as digits. */
export const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
};

/** An amount of wei; as digits, since JSON has no such numbers. */
export const wei = () => {
  const message = 'must be an amount of wei: digits, in quotes';
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,30}$/, message),
    v.transform((digits) => BigInt(digits)),
  );
};

/** Yes or no; environment variables bring it as a word. */
export const flag = () =>
  v.union(
    [
      v.boolean(),
      v.pipe(
        v.picklist(['true', 'false']),
        v.transform((word) => word === 'true'),
      ),
    ],
    'must be true or false',
  );

/** A private key: 32 bytes as 0x hex. */
export const privateKey = () =>
  v.pipe(
    text('a private key'),
    v.check(isPrivateKey, 'must be a private key: 32 bytes as 0x hex (the value is not shown)'),
  );

/** Any 32 bytes as 0x hex, drawn by chance. */
export const secret = () =>
  v.pipe(
    text('a secret'),
    v.check((value) => isHexString(value, 32), 'must be a secret: 32 bytes as 0x hex (the value is not shown)'),
  );

/** What is said of a field that is missing, or is none. */
export const ofField = (issue: v.StrictObjectIssue): string =>
  issue.expected === 'never' ? 'is not a setting' : 'is required';

/** A schema of settings. */
type Settings = v.GenericSchema & { readonly entries: Readonly<Record<string, unknown>> };

/**
 * Reads the settings of one of the servers: the JSON file that `<prefix>CONFIG` names (if any), overridden by environment variables
 * (the prefix and the field's name in capitals: `dataDir` is set by `<prefix>DATA_DIR`; lists use commas).
 *
 * @param env variables of the process
 * @throws ConfigError naming the first bad field
 */
export function readSettings<S extends Settings>(schema: S, prefix: string, env: NodeJS.ProcessEnv): v.InferOutput<S> {
  const file = env[`${prefix}CONFIG`];
  const fromFile = file
    ? readObject(file, `${prefix}CONFIG: must name a readable file that holds one JSON object`)
    : {};
  const result = v.safeParse(schema, { ...fromFile, ...fromEnvironment(schema, prefix, env) });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ConfigError(`${v.getDotPath(issue) ?? 'configuration'}: ${issue.message}`);
}

/** @throws ConfigError `otherwise`, where the file cannot be read or holds something else */
export function readObject(path: string, otherwise: string): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // The cause is dropped: a JSON parser quotes the text around the fault, which may be the key.
    throw new ConfigError(otherwise);
  }
}

function fromEnvironment(schema: Settings, prefix: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const field of Object.keys(schema.entries)) {
    const value = env[prefix + field.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()];
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
