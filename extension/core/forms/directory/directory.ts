import { wordsOf } from '../../catalogue/words.ts';
import type { DirectoryName } from '../field.ts';
import { DISEASES } from './diseases.ts';
import { MEDICINES } from './medicines.ts';
import { CLASSES, SUBSTANCES } from './substances.ts';
import { TESTS } from './tests.ts';
import { VACCINES } from './vaccines.ts';

/** Something that has a name, and mostly a code. */
export interface Listed {
  /** `system|code`. */
  readonly code?: string;
  /** In the person's language. */
  readonly text: string;
}
/** Medicines of which people are allergic to one as to all. */
export interface SubstanceClass {
  readonly name: string;
  readonly atc: readonly string[];
  /** Of every language. */
  readonly names: readonly string[];
  readonly text: string;
}

/** A row with all its names, the first of them in English where it is asked for so. */
export interface ListedName {
  readonly code?: string;
  readonly names: readonly string[];
}

const LANGUAGES = ['en', 'de', 'es', 'ar'];
const ICD10 = 'http://hl7.org/fhir/sid/icd-10';
const ATC = 'http://www.whocc.no/atc';
const LOINC = 'http://loinc.org';
const MOST_FOUND = 8;

interface Row extends Listed {
  readonly names: readonly string[];
  readonly words: readonly (readonly string[])[];
}

const columns = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|'));

/** Words of a name or of what is typed, without the article that Arabic writes together with them. */
export const termsOf = (text: string): string[] =>
  wordsOf(text).map((word) => (word.length > 2 && word.startsWith('ال') ? word.slice(2) : word));

function languageOf(locale: string): number {
  const index = LANGUAGES.indexOf(locale.slice(0, 2).toLowerCase());
  return index < 0 ? 0 : index;
}
/** Names stand with a comma and no space between them: a name may have a comma itself. */
const namesIn = (cell: string | undefined): string[] => cell?.split(/,(?! )/) ?? [];

function rowsOf(table: string, system: string, language: number): Row[] {
  return columns(table).map(([code = '', ...cells]) => {
    const names = [...namesIn(cells[language]), ...cells.flatMap(namesIn)];
    return {
      ...(code !== '' && { code: `${system}|${code}` }),
      text: names[0] ?? '',
      names,
      words: [...new Set(names)].map(termsOf),
    };
  });
}

/** Everything is in the package: nothing that is typed is asked of anybody. */
export class Directory {
  readonly classes: readonly SubstanceClass[];
  readonly #rows: Readonly<Record<DirectoryName, readonly Row[]>>;

  constructor(locale = 'en') {
    const language = languageOf(locale);
    const classes = columns(CLASSES).map(([name = '', atc = '', ...cells]) => ({ name, atc: atc.split(' '), cells }));
    this.classes = classes.map(({ name, atc, cells }) => ({
      name,
      atc,
      names: cells.flatMap(namesIn),
      text: namesIn(cells[language])[0] ?? '',
    }));
    const medicines = rowsOf(MEDICINES, ATC, language);
    const groups = rowsOf(classes.map(({ cells }) => ['', ...cells].join('|')).join('\n'), '', language);
    this.#rows = {
      diseases: rowsOf(DISEASES, ICD10, language),
      medicines,
      substances: [...groups, ...rowsOf(SUBSTANCES, '', language), ...medicines],
      vaccines: rowsOf(VACCINES, ATC, language),
      tests: rowsOf(TESTS, LOINC, language),
    };
  }

  /** What begins with what is typed, each word of it some word of a name: first where a name itself begins so. */
  find(directory: DirectoryName, typed: string): readonly Listed[] {
    const wanted = termsOf(typed);
    if (wanted.length === 0) return [];
    const ranked = this.#rows[directory].flatMap((row, place) => {
      const rank = Math.min(...row.words.map((words, name) => rankOf(words, wanted, name)));
      return rank === Infinity ? [] : [{ row, rank, place }];
    });
    ranked.sort((a, b) => a.rank - b.rank || a.place - b.place);
    return ranked.slice(0, MOST_FOUND).map(({ row: { text, code } }) => ({ text, ...(code && { code }) }));
  }

  /** ATC code of a medicine whose name stands in a text, such as “Amoxicillin 500 mg tablets”: the longest name counts. */
  medicineIn(text: string): string | undefined {
    const told = ` ${termsOf(text).join(' ')} `;
    let found: { length: number; code: string } | undefined;
    for (const { code, words } of this.#rows.medicines) {
      for (const name of words) {
        const joined = name.join(' ');
        if (joined.length > (found?.length ?? 3) && told.includes(` ${joined} `) && code !== undefined) {
          found = { length: joined.length, code: code.split('|')[1] ?? '' };
        }
      }
    }
    return found?.code;
  }

  /** Everything that is listed. */
  all(): [DirectoryName, readonly ListedName[]][] {
    return Object.entries(this.#rows) as [DirectoryName, readonly ListedName[]][];
  }

  get size(): number {
    return Object.values(this.#rows).reduce((n, rows) => n + rows.length, 0) - this.#rows.medicines.length;
  }
}

function rankOf(words: readonly string[], wanted: readonly string[], name: number): number {
  if (!wanted.every((typed) => words.some((word) => word.startsWith(typed)))) return Infinity;
  const begins = words.join(' ').startsWith(wanted.join(' '));
  return (begins ? 0 : 2) + (name === 0 ? 0 : 1);
}
