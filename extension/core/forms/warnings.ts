import { holdsNow, type ItemStatus } from '../fhir/present/status.ts';
import { systemOf } from '../sensitivity/codes.ts';
import { termsOf, type Directory } from './directory/directory.ts';

/** An allergy or a medicine, as lists have it. */
export interface Checkable {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly code?: string | undefined;
  readonly status?: ItemStatus | undefined;
}

/** What a person should talk about with somebody who knows. It is no advice, and that there is none says nothing. */
export type Warning<T extends Checkable = Checkable> =
  | { readonly kind: 'allergy'; readonly allergy: T; readonly medicine: T }
  | { readonly kind: 'twice'; readonly medicine: T; readonly other: T };

/** Words around what somebody is allergic to, in five languages. */
const AROUND = new Set(
  'allergy allergic allergies intolerance hypersensitivity reaction drug medicine substance with from against allergie allergisch gegen unverträglichkeit unvertraglichkeit uberempfindlichkeit arzneimittel alergia alergico intolerancia hipersensibilidad medicamento sobre contra allergique medicament حساسية تحسس دواء مادة تجاه نوع'.split(
    ' ',
  ),
);
/** Shorter words are in too many names. */
const LEAST_WORD = 5;

interface Substance {
  /** ATC code. */
  readonly atc?: string;
  readonly classes: readonly string[];
  readonly words: readonly string[];
}

function substanceOf({ title, code }: Checkable, directory: Directory): Substance {
  const [system = '', given = ''] = (code ?? '').split('|');
  const atc = systemOf(system) === 'atc' ? given : directory.medicineIn(title);
  const told = ` ${termsOf(title).join(' ')} `;
  const isNamed = (name: string) => told.includes(` ${termsOf(name).join(' ')} `);
  const classes = directory.classes.filter(
    (one) => (atc !== undefined && one.atc.some((begin) => atc.startsWith(begin))) || one.names.some(isNamed),
  );
  const words = termsOf(title).filter((word) => word.length >= LEAST_WORD && !AROUND.has(word) && !/^\d/.test(word));
  return { ...(atc !== undefined && { atc }), classes: classes.map(({ name }) => name), words };
}

/** One substance: the same code to the fifth level, or the same medicine by name. */
const isSame = (a: Substance, b: Substance): boolean => a.atc !== undefined && a.atc.length === 7 && a.atc === b.atc;

const holds = ({ status }: Checkable): boolean => holdsNow(status);

/** Medicines that somebody is said to be allergic to: the substance itself, one of its group, or one with its name. */
function clashes(allergy: Substance, medicine: Substance): boolean {
  if (isSame(allergy, medicine)) return true;
  if (allergy.classes.some((one) => medicine.classes.includes(one))) return true;
  return allergy.words.length > 0 && allergy.words.every((word) => medicine.words.includes(word));
}

/** What the same person takes as one of these is taken twice: what was ordered, handed out and taken is one thing. */
const isTaken = ({ type }: Checkable): boolean => type === 'MedicationStatement' || type === 'MedicationUsage';

/**
 * Warnings by rules of three lines each, from what stands in the record alone.
 * @param only warnings of this medicine, by id; of all where it is absent
 */
export function warningsOf<T extends Checkable>(
  { allergies, medicines }: { readonly allergies: readonly T[]; readonly medicines: readonly T[] },
  directory: Directory,
  only?: string,
): Warning<T>[] {
  const found: Warning<T>[] = [];
  const taken = medicines.filter(holds).map((item) => ({ item, substance: substanceOf(item, directory) }));
  const avoided = allergies.filter(holds).map((item) => ({ item, substance: substanceOf(item, directory) }));
  const told = new Set<string>();
  for (const [i, medicine] of taken.entries()) {
    for (const allergy of avoided) {
      if (only !== undefined && medicine.item.id !== only) continue;
      const once = `${allergy.item.id} ${medicine.substance.atc ?? medicine.item.title}`;
      if (told.has(once) || !clashes(allergy.substance, medicine.substance)) continue;
      told.add(once);
      found.push({ kind: 'allergy', allergy: allergy.item, medicine: medicine.item });
    }
    for (const other of taken.slice(i + 1)) {
      if (only !== undefined && medicine.item.id !== only && other.item.id !== only) continue;
      if (!isTaken(medicine.item) || !isTaken(other.item)) continue;
      const sameName = termsOf(medicine.item.title).join(' ') === termsOf(other.item.title).join(' ');
      if (sameName || isSame(medicine.substance, other.substance))
        found.push({ kind: 'twice', medicine: medicine.item, other: other.item });
    }
  }
  return found;
}
