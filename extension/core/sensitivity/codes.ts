import type { Sensitive } from './sensitive.ts';

/**
 * Codes that make a record sensitive. Facts from the lists themselves: ICD-10 and ICD-11 (WHO), ICD-9-CM and ICD-10-CM (CDC/NCHS), ATC
 * (WHO Collaborating Centre for Drug Statistics Methodology); single identifiers of LOINC, SNOMED CT and RxNorm, without their texts.
 * What is grouped follows HL7 v3 ActCode “InformationSensitivityPolicy” and SAMHSA's Consent2Share value sets.
 */
export type CodeSystem = 'icd-10' | 'icd-11' | 'icd-9' | 'atc' | 'loinc' | 'snomed' | 'rxnorm' | 'icpc-2';

/** By URI and by OID (HL7 OID registry). National editions of a list are that list. */
const SYSTEMS: readonly (readonly [RegExp, CodeSystem])[] = [
  [/icd-?11|id\.who\.int\/icd|2\.16\.840\.1\.113883\.6\.347$/i, 'icd-11'],
  [/icd-?9|2\.16\.840\.1\.113883\.6\.(103|104|42|2)$/i, 'icd-9'],
  [
    /icd-?10|cim-?10|cie-?10|2\.16\.840\.1\.113883\.6\.(3|90)$|1\.2\.276\.0\.76\.5\.\d+$|2\.16\.756\.5\.30\.1\.126\b/i,
    'icd-10',
  ],
  [/\batc\b|whocc|2\.16\.840\.1\.113883\.6\.73$/i, 'atc'],
  [/loinc|2\.16\.840\.1\.113883\.6\.1$/i, 'loinc'],
  [/snomed|sctid|2\.16\.840\.1\.113883\.6\.96$/i, 'snomed'],
  [/rxnorm|2\.16\.840\.1\.113883\.6\.88$/i, 'rxnorm'],
  [/icpc|2\.16\.840\.1\.113883\.6\.139$|2\.16\.840\.1\.113883\.2\.4\.4\.31\.1$/i, 'icpc-2'],
];
export const systemOf = (system: string): CodeSystem | undefined =>
  SYSTEMS.find(([pattern]) => pattern.test(system))?.[1];

/** Lists of which every sensitive code is here, by range: one that is in none of them is not sensitive. */
export const COMPLETE: ReadonlySet<CodeSystem> = new Set(['icd-10', 'icd-11', 'icd-9', 'atc', 'icpc-2']);

/** Beginnings and ranges, compared as texts without dots; the first that fits counts. `A50-A64` takes in all that begins with A64. */
type Ranges = readonly (readonly [Sensitive, string])[];

// prettier-ignore
const ICD10: Ranges = [
  ['sexual-health', 'F52 F64-F66'],
  ['substance-use', 'F10-F19 F55 T40 T436 T51 X41-X42 X45 X61-X62 X65 Y11-Y12 Y15 Y90-Y91 R780-R785 K70 K292 K852-K853 K860 G312 G621 G721 I426 E244 O354-O355 O9931-O9932 P043-P044 P961 Z040 Z502-Z503 Z714-Z715 Z721-Z722 Z811-Z814 Z8641 Z864 Q860 Z0283'],
  ['mental-health', 'F X60-X84 R44-R46 T1491 Z004 Z032 Z046 Z093 Z133 Z134 Z504 Z543 Z73 Z818 Z810 Z865 Z8651 Z8659 Z915 Z9151 Z9152 O9934 O906'],
  ['sexual-health', 'A50-A64 B20-B24 B9735 B977 R75 Z21 Z113 Z114 Z1151 Z202 Z206 Z224 Z30 Z31 Z332 Z640 Z70 Z717 Z725 Z975 N484 N52 O04 O05 O06 O07 O980-O983 O987 O074 T742 T762 Y05 Z044 Z0441 Z614-Z615 Z6281 T833'],
  ['genetics', 'Z14 Z15 Z137 Z315 Z8279 Q90-Q99 Z843'],
];
// prettier-ignore
const ICD11: Ranges = [
  ['substance-use', '6C40-6C4Z 6E60-6E6Z QC44 QE10-QE1Z NE61 DB94'],
  ['sexual-health', '6A70X HA 1A60-1A9Z 1C60-1C62 QC46 QA21-QA2Z JA00 MF40 QE82 PJ22'],
  ['mental-health', '6A-6E PC-PD MB20-MB2Z QC4B QD85 7A00'],
  ['genetics', 'LD40-LD7Z 4A01 QC6'],
];
// prettier-ignore
const ICD9: Ranges = [
  ['substance-use', '291-292 303-305 9650 980 V654 V113 E8600 5710-5713 3575 4255 7903'],
  ['sexual-health', '302 042-044 V08 07953 79571 090-099 0541 131 635-638 V25-V26 V615 V745 V016 99583 99553 607.84 60784'],
  ['mental-health', '290-319 E950-E959 V11 V40 V6284 V701-V702 V790-V793 6484'],
  ['genetics', 'V83-V84 V189 758 V2633 V823 V827'],
];
// prettier-ignore
const ATC: Ranges = [
  ['substance-use', 'N07BB N07BC V03AB15 V03AB17'],
  ['mental-health', 'N05A N05B N05CM N06A N06B N06C N06D'],
  ['sexual-health', 'J05AE J05AF J05AG J05AJ J05AR J05AX07 J05AX08 J05AX09 J05AX12 G02B G03A G03GB G03HA G03XB G02AD06 G04BE'],
];
// prettier-ignore
const ICPC2: Ranges = [
  ['substance-use', 'P15-P16 P18-P19'],
  ['sexual-health', 'P07-P09 B90 W10-W15 W79 W82-W83 X01 X07-X09 X23-X25 X70-X73 X90-X92 Y01 Y07-Y10 Y13 Y25-Y26 Y70-Y72 Y76 Z25'],
  ['mental-health', 'P'],
];
const RANGES: Readonly<Partial<Record<CodeSystem, Ranges>>> = {
  'icd-10': ICD10,
  'icd-11': ICD11,
  'icd-9': ICD9,
  atc: ATC,
  'icpc-2': ICPC2,
};

