import * as v from 'valibot';
import { isSalusError } from '../extension/core/errors.ts';
import { parseNetwork, type Network } from '../extension/core/network/descriptor.ts';
import { ConfigError, ofField, privateKey, readObject, readSettings, text, whole } from '../manager/settings.ts';

/** Prefix of the environment variables; `SALUS_PORTAL_CONFIG` names the JSON file. */
const PREFIX = 'SALUS_PORTAL_';

/** Below this a code can be guessed within what the rate limit allows. */
const SHORTEST_CODE = 8;

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
    /** What staff type to be let in as a doctor. */
    staffCode: v.pipe(
      text('a code'),
      v.minLength(SHORTEST_CODE, `must have at least ${SHORTEST_CODE} characters (the value is not shown)`),
    ),
    /** Folder in which the clinic remembers its doctor; without one, a restart forgets. */
    dataDir: v.optional(text('the path of a folder')),
  },
  ofField,
);

/** Settings of the portal, checked and completed. Holds the hospital's key and the staff code: never log it. */
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
