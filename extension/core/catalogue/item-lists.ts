import { MOST_MOVES } from '../records/limits.ts';
import { claimsBy, claimsOn, placeOf, withClaim, type Claim, type Claims, type Place } from './claims.ts';
import type { ListChanges } from './list-changes.ts';
import {
  ARRIVALS,
  BY_CODE,
  BY_TITLE,
  claimsName,
  codeKey,
  EMPTY_PATIENT,
  entryName,
  HIDDEN,
  itemKey,
  linkKey,
  LINKS,
  markKey,
  MARKS,
  OWN,
  ownSection,
  patientName,
  placeKey,
  searchText,
  theirKey,
  THEIRS,
  titleKey,
  TITLES,
  wordKey,
  type EntryRow,
  type PatientRow,
  type RecordItem,
  type Summary,
} from './model.ts';
import type { Draft } from './rows.ts';

const isMove = ({ kind }: Claim): boolean => kind === 'moved';
const isNoMove = (claim: Claim): boolean => !isMove(claim);

interface ItemListsParts {
  readonly draft: Draft;
  readonly lists: ListChanges;
  /** Every registry of the network, in lower case. */
  readonly registries: readonly string[];
  readonly isMe: (address: string) => boolean;
  readonly summary: Summary;
}

/** Where the items of open entries are listed, and how many there are: by what their patients said of them. */
export class ItemLists {
  summary: Summary;
  readonly #parts: ItemListsParts;

  constructor(parts: ItemListsParts) {
    this.#parts = parts;
    this.summary = parts.summary;
  }

  /** Lists the items of an entry, each where it belongs, and moves those of others that they say something of. */
  async add(row: EntryRow): Promise<void> {
    // First what was sealed anew: what is said of it from now on is said of what it is now.
    for (const item of row.items) await this.#say(item, true, isMove);
    for (const item of row.items) await this.#inherit(row, item);
    for (const item of row.items) await this.#say(item, true, isNoMove);
    const claims = await this.#claimsOn(row);
    for (const item of row.items) await this.#show(item, placeOf(item, claims), true);
  }

  /** Takes the items of an entry out of all lists, and back what they say of others. */
  async takeAway(row: EntryRow): Promise<void> {
    const claims = await this.#claimsOn(row);
    for (const item of row.items) await this.#say(item, false, isNoMove);
    for (const item of row.items) await this.#say(item, false, isMove);
    for (const item of row.items) await this.#show(item, placeOf(item, claims), false);
  }

  /** The same items, of which something is known that is no part of what they say: they stay where they are. */
  async renew(row: EntryRow): Promise<void> {
    const claims = await this.#claimsOn(row);
    for (const item of row.items) this.#put(item, placeOf(item, claims), true);
  }

  /** What was said of one entry's items is said of another's that took its place. */
  async passOn(from: EntryRow, to: Pick<EntryRow, 'patient' | 'id'>): Promise<void> {
    const claims = await this.#claimsOn(from);
    if (Object.keys(claims).length > 0) this.#parts.draft.put(claimsName(to.patient, to.id), claims);
  }

  count(more: Partial<Record<'entries' | 'anchored' | 'bad' | 'waiting' | 'theirs', number>>): void {
    const next = { ...this.summary };
    for (const [name, n] of Object.entries(more) as ['entries', number][]) next[name] += n;
    this.summary = next;
  }

  /** @param sign 1 for what was opened or found to be unreadable; -1 for what is taken away */
  async countPatient(patient: string, sign: 1 | -1, item?: RecordItem): Promise<void> {
    const { draft } = this.#parts;
    const name = patientName(patient);
    const before = (await draft.get<PatientRow>(name)) ?? EMPTY_PATIENT;
    if (item === undefined) return draft.put(name, { ...before, unreadable: before.unreadable + sign });
    const of = item.picked === undefined ? 'sections' : 'picked';
    const counts = { ...before[of], [item.section]: (before[of][item.section] ?? 0) + sign };
    this.count({ theirs: sign });
    draft.put(name, { ...before, total: before.total + sign, [of]: counts } satisfies PatientRow);
  }

  #claimsOn({ patient, id }: Pick<EntryRow, 'patient' | 'id'>): Promise<Claims> {
    return claimsOn(this.#parts.draft, patient, id);
  }

