import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourcesIn } from '../../../extension/core/import/fhir-tree.ts';
import { classify } from '../../../extension/core/fhir/classify.ts';
import { describe as describeResource } from '../../../extension/core/fhir/describe.ts';
import { referencesOver } from '../../../extension/core/fhir/references.ts';
import type { Resource } from '../../../extension/core/fhir/resource.ts';
import { NEVER_TICKED, SENSITIVE, type Section } from '../../../extension/core/records/sections.ts';
import {
  codesOf,
  rangesOf,
  sectionOfCode,
  systemOf,
  type CodeSystem,
} from '../../../extension/core/sensitivity/codes.ts';
import type { Sensitive } from '../../../extension/core/sensitivity/sensitive.ts';
import { sensitivityOf } from '../../../extension/core/sensitivity/sensitivity.ts';
import { sectionOfText } from '../../../extension/core/sensitivity/words.ts';
import { folded } from '../../../extension/core/sensitivity/texts.ts';

const condition = (fields: object): Resource => ({ resourceType: 'Condition', ...fields });
const coded = (system: string, code: string) => condition({ code: { coding: [{ system, code }] } });
const about = (text: string) => condition({ code: { text } });
const [MENTAL, SEXUAL, SUBSTANCE, GENES] = ['mental-health', 'sexual-health', 'substance-use', 'genetics'] as const;

/** Luhn's check digit, which LOINC has after the dash. */
function isLoinc(code: string): boolean {
  const [number = '', check] = code.split('-');
  const sum = [...number].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return (10 - (sum % 10)) % 10 === Number(check);
}
const TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
/** Verhoeff's check digit, which a SNOMED CT identifier ends with. */
function isSnomed(code: string): boolean {
  const times = (a: number, b: number) =>
    a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)) : b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5;
  const turned = (digit: number, often: number): number => (often === 0 ? digit : turned(TURN[digit] ?? 0, often - 1));
  return [...code].reverse().reduce((sum, digit, i) => times(sum, turned(Number(digit), i % 8)), 0) === 0;
}