// prettier-ignore
const LOINC: Readonly<Record<Sensitive, string>> = {
  'mental-health': '44249-1 44261-6 44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8 55757-9 55758-7 89204-2 89205-9 69737-5 70274-6 70272-0 71354-5 99046-5 93373-9 44292-1 69725-0 68509-9 69730-0 69733-4 69734-2 69735-9 69736-7 89206-7 73831-0 73832-8 71755-3 54635-8 34788-0 11502-2 34138-8 34861-5 52471-0 72133-2 70221-7 71007-9',
  'substance-use': '75626-2 72109-2 68517-2 68518-0 68519-8 68520-6 82667-7 82666-9 82668-5 69721-9 74013-4 11331-6 11343-1 11342-3 18663-5 5640-8 5643-2 5644-0 5645-7 3426-4 3427-2 19415-9 3397-7 3393-6 3394-4 19359-9 3879-4 3880-2 19295-5 19296-3 3346-4 3349-8 3390-2 3377-9 3774-7 3773-9 16198-4 18473-9 10998-3 19646-9 3936-2 14267-9 18390-5 3916-4 12286-1 20409-9 58376-5 3414-0 58359-1 61139-2 69726-8 57098-6 63632-4 96842-0',
  'sexual-health': '75622-1 56888-1 7917-8 7918-6 5220-9 5221-7 5222-5 5223-3 5224-1 5225-8 9660-2 9661-0 9821-0 14092-1 16974-8 16975-5 20447-9 21007-0 21333-0 22357-8 24012-7 24013-5 25835-0 25836-8 29541-0 29893-5 29327-4 30361-0 31201-7 33806-1 33866-5 34591-8 34592-6 35437-3 35438-1 38998-1 42600-7 42627-0 42768-2 43010-8 44607-0 48345-3 48346-1 49483-1 49580-4 49890-7 51780-5 53379-4 58900-2 62469-2 68961-2 69668-2 70241-5 73659-5 73660-3 75666-8 77368-9 77369-7 80203-3 81641-3 83101-6 85361-4 85362-2 86233-4 86547-7 89365-1 89374-3 95524-5 99556-3 20507-0 20508-8 22461-8 22462-6 22587-0 24110-9 24312-1 26009-1 5292-8 5291-0 5392-6 5393-4 5394-2 6561-5 6562-3 8041-6 11084-1 11597-2 13288-6 14904-7 17723-8 17724-6 17725-3 17726-1 17727-9 17728-7 17729-5 31147-2 34147-9 47236-5 47237-3 47238-1 50690-7 51838-1 51839-9 63464-2 71793-4 21613-5 21190-4 21191-2 21192-0 43304-5 43404-3 42931-6 6349-5 6357-8 21189-6 24111-7 21414-8 21415-5 21416-3 43305-2 43403-5 691-6 688-2 690-8 76690-7 76691-5 86639-2 86640-0 95941-1 21440-3 30167-1 38372-9 59420-0 77379-6 49896-4 61372-9 61373-7 59263-4 59264-2 71431-1 69002-4 75694-0 75406-9',
 genetics: '48018-6 48003-8 48004-6 48005-3 48006-1 51969-4 51968-6 51971-0 51961-1 51963-7 51964-5 51967-8 53034-5 53037-8 53038-6 53040-2 55207-5 55208-3 55232-3 55233-1 69547-8 69548-6 69549-4 81247-9 81250-3 81252-9 81290-9 82939-0 83005-9 21636-6 21637-4 21638-2 21639-0 21640-8 38530-2 50993-5 59041-4 94236-7 85069-3 62389-2 62387-6 62386-8 62365-2 29770-5 33773-3 51954-6 92822-6 94231-8 21619-2 21668-9 21667-1 24475-6 24476-4 51958-7 62374-4 62375-1 62376-9 62377-7 62378-5 72800-6 72825-3',
};
// prettier-ignore
const SNOMED: Readonly<Record<Sensitive, string>> = {
  'mental-health': '35489007 370143000 36923009 66344007 310497006 310496002 310495003 73867007 87512008 832007 15639000 40379007 28475009 33078009 191610000 191613003 268621008 78667006 58703003 231504006 197480006 48694002 21897009 371631005 35607004 386808001 25501002 191736004 13746004 16506000 371596008 371600003 191618007 58214004 35252006 64905009 68890003 69322001 47505003 313182004 17226007 57194009 406506008 192127007 7461003 35253001 408856003 35919005 23560001 56882008 78004001 72366004 439960005 33449004 20010003 26665006 80711002 74732009 6471006 267073005 82313006 248062006 44301001 225444004 161474000 30077003 18193002 44376007 52448006 51928006 429998004 75516001 228557008 23835007 171207006 454711000124102 715252007 710841007',
  'substance-use': '7200002 15167005 66590003 191811004 191812006 85561006 191802004 719848005 26416006 191816009 75544000 5602001 191819002 231461004 31956009 78267003 37344009 85005007 21647008 64386003 66214007 361055000 2403008 427205009 84758004 55680006 428211000124100 713107002 763302001 11061003 417284009 56876005 20093000 385989002 61480009 707166002',
  'sexual-health': '86406008 62479008 165816005 165815009 40780007 79019005 91947003 91948008 111880001 76272004 15628003 240589008 105629000 312099009 33839006 8098009 56335008 266113007 28198007 31999004 57797005 386641000 386639001 13197004 65200003 46706006 68254000 169553002 301807007 408969000 93461009 407376001 407377005 860914002 397803000 248110007 706893006 706892001 171121004 31676001',
  genetics: '32895009 412734009 412738007 405824009 74345006 409709004 41040004 55446002',
};
// prettier-ignore
const RXNORM: Readonly<Record<Sensitive, string>> = {
  'mental-health': '36437 4493 2556 321988 32937 39786 72625 42347 15996 10737 704 7531 3638 5691 2597 8123 734064 1455099 1086769 588250 6448 51272 61381 35636 89013 5093 2626 115698 2403 8076 679314 784649 1040028 1658314 596 6470 3322 2598 2356 1827 7781 6901 38400 700810 725 352372 3288 4637 135447 183379 6719',
  'substance-use': '1819 6813 7243 7242 3554 82819',
  'sexual-health': '276237 300195 322248 1721603 195085 1433868 719872 460132 343047 190521 68244 11413 1999660 1102270 620216 1306284 2475199 475969 195088 6373 4124 7514 14584 6691 7518 6916 42331 136411 358263 306674 1291301',
  genetics: '',
};

