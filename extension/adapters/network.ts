import * as v from 'valibot';
import { EthereumNode } from '../core/chain/node.ts';
import { networkKey, parseNetwork, type Network } from '../core/network/descriptor.ts';
import { RegistryClient } from '../core/registry/client.ts';
import type { NetworksPort } from '../core/wallet/ports.ts';
import { browser } from './browser/api.ts';
import { localSlot } from './browser/stores.ts';

const StoredSchema = v.object({ chosen: v.optional(v.string()), added: v.array(v.unknown()) });
const MOST_ADDED = 20;
/** A node that takes longer to say what it is does not answer. */
const ANSWER_MS = 10_000;

/** Which networks were added and which is in use: descriptions that are public, nothing of the person. */
const slot = localSlot('networks');

async function stored(): Promise<{ chosen?: string | undefined; added: Network[] }> {
  const parsed = v.safeParse(StoredSchema, await slot.read());
  if (!parsed.success) return { added: [] };
  const added = parsed.output.added.flatMap((one) => {
    try {
      return [parseNetwork(one)];
    } catch {
      return []; // of an older version of the wallet; the person can add it again
    }
  });
  return { chosen: parsed.output.chosen, added };
}

/** The health network this build belongs to, from `network.json` beside the manifest. */
async function builtIn(): Promise<Network> {
  const response = await fetch(browser.runtime.getURL('/network.json'));
  return parseNetwork(await response.json());
}

/** @param onChosen called after another network was chosen, when everything is to begin anew with it */
export async function loadNetworks(onChosen: () => void): Promise<NetworksPort> {
  const [own, { chosen, added }] = await Promise.all([builtIn(), stored()]);
  const others = (networks: readonly Network[]) => networks.filter((n) => networkKey(n) !== networkKey(own));
  const all = async () => [own, ...others((await stored()).added)];
  // The build's own description holds for its network, whatever else was stored under that key.
  const current = others(added).find((network) => networkKey(network) === chosen) ?? own;
  return {
    current,
    isBuiltIn: networkKey(current) === networkKey(own),
    list: all,
    async add(network) {
      const before = await stored();
      const rest = before.added.filter((n) => networkKey(n) !== networkKey(network));
      await slot.write({ chosen: before.chosen, added: [network, ...rest].slice(0, MOST_ADDED) });
    },
    async remove(key) {
      const before = await stored();
      await slot.write({ chosen: before.chosen, added: before.added.filter((n) => networkKey(n) !== key) });
    },
    async choose(key) {
      await slot.write({ ...(await stored()), chosen: key });
      onChosen();
    },
    async answers(network) {
      const client = new RegistryClient(network, new EthereumNode(network.rpcUrl, fetch));
      const check = async () => {
        await client.checkChain();
        await client.successor(); // there is a registry at that address
        return true;
      };
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_MS));
      try {
        return await Promise.race([check(), late]);
      } catch {
        return false;
      }
    },
  };
}
