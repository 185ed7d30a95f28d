import { ownSection, type RecordItem } from '../catalogue/model.ts';
import { wordsOf } from '../catalogue/words.ts';
import { holdsNow, isDenial } from '../fhir/present/status.ts';
import type { Section } from '../records/sections.ts';
import { seriesOf } from './links.ts';
import type { Reader } from './reader.ts';

/** What matters in a record, for its person and for a stranger in an emergency room. */
export interface Overview {
  /** Who it is about, as the newest of their own entries has it. */
  readonly person?: RecordItem;
  readonly allergies: readonly RecordItem[];
  /** Taken now, as far as the record says. */
  readonly medicines: readonly RecordItem[];
  readonly problems: readonly RecordItem[];
  /** The newest of each kind, with the one before it. */
  readonly results: readonly { readonly item: RecordItem; readonly before?: RecordItem }[];
  /** Soonest first. */
  readonly upcoming: readonly RecordItem[];
}

/** Items of a section that are looked through, and of each kind that are told: what is told costs the same however long a record is. */
const MOST_LOOKED_AT = 200;
const MOST_TOLD = 8;
const MOST_RESULTS = 4;

const TAKEN = new Set([
  'MedicationStatement',
  'MedicationRequest',
  'MedicationDispense',
  'MedicationAdministration',
  'MedicationUsage',
]);

/** @param now an ISO 8601 date */
export async function overviewOf(reader: Reader, now: string): Promise<Overview> {
  const newest = (section: Section) =>
    ownSection(section)
      .page(reader.catalogue.rows, MOST_LOOKED_AT)
      .then(({ items }) => items);
  const [profile, allergies, medicines, problems, results, vitals, visits] = await Promise.all(
    (['profile', 'allergies', 'medications', 'problems', 'results', 'vitals', 'visits'] as const).map(newest),
  );
  const person = personIn(profile ?? []);
  const measured = [...(results ?? []), ...(vitals ?? [])]
    .filter(({ measures, status }) => measures !== undefined && !isDenial(status))
    .sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1));
  const upcoming = (visits ?? []).filter(
    ({ type, date, status }) => type === 'Appointment' && !isDenial(status) && (date ?? '') >= now,
  );
  return {
    ...(person && { person }),
    // “None known” is worth telling, as long as nothing else is.
    allergies: told(allergies ?? [], ({ type }) => type === 'AllergyIntolerance', true),
    medicines: told(medicines ?? [], ({ type }) => TAKEN.has(type)),
    problems: told(problems ?? [], ({ type }) => type === 'Condition'),
    results: await Promise.all(
      distinct(measured)
        .slice(0, MOST_RESULTS)
        .map(async (item) => {
          const [, before] = await seriesOf(reader, item, 2);
          return { item, ...(before && { before }) };
        }),
    ),
    upcoming: upcoming.toReversed().slice(0, MOST_TOLD),
  };
}

const personIn = (profile: readonly RecordItem[]): RecordItem | undefined =>
  profile.find(({ type }) => type === 'Patient');

/** What the person is called by their own record. */
export async function ownName({ catalogue }: Reader): Promise<string | undefined> {
  return personIn((await ownSection('profile').page(catalogue.rows, MOST_LOOKED_AT)).items)?.title;
}

/**
 * What holds now, one of each; what says that nothing is known only where there is nothing else. Only something of a later day says that
 * what holds is over: of two without a date nobody knows which was first, and nothing is left out by chance.
 */
function told(items: readonly RecordItem[], kind: (item: RecordItem) => boolean, withNone = false): RecordItem[] {
  const some = items.filter(kind);
  const over = new Map<string, string>();
  for (const item of some) {
    if (!holdsNow(item.status) && (item.date ?? '') > (over.get(keyOf(item)) ?? ''))
      over.set(keyOf(item), item.date ?? '');
  }
  const now = distinct(
    some.filter((item) => holdsNow(item.status) && (over.get(keyOf(item)) ?? '') <= (item.date ?? '~')),
  );
  const all = now.length > 0 || !withNone ? now : distinct(some.filter(({ status }) => status === 'none'));
  return all.slice(0, MOST_TOLD);
}

const keyOf = ({ code, title }: RecordItem): string => code ?? wordsOf(title).join(' ');

/** The first of each code, or of each title where there is none. */
const distinct = (items: readonly RecordItem[]): RecordItem[] =>
  [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
