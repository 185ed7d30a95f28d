import * as CarBufferWriter from '@ipld/car/buffer-writer';
import type { CID } from 'multiformats/cid';
import { fromHex, random, toBase64, toHex } from '../../extension/core/bytes.ts';
import type { BlockRef } from '../../extension/core/chain/follower.ts';
import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { KeyWork } from '../../extension/core/custody/key-work.ts';
import type { Keyring } from '../../extension/core/keys/keyring.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { signTyped } from '../../extension/core/registry/signed-calls.ts';
import { managerDomain, READ_TYPES, registryDomain, STORE_TYPES } from '../../extension/core/registry/typed-data.ts';
import { cidOf, DAG_CBOR, digestOf } from '../../extension/core/storage/cid.ts';
import { sodiumGroup } from '../../manager/keeper/sodium-group.ts';

/* What wallets send to managers, as the bench and the chaos send it in their place. */

export interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/** The authorization header for what hangs from `root`. */
export function authorization({ chainId, registry }: Network, keyring: Keyring, root: CID): string {
  const at = Math.floor(Date.now() / 1_000);
  const message = { root: toHex(digestOf(root)), at };
  const signature = signTyped(keyring.account, managerDomain(chainId, registry), STORE_TYPES, message);
  return `Salus ${Buffer.from(JSON.stringify({ member: keyring.address, at, signature })).toString('base64url')}`;
}

/** A CAR of blocks that all hang from `root`. */
export function carOf(root: CID, blocks: readonly Block[]): Uint8Array<ArrayBuffer> {
  const roots = { roots: [root] };
  const size = blocks.reduce((n, block) => n + CarBufferWriter.blockLength(block), 0);
  const writer = CarBufferWriter.createWriter(new ArrayBuffer(CarBufferWriter.headerLength(roots) + size), roots);
  for (const block of blocks) writer.write(block);
  return Uint8Array.from(writer.close());
}

/** Shares of some folders' secrets, dealt to whoever keeps the keys. */
export interface Dealing {
  /** The keyring's object. */
  readonly keyring: Block;
  /** Body of `POST /v1/shares` for each keeper, in their order. */
  readonly bodies: readonly string[];
}

/** Deals the secrets of some folders in their first epoch. @throws Error where nobody keeps keys */
export async function dealingOf(network: Network, keyring: Keyring, folders: readonly number[]): Promise<Dealing> {
  const { custody, chainId, registry } = network;
  if (custody === undefined) throw new Error('nobody keeps the keys on this network');
  const dealt = await new KeyWork(await sodiumGroup()).deal({
    chainId,
    registry,
    patient: keyring.address,
    threshold: custody.threshold,
    keepers: custody.keepers.map(({ account, key }) => ({ account, key: fromHex(key) })),
    folders: await Promise.all(
      folders.map(async (folder) => ({ folder, epoch: 0, seed: await keyring.folderSeed(network, folder, 0) })),
    ),
  });
  const bodies = custody.keepers.map((_, i) => {
    const shares = (dealt.shares[i] ?? []).map(({ capsule, ...of }) => ({ ...of, capsule: toBase64(capsule) }));
    return JSON.stringify({ registry: registry.toLowerCase(), keyring: toBase64(dealt.keyring), shares });
  });
  return { keyring: { cid: await cidOf(DAG_CBOR, dealt.keyring), bytes: dealt.keyring }, bodies };
}

/** What is to be read of a patient's own record, by the patient. */
interface Reading {
  readonly folder: number;
  readonly records: readonly string[];
  /** Account of the manager that is asked. */
  readonly manager: string;
  /** A recent block. */
  readonly block: BlockRef;
}

/** Body of `POST /v1/read`, signed. */
export function readRequest(
  { chainId, registry }: Network,
  keyring: Keyring,
  { folder, records, manager, block }: Reading,
) {
  const who = keyring.address.toLowerCase();
  const message = {
    signer: who,
    patient: who,
    folder,
    records: [...records],
    purpose: PURPOSE_BITS.TREAT,
    manager,
    blockNumber: block.number,
    blockHash: block.hash,
    nonce: toHex(random(32)),
  };
  const signature = signTyped(keyring.account, registryDomain(chainId, registry), READ_TYPES, message);
  return { registry: registry.toLowerCase(), ...message, signature };
}
