import { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { toHex } from '../bytes.ts';
import { ErasedSchema } from '../custody/keeper-messages.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { signerOf, signTyped } from '../registry/signed-calls.ts';
import { ERASE_TYPES, ERASED_TYPES, managerDomain } from '../registry/typed-data.ts';
import { digestOf } from '../storage/cid.ts';
import type { Outdated, Undelivered } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Keyrings that are remembered until keepers have forgotten them; the oldest go first. */
const MOST = 500;

/**
 * Notes that some keyrings are to be forgotten by those who keep shares of them, once what took their place is final.
 * @param keyrings digests, 0x hex
 */
export async function forgetLater(session: Session, registry: string, keyrings: readonly string[]): Promise<void> {
  const after = (await session.catalogue.head()).ring.at(-1)?.number ?? 0;
  const keepers = session.network.custody?.keepers ?? [];
  const more = keyrings.flatMap((keyring) =>
    keepers.map(({ account: keeper }): Outdated => ({ registry, keyring, keeper, after })),
  );
  // What was never delivered needs no forgetting.
  const isOf = ({ keyring }: Undelivered) => keyrings.includes(toHex(digestOf(CID.parse(keyring))));
  await session.state.update((s) => ({
    ...s,
    outdated: [...s.outdated, ...more].slice(-MOST),
    undelivered: s.undelivered.filter((parcel) => !isOf(parcel)),
  }));
}

/** Has keepers forget what they are to forget. One that is away, or does not sign that it did, is asked again the next time. */
export async function forgetOutdated(session: Session): Promise<void> {
  const { final } = await session.catalogue.head();
  const due = (await session.state.read()).outdated.filter(({ after }) => after <= final);
  for (const [keeper, of] of Map.groupBy(due, (one) => one.keeper)) {
    const info = session.network.custody?.keepers.find(({ account }) => account === keeper);
    for (const [registry, some] of Map.groupBy(of, (one) => one.registry)) {
      const keyrings = some.map(({ keyring }) => keyring);
      // Of one that keeps no keys any more nothing can be asked.
      if (info !== undefined && !(await erase(session, info, registry, keyrings))) continue;
      const isOver = (one: Outdated) =>
        one.keeper === keeper && one.registry === registry && keyrings.includes(one.keyring);
      await session.state.update((s) => ({ ...s, outdated: s.outdated.filter((one) => !isOver(one)) }));
    }
  }
}

/** @returns whether it signed that it has none of them any more */
async function erase(
  { address, keyring, network, askKeeper }: Session,
  { url, account: manager }: KeeperInfo,
  registry: string,
  keyrings: readonly string[],
): Promise<boolean> {
  const domain = managerDomain(network.chainId, registry);
  const message = { signer: address.toLowerCase(), manager, keyrings: [...keyrings] };
  const signature = signTyped(keyring.account, domain, ERASE_TYPES, message);
  const answer = await askKeeper(url, '/v1/erase', { registry: registry.toLowerCase(), ...message, signature });
  const parsed = v.safeParse(ErasedSchema, answer?.body);
  if (answer?.status !== 200 || !parsed.success) return false;
  const erased = { signer: manager, patient: address, keyrings };
  return signerOf(domain, ERASED_TYPES, erased, parsed.output.signature)?.toLowerCase() === manager;
}
