import { SalusError } from '../errors.ts';
import type { ChosenTable, KnownIssuer } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Most issuers and tables that are remembered. */
const MOST_ISSUERS = 200;
const MOST_TABLES = 200;

/** Whose signatures on health cards can be checked. */
export async function knownIssuers(session: Session): Promise<readonly KnownIssuer[]> {
  return (await session.state.read()).issuers;
}

/**
 * Takes keys for those of an issuer, in place of what was known of it.
 * @param file a JSON Web Key Set; without it the issuer itself is asked, which learns of it
 * @throws SalusError `keys-unreadable`, `link-insecure`, `host-unreachable`, `host-unexpected`, `host-elsewhere`
 */
export async function addIssuer(session: Session, issuer: string, file?: string): Promise<void> {
  const keys = [...(await session.storage.issuerKeys(issuer, file))];
  const added = { issuer, keys, byFile: file !== undefined, at: session.now() };
  await session.state.update((s) => {
    const others = s.issuers.filter((known) => known.issuer !== issuer);
    if (others.length >= MOST_ISSUERS) throw new SalusError('bad-request', 'There are enough issuers. Remove one.');
    return { ...s, issuers: [...others, added] };
  });
}

export async function removeIssuer(session: Session, issuer: string): Promise<void> {
  await session.state.update((s) => ({ ...s, issuers: s.issuers.filter((known) => known.issuer !== issuer) }));
}

/** What the columns of tables with these headings are, from now on. */
export async function chooseColumns(session: Session, table: ChosenTable): Promise<void> {
  await session.state.update((s) => {
    const others = s.tables.filter(({ header }) => header !== table.header);
    return { ...s, tables: [table, ...others].slice(0, MOST_TABLES) };
  });
}