describe('code lists', () => {
  const ranges = (['icd-10', 'icd-11', 'icd-9', 'atc', 'icpc-2'] as const).flatMap((system) =>
    rangesOf(system).map((row) => [system, row.from, row.to, row.section] as const),
  );
  it.each(ranges)('%s %s to %s', (system, from, to) => {
    for (const code of [from, to, `${from}.1`, `${to}9`])
      expect(SENSITIVE.has(sectionOfCode(system, code) ?? 'results'), code).toBe(true);
  });
  const codes = (['loinc', 'snomed', 'rxnorm'] as const).flatMap((system) =>
    codesOf(system).map((row) => [system, row.code, row.section] as const),
  );
  it.each(codes)('%s %s is %s', (system, code, section) => {
    expect(sectionOfCode(system, code)).toBe(section);
    if (system === 'loinc') expect(isLoinc(code)).toBe(true);
    if (system === 'snomed') expect(isSnomed(code)).toBe(true);
  });
  it('know codes that are ordinary', () => {
    const ordinary: [CodeSystem, string[]][] = [
      ['icd-10', ['I10', 'E11.9', 'J45', 'O03.9', 'B16', 'Z00.0', 'K21.9', 'T41', 'N18', 'Z30'.replace('Z30', 'Z23')]],
      ['icd-11', ['BA00', '5A11', 'CA23', '8A80']],
      ['icd-9', ['401.9', '250.00', '493', '632']],
      ['atc', ['C07AB02', 'N02BE01', 'A10BA02', 'J01CA04', 'N05CF', 'N07BA01']],
      ['icpc-2', ['K86', 'T90', 'R96', 'X74', 'B82']],
      ['loinc', ['4548-4', '2823-3', '8480-6', '82810-3']],
      ['snomed', ['44054006', '38341003', '716186003']],
      ['rxnorm', ['6809', '29046']],
    ];
    for (const [system, list] of ordinary)
      for (const code of list) expect(sectionOfCode(system, code), `${system} ${code}`).toBeUndefined();
  });
  it.each<[string, string, Sensitive | undefined]>([
    ['http://hl7.org/fhir/sid/icd-10', 'F32.1', MENTAL],
    ['http://hl7.org/fhir/sid/icd-10-cm', 'f10.20', SUBSTANCE],
    ['http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'F20.0', MENTAL],
    ['urn:oid:2.16.840.1.113883.6.90', 'Z21', SEXUAL],
    ['urn:oid:2.16.840.1.113883.6.3', 'B24', SEXUAL],
    ['http://id.who.int/icd/release/11/mms', '6A70.1', MENTAL],
    ['http://id.who.int/icd/release/11/mms', '1C62', SEXUAL],
    ['http://hl7.org/fhir/sid/icd-9-cm', '296.3', MENTAL],
    ['urn:oid:2.16.840.1.113883.6.103', '042', SEXUAL],
    ['http://www.whocc.no/atc', 'N06AB06', MENTAL],
    ['http://loinc.org', '44249-1', MENTAL],
    ['urn:oid:2.16.840.1.113883.6.1', '75622-1', SEXUAL],
    ['http://snomed.info/sct/11000172109/version/20240315', '66590003', SUBSTANCE],
    ['urn:oid:2.16.840.1.113883.6.96', '86406008', SEXUAL],
    ['http://www.nlm.nih.gov/research/umls/rxnorm', '36437', MENTAL],
    ['http://hl7.org/fhir/sid/icpc-2', 'P76', MENTAL],
    ['http://example.org/local', 'F32', undefined],
    ['http://hl7.org/fhir/sid/icd-10', 'I10', undefined],
  ])('%s %s', (system, code, section) => {
    expect(systemOf(system) !== undefined).toBe(system !== 'http://example.org/local');
    const found = sensitivityOf(coded(system, code));
    // A code of a local list and nothing else cannot be judged.
    expect(found).toBe(section ?? (system.includes('local') ? 'unsorted' : undefined));
  });
});

describe('words', () => {
  it.each<[Section, string[]]>([
    [
      SUBSTANCE,
      [
        'Alcoholism',
        'Opioid abuse',
        'Alkoholabhängigkeit',
        'Drogenkonsum',
        'Suchtberatung',
        'Dependencia del alcohol',
        'Toxicomanie',
        'Alcoolisme chronique',
        'Drogadicción',
        'Verslaving',
        'Tossicodipendenza',
        'Alcoolismo',
        'إدمان الكحول',
        'مدمن على الهيروين',
        'أعراض الانسحاب',
        'ميثادون 10 ملغ',
        'علاج للإدمان',
        'Methadone 10 mg',
        'AUDIT-C score',
        'Urine drug screen',
        'Kokainabusus',
      ],
    ],
    [
      MENTAL,
      [
        'Trouble dépressif récurrent',
        'Trastorno depresivo mayor',
        'Depressieve stoornis',
        'Angststörung',
        'Transtorno bipolar',
        'Tentative de suicide',
        'Major depression',
        'Schizophrenia',
        'Suizidversuch',
        'Psychotherapie',
        'PHQ-9 total score',
        'Sertraline 50 mg',
        'Quetiapin',
        'اكتئاب',
        'اضطراب ثنائي القطب',
        'مصاب بالاكتئاب والقلق',
        'نوبات الهلع',
        'سيرترالين 50 ملغ',
        'اضطراب نقص الانتباه',
        'محاولة للانتحار',
        'Disturbo bipolare',
        'Depressed mood',
        'Panic attack',
        'Persönlichkeitsstörung',
        'Esquizofrenia',
      ],
    ],
    [
      SEXUAL,
      [
        'Infección por VIH',
        'Schwangerschaftsabbruch',
        'HIV-1 RNA',
        'Syphilis',
        'Contraception',
        'Anticonceptivos orales',
        'Erectile dysfunction',
        'Herpes genitalis',
        'Gender dysphoria',
        'Induced abortion',
        'Interruption volontaire de grossesse',
        'Truvada',
        'Domestic violence',
        'Geschlechtskrankheit',
        'فيروس نقص المناعة البشرية',
        'حبوب منع الحمل',
        'السيلان',
        'ضعف الانتصاب',
        'عنف أسري',
        'إجهاض محرّض',
        'Chlamydia trachomatis',
      ],
    ],
    [
      GENES,
      [
        'BRCA1 mutation',
        'Karyotyping',
        'Genetic counselling',
        'Humangenetische Beratung',
        'Trisomy 21',
        'Mutación genética',
        'Factor V Leiden',
        'اختبار جيني',
        'طفرة BRCA',
        'مرض وراثي',
        'استشارة في علم الوراثة',
      ],
    ],
  ])('%s', (section, texts) => {
    for (const text of texts) expect(sectionOfText(folded(text)), text).toBe(section);
  });
  it('that mean something else are ordinary', () => {
    const texts = [
      'ST segment depression',
      'ST-depression V4-V6',
      'Bipolar hip hemiarthroplasty',
      'Respiratory depression',
      'Bipolar electrocautery',
      'Genome copies of SARS-CoV-2',
      'Missed abortion',
      'Spontaneous abortion',
      'Hives',
      'Anti-dsDNA antibody',
      'Hepatitis B virus DNA',
      'Non-alcoholic fatty liver disease',
      'Nichtalkoholische Fettleber',
      'Esteatosis hepática no alcohólica',
      'Alcohol swab',
      'Benzyl alcohol',
      'Hearing aids',
      'Drug allergy',
      'Chlamydia pneumoniae',
      'Altered mental status',
      'HCV genotype',
      'Tongue depressor',
      'Depressed skull fracture',
      'Psychomotor slowing',
      'Aborto espontáneo',
      'Panic value called',
      'Bone marrow depression',
      'Lithium heparin tube',
      'Essential hypertension',
      'Hepatitis C virus RNA',
      'Mental foramen',
      'Standard deviation (std)',
      'Type 2 diabetes mellitus',
      'Asthma bronchiale',
      'Fractura de radio',
      'Appendicectomie',
      'سيلان الأنف',
      'مخدّر موضعي',
      'الكبد الدهني غير الكحولي',
      'إجهاض تلقائي',
      'جهاز تنفسي',
      'الجنسية: أردنية',
      'ارتفاع ضغط الدم',
      'داء السكري من النوع الثاني',
      'حساسية من البنسلين',
    ];
    expect(texts.filter((text) => sectionOfText(folded(text)) !== undefined)).toEqual([]);
  });
  it('that mean something else do not hide others beside them', () => {
    expect(sectionOfText(folded('ST depression; patient reports depression'))).toBe(MENTAL);
  });
});

describe('wherever it stands', () => {
  const depression = { text: 'Major depressive disorder' };
  const f33 = { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'F33.1' }] };
  const note = Buffer.from('Patient is HIV positive').toString('base64');
  it.each<[string, object, Section]>([
    ['a value', { resourceType: 'Observation', code: { text: 'Finding' }, valueCodeableConcept: depression }, MENTAL],
    [
      'a value in words',
      { resourceType: 'Observation', code: { text: 'Comment' }, valueString: 'drinks, known alcohol dependence' },
      SUBSTANCE,
    ],
    [
      'a component',
      {
        resourceType: 'Observation',
        code: { text: 'Panel' },
        component: [{ code: { text: 'x' }, valueCodeableConcept: f33 }],
      },
      MENTAL,
    ],
    [
      'a reason',
      { resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'Drug' }, reasonCode: [depression] },
      MENTAL,
    ],
    [
      'a conclusion',
      { resourceType: 'DiagnosticReport', code: { text: 'Report' }, conclusion: 'Consistent with syphilis' },
      SEXUAL,
    ],
    [
      'a diagnosis of a claim',
      { resourceType: 'Claim', type: { text: 'x' }, diagnosis: [{ diagnosisCodeableConcept: f33 }] },
      MENTAL,
    ],
    [
      'an item of a bill',
      {
        resourceType: 'ExplanationOfBenefit',
        item: [{ productOrService: { text: 'Individual psychotherapy, 45 min' } }],
      },
      MENTAL,
    ],
    [
      'an answer',
      {
        resourceType: 'QuestionnaireResponse',
        item: [{ item: [{ text: 'Feeling down, depressed, or hopeless', answer: [{ valueInteger: 3 }] }] }],
      },
      MENTAL,
    ],
    [
      'what it contains',
      {
        resourceType: 'MedicationRequest',
        contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'Sertraline' } }],
        medicationReference: { reference: '#m' },
      },
      MENTAL,
    ],
    [
      'a note',
      { resourceType: 'Procedure', code: { text: 'Consultation' }, note: [{ text: 'history of cocaine use' }] },
      SUBSTANCE,
    ],
    [
      'a narrative',
      {
        resourceType: 'Composition',
        title: 'Summary',
        section: [{ title: 'Problems', text: { div: '<div><td>Alcohol dependence</td></div>' } }],
      },
      SUBSTANCE,
    ],
    [
      'words at a reference',
      {
        resourceType: 'Encounter',
        serviceProvider: { reference: 'Organization/1', display: 'Klinik für Psychiatrie' },
      },
      MENTAL,
    ],
    [
      'a text file in it',
      {
        resourceType: 'DocumentReference',
        type: { text: 'Note' },
        content: [{ attachment: { contentType: 'text/plain', data: note } }],
      },
      SEXUAL,
    ],
    [
      'an extension',
      { resourceType: 'Procedure', code: { text: 'x' }, extension: [{ url: 'http://x', valueCodeableConcept: f33 }] },
      MENTAL,
    ],
    [
      'a label',
      { resourceType: 'Observation', code: { text: 'Session note' }, meta: { security: [{ code: 'PSYTHPN' }] } },
      MENTAL,
    ],
    [
      'a label of what it contains',
      {
        resourceType: 'Observation',
        code: { text: 'x' },
        contained: [{ resourceType: 'Basic', meta: { security: [{ code: 'HIV' }] } }],
      },
      SEXUAL,
    ],
    [
      '“restricted”',
      condition({ code: { text: 'Follow-up needed' }, meta: { security: [{ code: 'R' }] } }),
      'unsorted',
    ],
    ['“very restricted” with a reason', condition({ code: depression, meta: { security: [{ code: 'V' }] } }), MENTAL],
    [
      'the confidentiality of a document',
      { resourceType: 'Composition', title: 'Letter', confidentiality: 'R' },
      'unsorted',
    ],
    ['a provider', { resourceType: 'Organization', name: 'Suchtklinik am See' }, SUBSTANCE],
    [
      'a family member',
      {
        resourceType: 'FamilyMemberHistory',
        relationship: { text: 'mother' },
        condition: [{ code: { text: 'Schizophrenia' } }],
      },
      MENTAL,
    ],
  ])('in %s', (_, resource, section) => expect(classify(resource as Resource)).toBe(section));

  it('in what it refers to elsewhere in the file', () => {
    const drug: Resource = { resourceType: 'Medication', id: 'm', code: { text: 'Sertraline 50 mg' } };
    const order: Resource = { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/m' } };
    const reason = condition({ id: 'c', code: f33 });
    const visit: Resource = {
      resourceType: 'Encounter',
      type: [{ text: 'Follow-up' }],
      diagnosis: [{ condition: { reference: 'Condition/c' } }],
    };
    const resolve = referencesOver([{ resource: drug }, { resource: reason }]);
    expect([order, visit].map((one) => classify(one, resolve))).toEqual([MENTAL, MENTAL]);
  });

  it('but not in whom it is about, nor in who somebody is', () => {
    const patient: Resource = { resourceType: 'Patient', id: 'p', name: [{ family: 'Manic' }] };
    const result: Resource = {
      resourceType: 'Observation',
      code: { text: 'Potassium' },
      subject: { reference: 'Patient/p' },
    };
    expect([patient, result].map((one) => classify(one, referencesOver([{ resource: patient }])))).toEqual([
      'profile',
      'results',
    ]);
  });
});

