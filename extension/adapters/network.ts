import { parseNetwork, type Network } from '../core/network/descriptor.ts';
import { browser } from './browser/api.ts';

/** The health network this build belongs to, from `network.json` beside the manifest. */
export async function loadNetwork(): Promise<Network> {
  const response = await fetch(browser.runtime.getURL('/network.json'));
  return parseNetwork(await response.json());
}
