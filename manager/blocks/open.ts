import { join } from 'node:path';
import type { Blocks } from './blocks.ts';
import type { Config } from '../config.ts';
import { DiskBlocks } from './disk.ts';
import { ipfsBlocks } from './ipfs.ts';
import { connectPinningService, pinnedBlocks } from './pinning-service.ts';
import { ConfigError } from '../settings.ts';

/** Longest block that IPFS nodes take, in bytes. */
const IPFS_BLOCK = 2 * 2 ** 20;

/** What of the settings says where blocks are. */
type BlocksConfig = Pick<
  Config,
  'dataDir' | 'maxBlockBytes' | 'ipfsApi' | 'ipfsGateway' | 'pinningService' | 'pinningToken' | 'pinningOrigins'
>;

/**
 * Opens the blocks where the settings say they are: in `<dataDir>/blocks`, or at an IPFS node; and, where there is one, has a pinning
 * service keep them too.
 * @returns `disk` where this process deletes what nobody needs any more; an IPFS node does so itself
 * @throws ConfigError where settings do not go together
 */
export async function openBlocks(config: BlocksConfig): Promise<{ blocks: Blocks; disk?: DiskBlocks }> {
  const { ipfsApi, pinningService, pinningToken } = config;
  if (ipfsApi === undefined && config.ipfsGateway !== undefined)
    throw new ConfigError('ipfsGateway: must come with ipfsApi');
  if (ipfsApi !== undefined && config.maxBlockBytes > IPFS_BLOCK)
    throw new ConfigError(`maxBlockBytes: must be at most ${IPFS_BLOCK} with ipfsApi`);
  if ((pinningService === undefined) !== (pinningToken === undefined))
    throw new ConfigError('pinningToken: must come with pinningService, and it with a token');
  const own =
    ipfsApi === undefined ? await DiskBlocks.open(join(config.dataDir, 'blocks')) : ipfsBlocks({ ...config, ipfsApi });
  const blocks =
    pinningService === undefined || pinningToken === undefined
      ? own
      : pinnedBlocks(own, connectPinningService({ ...config, pinningService, pinningToken }));
  return { blocks, ...(own instanceof DiskBlocks && { disk: own }) };
}