it('is not found in what nobody wrote as words', () => {
  const noise = 'Zm9v+HIV/'.repeat(60);
  const result = { resourceType: 'Observation', code: { text: 'Curve' }, valueString: noise };
  expect(classify(result)).toBe('results');
  // A text without spaces is a text all the same.
  const words = 'asthma,gout,'.repeat(40);
  expect(classify({ ...result, valueString: `${words}HIV,` })).toBe(SEXUAL);
});

describe('what cannot be judged', () => {
  it('is not sorted yet, and never ticked', () => {
    expect(classify(coded('http://example.org/local', '4711'))).toBe('unsorted');
    expect(classify(about('Депрессивный эпизод'))).toBe('unsorted');
    expect(classify(about('うつ病'))).toBe('unsorted');
    expect(classify({ resourceType: 'Whatever' })).toBe('unsorted');
    expect([...NEVER_TICKED].sort()).toEqual([...SENSITIVE, 'documents'].sort());
    expect(SENSITIVE.has('unsorted')).toBe(true);
  });
  it('is what is too deep or too long to be gone through', () => {
    const deep = Array.from({ length: 30 }).reduce<object>((inner) => ({ item: inner }), { text: 'HIV infection' });
    expect(classify({ resourceType: 'Observation', code: { text: 'Interview' }, deep })).toBe('unsorted');
    const long = 'Nothing of note. '.repeat(40_000);
    expect(classify({ resourceType: 'Observation', code: { text: 'Interview' }, note: [{ text: long }] })).toBe(
      'unsorted',
    );
    const div = `<p>${long}</p>`;
    expect(classify({ resourceType: 'Observation', code: { text: 'Interview' }, text: { div } })).toBe('unsorted');
    expect(classify({ resourceType: 'Observation', code: { text: 'HIV' }, note: [{ text: long }] })).toBe(SEXUAL);
  });
  it('is not what says that nothing is known', () => {
    expect(classify(coded('http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips', 'no-problem-info'))).toBe(
      'problems',
    );
  });
});

