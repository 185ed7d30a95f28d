import { SalusError } from '../../core/errors.ts';
import type { Session } from '../../core/wallet/session.ts';

/**
 * A request for the account was made by a connected site, for the account it sees; both may have changed since.
 * @throws SalusError `bad-request`
 */
export async function checkStillConnected(session: Session, origin: string, address: string): Promise<void> {
  const { sites } = await session.state.read();
  const same = session.address.toLowerCase() === address.toLowerCase();
  if (same && sites.some((site) => site.origin === origin)) return;
  throw new SalusError('bad-request', 'This site is not connected to this account any more.');
}
