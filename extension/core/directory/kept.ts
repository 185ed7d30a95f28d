import * as v from 'valibot';
import { SortedList } from '../catalogue/sorted-list.ts';
import type { Session } from '../wallet/session.ts';
import type { DirectoryPart, KeptDirectory } from './load.ts';
import { MemberRowSchema, type MemberRow } from './members.ts';

const block = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const DirectoryPartSchema = v.object({
  from: v.optional(block),
  through: block,
  members: v.pipe(v.array(MemberRowSchema), v.maxLength(50_000)),
});

/** Rows of a registry's directory: the list, and how far it is. */
const placeOf = ({ client }: Session) => {
  const name = `directory/${client.network.registry.toLowerCase()}`;
  return { list: new SortedList<MemberRow>(name), through: `${name}/through` };
};

/** Members of the network that the wallet knows. Asks nobody. */
export async function keptDirectory(session: Session): Promise<KeptDirectory> {
  const { list, through } = placeOf(session);
  const { rows } = session.catalogue;
  const [known, members] = await Promise.all([rows.get<number>(through), list.all(rows)]);
  return known === undefined ? { members: [] } : { through: known, members };
}

/**
 * Adds to it what came since. To be called one after the other.
 * @returns false, having added nothing, where another load was faster
 */
export async function keepDirectory(session: Session, { from, through, members }: DirectoryPart): Promise<boolean> {
  const place = placeOf(session);
  const draft = session.catalogue.rows.draft();
  if ((await draft.get<number>(place.through)) !== from) return false;
  await place.list.change(draft, new Map(members.map((row) => [row.address, row])));
  draft.put(place.through, through);
  await draft.commit();
  return true;
}
