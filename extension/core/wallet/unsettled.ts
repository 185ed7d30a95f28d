import type { BlockRef } from '../chain/follower.ts';
import { registryInterface } from '../registry/abi.ts';
import type { Terms } from '../registry/signed-calls.ts';
import type { UnsettledAct, WalletState } from './sealed-state.ts';
import type { Deployment, Session } from './session.ts';

/** Acts that are looked after at the same time; the oldest go first. */
const MOST = 100;

/** Whether the grants that some signed calls give or end stand on the chain as the calls say. */
export async function isAsSigned(
  session: Session,
  { client }: Pick<Deployment, 'client'>,
  calls: readonly string[],
): Promise<boolean> {
  const isGiven = async ({ grantee, folder, until, purposes, rights }: Terms, patient: string) => {
    const grant = await client.grant(patient, grantee, Number(folder));
    return grant.until === Number(until) && grant.purposes === Number(purposes) && grant.rights === Number(rights);
  };
  const isOver = async (grantee: string, folder: number) =>
    (await client.grant(session.address, grantee, folder)).rights === 0;
  const checks = calls.flatMap((data) => {
    const call = registryInterface.parseTransaction({ data });
    // Both name the patient.
    if (call?.name === 'grantFor' || call?.name === 'grantAsFor') {
      const { patient, terms } = call.args as unknown as { patient: string; terms: Terms[] };
      return terms.map((one) => isGiven(one, patient));
    }
    if (call?.name !== 'revokeFor') return [];
    const { grantee, folders } = call.args as unknown as { grantee: string; folders: readonly bigint[] };
    return folders.map((folder) => isOver(grantee, Number(folder)));
  });
  return (await Promise.all(checks)).every(Boolean);
}

/**
 * Remembers what was done for one reader of one record until no reorganisation can undo it. What was done for that reader before is
 * past.
 */
export async function lookAfter(
  session: Session,
  act: Pick<UnsettledAct, 'kind' | 'recipient' | 'patient' | 'registry' | 'calls'>,
): Promise<void> {
  const { ring, final } = await session.catalogue.head();
  const block = topOf(ring);
  const others = (acts: readonly UnsettledAct[]) =>
    acts.filter((a) => a.recipient !== act.recipient || a.patient !== act.patient);
  await session.state.update((s) => ({
    ...s,
    unsettled: block.number <= final ? others(s.unsettled) : [...others(s.unsettled), { ...act, block }].slice(-MOST),
    undone: s.undone.filter((a) => a.recipient !== act.recipient),
  }));
}

/**
 * Brings acts again that a reorganisation took off the chain, under the signatures that the person gave. Where these are not good
 * any more, the person is told instead.
 */
export async function settleActs(session: Session): Promise<void> {
  for (const act of (await session.state.read()).unsettled) {
    await session.oneReader(act.recipient, () => settle(session, act));
  }
}

async function settle(session: Session, act: UnsettledAct): Promise<void> {
  const isIt = (a: UnsettledAct) => a.calls.join() === act.calls.join();
  // Another act for the same reader may have taken its place meanwhile.
  if (!(await session.state.read()).unsettled.some(isIt)) return;
  const change = (to: UnsettledAct | undefined, undone: WalletState['undone'] = []) =>
    session.state.update((s) => ({
      ...s,
      unsettled: s.unsettled.flatMap((a) => (isIt(a) ? (to ?? []) : a)),
      undone: [...s.undone, ...undone].slice(-MOST),
    }));
  const { final, ring } = await session.catalogue.head();
  const top = topOf(ring);
  const deployment = session.deployment(act.registry);
  if (await isAsSigned(session, deployment, act.calls)) {
    if (!isSeen(ring, act.block)) await change({ ...act, block: top });
    else if (act.block.number <= final) await change(undefined);
    return;
  }
  if ((await deployment.client.refusal(act.calls)) !== undefined) {
    await change(undefined, [{ kind: act.kind, recipient: act.recipient, at: session.now() }]);
    return;
  }
  await session.sponsor.submit(act.calls, act.registry);
  await change({ ...act, block: { number: top.number + 1, hash: '' } }); // where it is, the next look finds
}

const topOf = (ring: readonly BlockRef[]): BlockRef => {
  const { number, hash } = ring.at(-1) ?? { number: 0, hash: '' };
  return { number, hash };
};

/** Whether a block is among those of the chain as it is followed now, or before all that are remembered. */
const isSeen = (ring: readonly BlockRef[], { number, hash }: BlockRef): boolean =>
  ring.some((b) => b.number === number && b.hash === hash) || number < (ring[0]?.number ?? 0);
