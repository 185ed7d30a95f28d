import { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { fromHex, toBase64, toHex, type Bytes } from '../bytes.ts';
import { folderName, type FolderRow } from '../catalogue/model.ts';
import { KeptSchema } from '../custody/keeper-messages.ts';
import { readKeyring } from '../custody/keyring-object.ts';
import { isSalusError, noKeepers, SalusError } from '../errors.ts';
import type { Custody, KeeperInfo } from '../network/descriptor.ts';
import { Role } from '../registry/abi.ts';
import { signerOf } from '../registry/signed-calls.ts';
import { KEPT_TYPES, managerDomain } from '../registry/typed-data.ts';
import { digestOf } from '../storage/cid.ts';
import { makeDurable } from './outbox.ts';
import type { Undelivered } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Shares that are remembered for keepers that are away; the oldest go first. */
const MOST_UNDELIVERED = 200;

/** HTTP status of shares that their patient has erased. */
const ERASED = 410;

const tooFew = () =>
  new SalusError('managers-unreachable', 'Too few of those who keep the keys answer. Nothing was shared.');

/**
 * Gives the keepers shares of some of this account's folders, where they do not have them yet: all get theirs, as many as are needed
 * must have acknowledged them, and the others get them later.
 * @returns the signed call that has the keyring count; undefined where there is nothing to do
 * @throws SalusError `no-keepers`, `managers-unreachable`; then nothing was changed
 */
export async function dealFolders(session: Session, folders: readonly number[]): Promise<string | undefined> {
  const { custody } = session.network;
  if (custody === undefined) throw noKeepers();
  const { registry } = session.newest;
  const names = folders.map((folder) => folderName(registry.toLowerCase(), session.address, folder));
  const rows = await session.catalogue.rows.getAll<FolderRow>(names);
  const missing: { folder: number; epoch: number }[] = [];
  for (const [i, folder] of folders.entries()) {
    const epochs = Array.from({ length: (rows[i]?.epoch ?? 0) + 1 }, (_, epoch) => ({ folder, epoch }));
    const keyring = rows[i]?.keyring;
    if (keyring !== undefined && (await isKept(session, custody, keyring, epochs))) continue;
    missing.push(...epochs);
  }
  if (missing.length === 0) return undefined;
  const keyring = await dealEpochs(session, custody, missing);
  return session.newest.calls.setKeyring([...new Set(missing.map(({ folder }) => folder))], keyring);
}

/** Whether a keyring is with the keepers of the network as it is described now, for these epochs. */
async function isKept(
  { storage }: Session,
  { threshold, keepers }: Custody,
  keyring: string,
  epochs: readonly { readonly folder: number; readonly epoch: number }[],
): Promise<boolean> {
  try {
    const object = await readKeyring(storage, keyring);
    const has = ({ folder, epoch }: { folder: number; epoch: number }) =>
      object.folders.some((f) => f.folder === folder && f.epoch === epoch);
    const same =
      object.managers.toSorted().join() ===
      keepers
        .map((k) => k.account)
        .toSorted()
        .join();
    return object.k === threshold && same && epochs.every(has);
  } catch (error) {
    if (isSalusError(error, 'vault-locked')) throw error;
    return false; // lost, or of another form: dealt anew
  }
}

/**
 * Deals the secrets of some folders in some epochs to the keepers; see {@link dealFolders}. It counts once it is on the chain.
 * @returns digest of the keyring
 * @throws SalusError `managers-unreachable`, `network-invalid`; then nothing was changed
 */
export async function dealEpochs(
  session: Session,
  { threshold, keepers }: Custody,
  epochs: readonly { readonly folder: number; readonly epoch: number }[],
): Promise<Bytes> {
  const { keyWork, newest } = session;
  const { chainId, registry } = newest.client.network;
  await requireRegistered(session, keepers);
  const seeds = await Promise.all(
    epochs.map(async ({ folder, epoch }) => ({
      folder,
      epoch,
      seed: await session.keyring.folderSeed({ chainId, registry }, folder, epoch),
    })),
  );
  session.keyring.check();
  const dealt = await keyWork.deal({
    chainId,
    registry,
    patient: session.address,
    threshold,
    keepers: keepers.map(({ account, key }) => ({ account, key: fromHex(key) })),
    folders: seeds,
  });
  const root = await session.storage.putObject(dealt.keyring, session.address, session.address);
  const parcels = keepers.map((keeper, i): Undelivered => ({
    registry,
    keyring: root,
    keeper: keeper.account,
    shares: (dealt.shares[i] ?? []).map(({ capsule, ...of }) => ({ ...of, capsule: toBase64(capsule) })),
  }));
  if (!(await makeDurable(session, root))) throw tooFew();
  const outcomes = await Promise.all(parcels.map((parcel) => deliver(session, parcel)));
  if (outcomes.filter((outcome) => outcome === 'kept').length < threshold) throw tooFew();
  const left = parcels.filter((_, i) => outcomes[i] === 'later');
  if (left.length > 0) {
    await session.state.update((s) => ({ ...s, undelivered: [...s.undelivered, ...left].slice(-MOST_UNDELIVERED) }));
  }
  return digestOf(CID.parse(root));
}

/** A keeper is who the description says only where the registry says so too. @throws SalusError `network-invalid` */
async function requireRegistered({ client }: Session, keepers: readonly KeeperInfo[]): Promise<void> {
  for (const { account, key } of keepers) {
    const { role, encryptionKey } = await client.member(account);
    if (role === Role.EhrManager && encryptionKey !== undefined && toHex(encryptionKey) === key) continue;
    throw new SalusError(
      'network-invalid',
      'The registry does not know one of those who are to keep the keys. Nothing was shared.',
      { field: 'custody' },
    );
  }
}

/** Brings one keeper its shares. @returns whether it acknowledged them, or needs none of them any more */
async function deliver(
  session: Session,
  { registry, keyring, keeper, shares }: Undelivered,
): Promise<'kept' | 'over' | 'later'> {
  const { network, askKeeper, storage } = session;
  const info = network.custody?.keepers.find(({ account }) => account === keeper);
  if (info === undefined) return 'over'; // it keeps no keys any more
  const body = { registry: registry.toLowerCase(), keyring: toBase64(await storage.block(keyring)), shares };
  const answer = await askKeeper(info.url, '/v1/shares', body, session.storeAuthorization(keyring));
  const parsed = v.safeParse(KeptSchema, answer?.body);
  if (answer?.status === ERASED) return 'over';
  if (answer?.status !== 200 || !parsed.success) return 'later';
  const message = { signer: keeper, keyring: toHex(digestOf(CID.parse(keyring))) };
  const domain = managerDomain(network.chainId, registry);
  const signer = signerOf(domain, KEPT_TYPES, message, parsed.output.signature);
  return signer?.toLowerCase() === keeper ? 'kept' : 'later';
}

/** Brings keepers that were away what is theirs. What they do not take now is brought again. */
export async function deliverShares(session: Session): Promise<void> {
  const { undelivered } = await session.state.read();
  for (const parcel of undelivered) {
    if ((await deliver(session, parcel)) === 'later') continue;
    const isIt = (one: Undelivered) => one.keyring === parcel.keyring && one.keeper === parcel.keeper;
    await session.state.update((s) => ({ ...s, undelivered: s.undelivered.filter((one) => !isIt(one)) }));
  }
}
