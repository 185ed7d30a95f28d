import { createHash } from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import { fromHex, own, random, type Bytes } from '../../extension/core/bytes.ts';
import { leafHash } from '../../extension/core/merkle.ts';
import type { Line } from './store.ts';

/** What a keeper did, or refused to do. */
export interface Opening {
  /** `refused`: nothing was given. */
  readonly kind: 'read' | 'seal' | 'refused';
  /** Unix seconds. */
  readonly at: number;
  /** Newest block that was known. */
  readonly block: number;
  readonly signer: string;
  readonly patient: string;
  readonly folder: number;
  /** Ids of the records that were to be read, 0x hex; or what an author committed to. */
  readonly asked: { readonly records: readonly string[] } | { readonly commitments: readonly string[] };
  /** Bits; 0 for what is sealed. */
  readonly purpose: number;
}

/**
 * A line of the log of openings: dag-cbor {v: 1, kind, at, block, signer, patient, folder, records | commitments, purpose}, addresses
 * as 0x hex in lower case, ids and commitments as 32 bytes.
 */
export async function lineOf({ asked, ...rest }: Opening): Promise<Line> {
  const entries = Object.entries(asked).map(([name, words]: [string, readonly string[]]) => [name, words.map(fromHex)]);
  const body = own(dagCbor.encode({ v: 1, ...rest, ...(Object.fromEntries(entries) as Record<string, Bytes[]>) }));
  const blind = random(16);
  const digest = own(createHash('sha256').update(body).digest());
  return { patient: rest.patient, blind, body, leaf: await leafHash(blind, digest) };
}