  /** What was said of an item under the ids that it had before is said of it. */
  async #inherit({ patient, id }: EntryRow, item: RecordItem): Promise<void> {
    const [, position = ''] = item.id.split('/');
    for (const { of, claim } of claimsBy(item)) {
      if (claim.kind !== 'moved') continue;
      const [entry = '', was = ''] = of.split('/');
      const said = (await this.#claimsOn({ patient, id: entry }))[was] ?? [];
      let claims = await this.#claimsOn({ patient, id });
      for (const one of said) if (one.kind !== 'moved') claims = withClaim(claims, position, one, true);
      this.#parts.draft.put(claimsName(patient, id), claims);
    }
  }

  /** What an item says of others: each moves to where it belongs then. @param there false takes it back */
  async #say(item: RecordItem, there: boolean, which: (claim: Claim) => boolean): Promise<void> {
    for (const { of, claim } of claimsBy(item)) if (which(claim)) await this.#sayOf(item.patient, of, claim, there);
  }

  /** Of an item, and of what it was moved to. */
  async #sayOf(patient: string, of: string, claim: Claim, there: boolean): Promise<void> {
    const seen = new Set<string>();
    for (let now: string | undefined = of; now !== undefined && !seen.has(now) && seen.size < MOST_MOVES;) {
      seen.add(now);
      const [entry = '', position = '']: string[] = now.split('/');
      const before = await this.#claimsOn({ patient, id: entry });
      const after = withClaim(before, position, claim, there);
      this.#parts.draft.put(claimsName(patient, entry), after);
      await this.#replace({ patient, entry, position }, before, after);
      now = claim.kind === 'moved' ? undefined : after[position]?.find(({ kind }) => kind === 'moved')?.by;
    }
  }

  async #replace(
    { patient, entry, position }: { readonly patient: string; readonly entry: string; readonly position: string },
    before: Claims,
    after: Claims,
  ): Promise<void> {
    for (const registry of this.#parts.registries) {
      const row = await this.#parts.draft.get<EntryRow>(entryName(registry, entry));
      const target = row?.state === 'open' ? row.items[Number(position)] : undefined;
      if (target === undefined || target.patient.toLowerCase() !== patient.toLowerCase()) continue;
      const [from, to] = [placeOf(target, before), placeOf(target, after)];
      if (from === to) continue;
      await this.#show(target, from, false);
      await this.#show(target, to, true);
    }
  }

  /** Lists an item, or takes it out of its list, and counts it. */
  async #show(item: RecordItem, place: Place, there: boolean): Promise<void> {
    if (this.#parts.isMe(item.patient)) return this.#showOwn(item, place, there);
    const { lists } = this.#parts;
    if (place === 'mark') lists.put(MARKS, markKey(item), there ? item : undefined);
    if (place === 'replaced') return;
    lists.put(THEIRS, theirKey(item), there ? item : undefined);
    await this.countPatient(item.patient, there ? 1 : -1, item);
  }

  #showOwn(item: RecordItem, place: Place, there: boolean): void {
    this.#put(item, place, there);
    if (place !== 'listed') return;
    const { [item.section]: before, ...sections } = this.summary.sections;
    const count = (before?.count ?? 0) + (there ? 1 : -1);
    const [newest] = [before?.newest ?? '', there ? (item.date ?? '') : ''].sort().toReversed();
    this.summary = {
      ...this.summary,
      total: this.summary.total + (there ? 1 : -1),
      sections: count > 0 ? { ...sections, [item.section]: { count, ...(newest && { newest }) } } : sections,
    };
  }

  #put(item: RecordItem, place: Place, there: boolean): void {
    const { lists } = this.#parts;
    if (place === 'listed') this.#listOwn(item, there);
    else if (place === 'hidden') lists.put(HIDDEN, itemKey(item), there ? item : undefined);
    else if (place === 'mark') lists.put(MARKS, markKey(item), there ? item : undefined);
  }

  /** @param there false takes it out of the lists */
  #listOwn(item: RecordItem, there: boolean): void {
    const { lists, isMe } = this.#parts;
    for (const list of [OWN, ownSection(item.section)]) lists.put(list, itemKey(item), there ? item : undefined);
    const title = searchText(item);
    const key = there ? itemKey(item) : undefined;
    lists.put(BY_TITLE, titleKey(title, item), key);
    if (item.code !== undefined) lists.put(BY_CODE, codeKey(item.code, item), key);
    if (item.fullUrl !== undefined) lists.put(LINKS, linkKey(item.fullUrl, item), key);
    if (!isMe(item.author)) {
      const arrived = `${placeKey({ block: item.block, index: 0 })}|${itemKey(item)}`;
      lists.put(ARRIVALS, arrived, there ? item : undefined);
    }
    if (!there) return; // its words may be another title's too
    for (const word of title.split(' ')) lists.put(TITLES, wordKey(word, title), title);
  }
}
