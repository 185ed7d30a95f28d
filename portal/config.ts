import { getAddress, isAddress } from 'ethers';
import * as v from 'valibot';
import { isSalusError } from '../extension/core/errors.ts';
import { parseNetwork, type Network } from '../extension/core/network/descriptor.ts';
import { ConfigError, ofField, privateKey, readObject, readSettings, text, whole } from '../manager/settings.ts';

/** Prefix of the environment variables; `SALUS_PORTAL_CONFIG` names the JSON file. */
const PREFIX = 'SALUS_PORTAL_';

const ACCOUNTS = 'must be a list of accounts (0x and 40 hex digits), separated by commas';

const ConfigSchema = v.strictObject(
  {
    /** Port to listen on; 0 takes any free one. */
    port: v.optional(whole(0, 65_535), 0),
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
    hospitalKey: privateKey(),
    /** Path of the health network's description (JSON, as `extension/core/network/descriptor.ts` has it). */
    network: text('the path of a network description'),
    /** Accounts that manage the hospital's staff, beside the hospital's own. */
    administrators: v.optional(
      v.pipe(
        v.union([v.array(v.string()), v.pipe(v.string(), v.transform(splitList))], ACCOUNTS),
        v.array(
          v.pipe(
            v.string(),
            v.check((value) => isAddress(value), ACCOUNTS),
            v.transform(getAddress),
          ),
        ),
      ),
      [],
    ),
    /** Folder in which the clinic remembers its staff and invitations; without one, a restart forgets. */
    dataDir: v.optional(text('the path of a folder')),
  },
  ofField,
);

/** Settings of the portal, checked and completed. Holds the hospital's key: never log it. */
export type Config = Omit<v.InferOutput<typeof ConfigSchema>, 'network'> & { readonly network: Network };

/** @throws ConfigError; see {@link readSettings} */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const settings = readSettings(ConfigSchema, PREFIX, env);
  return { ...settings, network: readNetwork(settings.network) };
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

function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}