it('no label, wish or word of its author makes a sensitive thing ordinary', () => {
  const noise = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(noise, fc.constantFrom('N', 'L', 'U', 'M', 'R'), (fields, label) => {
      const resource = {
        ...fields,
        resourceType: 'Condition',
        code: { text: 'HIV infection' },
        meta: { security: [{ code: label }], tag: [{ code: 'ordinary' }] },
      };
      expect(SENSITIVE.has(classify(resource as unknown as Resource))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

/** What a person who reads each of them would call sensitive, by its words: the measure is taken against these. */
const KNOWN =
  /alcohol|drug|opioid|overdose|depress|anxi|psych|suicid|mental|stress disorder|dementi|HIV|immunodeficiency|chlamydia|gonorrh|syphilis|abortion|termination of pregnancy|contracept|estradiol|levonorgestrel|etonogestrel|intrauterine|chromosom|genetic|hereditary|sexual/i;
const DATA = join(import.meta.dirname, '../../../../shared/data');
describe.runIf(existsSync(DATA))('records exported by real vendors', () => {
  const files = existsSync(DATA)
    ? ['ips', 'synthea'].flatMap((dir) =>
        readdirSync(join(DATA, dir))
          .filter((f) => f.endsWith('.json'))
          .map((f) => join(DATA, dir, f)),
      )
    : [];
  it('are sorted with few mistakes', () => {
    let [missed, alarms, sensitive, all] = [0, 0, 0, 0];
    for (const path of files) {
      const items = [...resourcesIn(JSON.parse(readFileSync(path, 'utf8')))].filter((one) => one.kind === 'resource');
      const resolve = referencesOver(items);
      for (const { resource } of items) {
        const { title } = describeResource(resource, resolve);
        const found = SENSITIVE.has(classify(resource, resolve));
        const text = JSON.stringify({ ...resource, subject: undefined, patient: undefined });
        all += 1;
        if (found) sensitive += 1;
        if (!found && KNOWN.test(title)) missed += 1;
        if (found && !KNOWN.test(text) && !KNOWN.test(title)) alarms += 1;
      }
    }
    process.stdout.write(
      `sensitivity: ${all} resources, ${sensitive} sensitive or not sorted, ${missed} missed, ${alarms} false alarms\n`,
    );
    expect(missed).toBe(0);
    expect(alarms).toBeLessThanOrEqual(sensitive * 0.15);
  });
});
