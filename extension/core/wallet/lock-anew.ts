import { folderName, type FolderRow } from '../catalogue/model.ts';
import { noKeepers } from '../errors.ts';
import { act } from './act.ts';
import { dealEpochs } from './deal.ts';
import { forgetLater } from './erase-shares.ts';
import type { Session } from './session.ts';

/**
 * Locks anew whatever this account shared, where somebody's share is thought to be known to others, or other keepers are to keep the
 * keys: every share is dealt afresh, so that an old one and a new one open nothing together, and what is added from now on goes
 * under another secret. Once that is final, keepers forget the old ones. Consents stay as they are. Entries that wait for the chain are wrapped anew by themselves.
 * @returns how many sections were locked; 0 where nothing was shared yet
 * @throws SalusError `no-keepers`, `managers-unreachable`, `network-invalid`; then nothing was changed. `sponsor-refused`,
 * `outcome-unknown`
 */
export function lockAnew(session: Session): Promise<number> {
  return session.oneDealing(() => lockInTurn(session));
}

async function lockInTurn(session: Session): Promise<number> {
  const { custody } = session.network;
  if (custody === undefined) throw noKeepers();
  await session.catalogue.sync();
  const { newest } = session;
  const tags = (await session.folders()).all;
  const names = tags.map((tag) => folderName(newest.registry.toLowerCase(), session.address, tag));
  const rows = await session.catalogue.rows.getAll<FolderRow>(names);
  const shared = tags.flatMap((folder, i) => {
    const { keyring, epoch = 0 } = rows[i] ?? {};
    return keyring === undefined ? [] : [{ folder, keyring, next: epoch + 1 }];
  });
  if (shared.length === 0) return 0;
  const epochs = shared.flatMap(({ folder, next }) =>
    Array.from({ length: next + 1 }, (_, epoch) => ({ folder, epoch })),
  );
  const keyring = await dealEpochs(session, custody, epochs);
  const folders = shared.map(({ folder }) => folder);
  const signed = await newest.calls.rotate(folders, false, keyring);
  await act(session, newest, [signed], async () => {
    const now = await newest.client.folders(folders.map((folder) => ({ patient: session.address, folder })));
    return shared.every(({ next }, i) => (now[i]?.epoch ?? 0) >= next);
  });
  await session.catalogue.sync();
  await forgetLater(session, newest.registry, [...new Set(shared.map(({ keyring: before }) => before))]);
  return shared.length;
}
