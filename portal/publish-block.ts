import * as CarBufferWriter from '@ipld/car/buffer-writer';
import { SigningKey, computeAddress } from 'ethers';
import type { CID } from 'multiformats/cid';
import { toHex } from '../extension/core/bytes.ts';
import type { Network } from '../extension/core/network/descriptor.ts';
import { signTyped } from '../extension/core/registry/signed-calls.ts';
import { managerDomain, STORE_TYPES } from '../extension/core/registry/typed-data.ts';
import { digestOf } from '../extension/core/storage/cid.ts';

const TIMEOUT_MS = 20_000;

interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/**
 * Has every manager keep a public block.
 *
 * @param key private key of a member, 0x hex; it signs that the member wants the block kept
 * @returns managers that now hold it
 */
export async function publishBlock(network: Network, key: string, block: Block): Promise<string[]> {
  const authorization = authorize(network, new SigningKey(key), block.cid);
  const body = carOf(block);
  const stored = await Promise.all(network.managers.map((manager) => upload(manager, body, authorization)));
  return network.managers.filter((_, i) => stored[i]);
}

/** The `authorization` header a manager asks for (`manager/uploads/authorization.ts`). */
function authorize({ chainId, registry }: Network, key: SigningKey, root: CID): string {
  const at = Math.floor(Date.now() / 1000);
  const signature = signTyped(key, managerDomain(chainId, registry), STORE_TYPES, { root: toHex(digestOf(root)), at });
  const authorization = { member: computeAddress(key), at, signature };
  return `Salus ${Buffer.from(JSON.stringify(authorization)).toString('base64url')}`;
}

function carOf(block: Block): Uint8Array<ArrayBuffer> {
  const length = CarBufferWriter.headerLength({ roots: [block.cid] }) + CarBufferWriter.blockLength(block);
  const writer = CarBufferWriter.createWriter(new ArrayBuffer(length), { roots: [block.cid] });
  writer.write(block);
  return Uint8Array.from(writer.close());
}

async function upload(manager: string, body: Uint8Array<ArrayBuffer>, authorization: string): Promise<boolean> {
  try {
    const response = await fetch(`${manager}/v1/car`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ipld.car', authorization },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // down: the caller tries again
  }
}
