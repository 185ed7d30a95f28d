import * as v from 'valibot';
import type { Deidentified } from './deidentify.ts';

/** What the manifest of a file for research says that it is. */
const RESEARCH_FORMAT = 'salus/research/v1';
export const RESEARCH_FILES = { manifest: 'manifest.json', readme: 'README.txt' } as const;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const counts = v.record(v.pipe(v.string(), v.maxLength(64)), whole);

export const ResearchManifestSchema = v.strictObject({
  format: v.literal(RESEARCH_FORMAT),
  fhirVersion: v.literal('4.0.1'),
  /** Year in which it was made: the day would say too much. */
  year: v.pipe(v.number(), v.safeInteger()),
  dates: v.strictObject({
    shifted: v.literal(true),
    /** What was done to dates, in words. */
    how: v.string(),
  }),
  /** `90+` where the year of birth is left out for the age. */
  age: v.optional(v.literal('90+')),
  resources: counts,
  /** Items that are not in the file, by why. */
  leftOut: counts,
  /** Values that are not told, and those that are told less exactly. */
  suppressed: whole,
  generalised: whole,
  anonymity: v.strictObject({ k: v.null(), why: v.string() }),
  removed: v.array(v.string()),
  /** Every file but this one. */
  files: v.array(
    v.strictObject({ name: v.string(), bytes: whole, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
  ),
});
type ResearchManifest = v.InferOutput<typeof ResearchManifestSchema>;

const DATES =
  'All dates are moved back by one secret number of days, 1 to 365, the same in every file of this person. What lies between two dates is as it was, to the day. Times of day are left out. A date without a day or a month is moved as if it were in the middle of its month or year. Of the birth the year alone is told, moved like the rest, and none for whoever may be older than 89; nor is any date that lies more than 89 years back.';
const K =
  'k cannot be known from one person’s file: it is how many people of a population share what is told of each of them. Whoever pools files has to count it over all of them, over sex, year of birth, country, and the codes and dates of what is rare among them, and to suppress or generalise more where it is too low. Here, codes are told only that are on lists of what is common; the others are told more broadly, or left out, as counted.';

/** The identifiers of 45 CFR 164.514(b)(2)(i), and what is done about each. */
const REMOVED: readonly string[] = [
  '(A) names: left out; so is all free text',
  '(B) geographic subdivisions smaller than a state: left out; the country stays',
  '(C) dates, and ages over 89: dates are moved, see “dates”; ages over 89 are 90 or more',
  '(D) telephone numbers: left out',
  '(E) fax numbers: left out',
  '(F) e-mail addresses: left out',
  '(G) social security numbers: left out',
  '(H) medical record numbers: left out',
  '(I) health plan beneficiary numbers: left out',
  '(J) account numbers: left out',
  '(K) certificate and licence numbers: left out',
  '(L) vehicle identifiers: left out',
  '(M) device identifiers: left out; so is every device',
  '(N) web addresses: left out',
  '(O) network addresses: left out',
  '(P) biometric identifiers: left out',
  '(Q) photographs: left out; so is every attachment',
  '(R) any other number, characteristic or code: ids are drawn anew for each file; numbers of more than 7 digits are left out',
];

export const manifestOf = (found: Deidentified, year: number, files: ResearchManifest['files']): ResearchManifest => ({
  format: RESEARCH_FORMAT,
  fhirVersion: '4.0.1',
  year,
  dates: { shifted: true, how: DATES },
  ...(found.over89 && { age: '90+' }),
  resources: { ...found.types },
  leftOut: { ...found.left },
  suppressed: found.suppressed,
  generalised: found.broader,
  anonymity: { k: null, why: K },
  removed: [...REMOVED],
  files,
});

/** What a researcher reads first; in one language, as the person's would say something of them. */
export const RESEARCH_README = [
  'A health record for research, without who it is of.',
  'Each .ndjson file has resources of one type (HL7 FHIR R4 4.0.1), one a line. manifest.json says what was left out and changed.',
  DATES,
  K,
  'Taken out by the person themselves, by a fixed list of fields: see the documents of Salus, “For research”. Do not try to find out who it is of.',
].join('\r\n\r\n');
