import { codingsOf } from '../fhir/concept.ts';
import { textAt } from '../fhir/resource.ts';
import { Directory, termsOf, type ListedName } from '../forms/directory/directory.ts';
import type { DirectoryName } from '../forms/field.ts';
import { VITALS } from '../import/vitals.ts';
import { FINDINGS, HL7_CODES, TESTS_BESIDE } from './common-codes.ts';

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const ATC = 'http://www.whocc.no/atc';
const ICD10 = 'http://hl7.org/fhir/sid/icd-10';
/** Classifications that ICD-10 is a part of: their first three signs mean the same. */
const ICD10_KIN =
  /^(http:\/\/hl7\.org\/fhir\/sid\/icd-10(-cm|-nl|-am)?|http:\/\/fhir\.de\/CodeSystem\/bfarm\/icd-10-gm)$/;

/** Chapters of ICD-10 (WHO, 2019). */
const CHAPTERS =
  'A00-B99 C00-D48 D50-D89 E00-E90 F00-F99 G00-G99 H00-H59 H60-H95 I00-I99 J00-J99 K00-K93 L00-L99 M00-M99 N00-N99 O00-O99 P00-P96 Q00-Q99 R00-R99 S00-T98 V01-Y98 Z00-Z99'.split(
    ' ',
  );
/** Anatomical main groups of ATC. */
const GROUPS = 'ABCDGHJLMNPRSV';

/** Words that change nothing in what is named, in what records are made of. */
const BESIDE: Readonly<Partial<Record<DirectoryName, string>>> = {
  diseases: 'disorder finding mellitus unspecified nos essential primary',
  medicines:
    'product containing only medicinal mg ml g mcg µg ug iu unit units tablet tablets capsule capsules oral solution suspension injection film coated extended release hr hour actuat inhaler tablette tabletten comprimido comprimidos',
  substances: 'allergy to allergic intolerance substance',
  vaccines: 'vaccine seasonal injectable preservative free adult pediatric adolescent dose live',
};
const STRENGTH = /^[\d.,/%]+$/;

/** A code or a name of a closed list, with the words of the list. */
export interface Common {
  readonly coding?: readonly { readonly system: string; readonly code: string; readonly display?: string }[];
  readonly text?: string;
}
/** What a concept may be about. */
export type Kind = DirectoryName | 'hl7' | 'findings';
/** What stays of a concept, and whether it says less than before. */
export interface Kept {
  readonly concept: Common;
  readonly isBroader: boolean;
}

const rows = (table: string): [string, string][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|') as [string, string]);

/** What is common enough to be told. Made once for each file: everything that it gives is of lists in the program. */
export class Vocabulary {
  readonly #codes = new Map<string, { common: Common; kinds: Set<Kind> }>();
  readonly #names = new Map<string, Common>();
  readonly #beside = new Map(Object.entries(BESIDE).map(([of, words]) => [of, new Set(words.split(' '))]));
  readonly #atc = new Set<string>();

  constructor() {
    for (const [of, listed] of new Directory('en').all()) for (const one of listed) this.#addListed(of, one);
    for (const [code, name] of rows(TESTS_BESIDE)) this.#addTest(code, name);
    for (const { loinc, name } of Object.values(VITALS)) this.#addTest(loinc, name);
    for (const [code, name] of rows(FINDINGS)) this.#add('findings', SNOMED, code, name);
    for (const [system, codes] of Object.entries(HL7_CODES))
      for (const code of codes.split(' ')) this.#add('hl7', system, code);
  }

  #addListed(of: DirectoryName, { code, names }: ListedName): void {
    const [system = '', bare = ''] = code?.split('|') ?? [];
    const [name = ''] = names;
    const common = code === undefined ? { text: name } : this.#add(of, system, bare, name);
    if (system === ATC) for (const length of [3, 4, 5]) this.#atc.add(bare.slice(0, length));
    for (const one of names) {
      const key = `${of}|${this.#key(of, one)}`;
      if (!this.#names.has(key)) this.#names.set(key, common);
    }
  }

  #addTest(code: string, name: string): void {
    const key = `tests|${this.#key('tests', name)}`;
    const common = this.#add('tests', LOINC, code, name);
    if (!this.#names.has(key)) this.#names.set(key, common);
  }

  #add(kind: Kind, system: string, code: string, display?: string): Common {
    const known = this.#codes.get(`${system}|${code}`);
    known?.kinds.add(kind);
    const common = known?.common ?? { coding: [{ system, code, ...(display !== undefined && { display }) }] };
    if (known === undefined) this.#codes.set(`${system}|${code}`, { common, kinds: new Set([kind]) });
    return common;
  }

  /** Words of a name in no order, without those that change nothing. */
  #key(of: DirectoryName, name: string): string {
    const beside = this.#beside.get(of);
    const words = termsOf(name).filter((word) => beside?.has(word) !== true);
    return (of === 'medicines' ? words.filter((word) => !STRENGTH.test(word)) : words).sort().join(' ');
  }

  /**
   * A concept, Coding or code as one that many people have.
   * @returns undefined where it is on no list, and nothing broader is
   */
  keep(concept: unknown, kinds: readonly Kind[]): Kept | undefined {
    const codings = codingsOf(concept);
    for (const { system, code } of codings) {
      const known = this.#codes.get(`${system}|${code}`);
      if (known && kinds.some((kind) => known.kinds.has(kind))) return { concept: known.common, isBroader: false };
    }
    const names = [textAt(concept, 'text'), ...codings.map(({ display }) => display)].filter(
      (one) => one !== undefined,
    );
    for (const kind of kinds) {
      if (kind === 'hl7' || kind === 'findings') continue;
      for (const name of names) {
        const common = this.#names.get(`${kind}|${this.#key(kind, name)}`);
        if (common) return { concept: common, isBroader: false };
      }
    }
    for (const { system, code } of codings) {
      const broader = this.#broader(system, code, kinds);
      if (broader) return { concept: broader, isBroader: true };
    }
    return undefined;
  }

  #broader(system: string, code: string, kinds: readonly Kind[]): Common | undefined {
    if (kinds.includes('diseases') && ICD10_KIN.test(system) && /^[A-Z]\d\d(\.?\w{1,4})?$/.test(code)) {
      const category = code.slice(0, 3);
      const known = this.#codes.get(`${ICD10}|${code}`) ?? this.#codes.get(`${ICD10}|${category}`);
      if (known) return known.common;
      const chapter = CHAPTERS.find((range) => range.slice(0, 3) <= category && category <= range.slice(4));
      return chapter === undefined ? undefined : { coding: [{ system: ICD10, code: chapter }] };
    }
    if (kinds.some((kind) => kind === 'medicines' || kind === 'vaccines') && system === ATC && isAtc(code)) {
      const group = [5, 4, 3].map((length) => code.slice(0, length)).find((one) => this.#atc.has(one));
      return { coding: [{ system: ATC, code: group ?? code.slice(0, 1) }] };
    }
    return undefined;
  }
}

const isAtc = (code: string): boolean =>
  /^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$/.test(code) && GROUPS.includes(code.slice(0, 1));