const setOf = (codes: string): ReadonlySet<string> => new Set(codes.split(' ').filter((code) => code !== ''));
const bySystem = (codes: Readonly<Record<Sensitive, string>>): readonly (readonly [Sensitive, ReadonlySet<string>])[] =>
  Object.entries(codes).map(([section, list]) => [section as Sensitive, setOf(list)]);
const LISTS: Readonly<Partial<Record<CodeSystem, readonly (readonly [Sensitive, ReadonlySet<string>])[]>>> = {
  loinc: bySystem(LOINC),
  snomed: bySystem(SNOMED),
  rxnorm: bySystem(RXNORM),
};

/** Every range of a list, for what looks through them. */
export const rangesOf = (system: CodeSystem): { section: Sensitive; from: string; to: string }[] =>
  (RANGES[system] ?? []).flatMap(([section, ranges]) =>
    ranges.split(' ').map((range) => {
      const [from = '', to = from] = range.replaceAll('.', '').split('-');
      return { section, from, to };
    }),
  );
export const codesOf = (system: CodeSystem): { section: Sensitive; code: string }[] =>
  (LISTS[system] ?? []).flatMap(([section, codes]) => [...codes].map((code) => ({ section, code })));

const TABLES = new Map(
  (['icd-10', 'icd-11', 'icd-9', 'atc', 'icpc-2'] as const).map((system) => [system as CodeSystem, rangesOf(system)]),
);

/** Whether a code of a list is sensitive, and how. */
export function sectionOfCode(system: CodeSystem, code: string): Sensitive | undefined {
  const plain = code.trim().toUpperCase().replaceAll(/[.\s]/g, '');
  const table = TABLES.get(system);
  if (table === undefined) return LISTS[system]?.find(([, codes]) => codes.has(code.trim()))?.[0];
  return table.find(
    ({ from, to }) =>
      plain.slice(0, from.length) >= from && plain.slice(0, to.length) <= to && plain.length >= from.length,
  )?.section;
}
