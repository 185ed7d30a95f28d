import { listAt, textAt, type Resource } from '../fhir/resource.ts';
import { personName } from '../fhir/concept.ts';
import { asR4 } from '../fhir/releases.ts';
import type { Words } from '../fhir/present/words.ts';
import { SENSITIVE, type Section } from '../records/sections.ts';
import { refer, type Placed } from './bundle-references.ts';
import { lineOf, narrative } from './narrative.ts';
import { DATA_ABSENT, noInformation, noInformationText } from './no-information.ts';
import { placeOf, PLACES, REQUIRED, type Place } from './places.ts';

const IPS = 'http://hl7.org/fhir/uv/ips/StructureDefinition';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActClass';

/** Something of the record that goes into the document. */
export interface SummaryItem {
  readonly section: Section;
  /** Of any release; it is changed. */
  readonly resource: Resource;
  /** Address that it had where it came from. */
  readonly fullUrl?: string | undefined;
  /** What the record calls it. */
  readonly title?: string | undefined;
}

export interface SummaryOptions {
  readonly words: Words;
  readonly sectionName: (place: Place) => string;
  /** Whose record it is, with all that is to be told of them; where it is none of the items. */
  readonly patient?: Resource | undefined;
  readonly items: readonly SummaryItem[];
  /** In the person's words: the document says whom it was made for. */
  readonly forWhom: string;
  readonly made: Date;
  /** Until when it is given. */
  readonly until: Date;
  /** What the document says of itself, a paragraph each. */
  readonly said: readonly string[];
  readonly title: string;
  /** A fresh UUID for each call. */
  readonly uuid?: () => string;
}

/**
 * What was chosen of a record as an International Patient Summary: a FHIR R4 Bundle of type `document` (HL7 IPS 2.0.0). Everything that
 * is referred to is in it. Digits of numbers stay as they were written; write it by `canonicalBytes`.
 */
export function patientSummary(options: SummaryOptions): Resource {
  const { words, forWhom, made, until, uuid = () => crypto.randomUUID() } = options;
  const url = () => `urn:uuid:${uuid()}`;
  const own = options.items.find(({ resource }) => resource.resourceType === 'Patient');
  const patient = placed(patientOf(own?.resource ?? options.patient), url(), own);
  const chosen = options.items
    .filter((item) => item.resource.resourceType !== 'Patient')
    .map((item) => ({ ...item, ...placed(asR4(item.resource), url(), item) }));
  refer([patient, ...chosen], patient.fullUrl);
  const byPlace = Map.groupBy(chosen, ({ section, resource }) => placeOf(section, resource));
  const extra: Placed[] = [];
  const sections = PLACES.flatMap(([place, code, display]) => {
    const here = byPlace.get(place) ?? [];
    const required = REQUIRED.find((one) => one === place);
    if (here.length === 0 && required === undefined) return [];
    const missing =
      here.length === 0 && required ? placed(noInformation(required, patient.fullUrl, words), url()) : undefined;
    if (missing) extra.push(missing);
    const lines = here.map(({ resource, title }) => lineOf(resource, title ?? '', words));
    if (required && missing) lines.push(noInformationText(required, words));
    return [
      {
        title: options.sectionName(place),
        code: { coding: [{ system: 'http://loinc.org', code, display }] },
        text: narrative(lines, words, true),
        entry: (missing ? [missing] : here).map(({ fullUrl }) => ({ reference: fullUrl })),
      },
    ];
  });
  const party = { reference: patient.fullUrl };
  const composition = {
    resourceType: 'Composition',
    meta: { profile: [`${IPS}/Composition-uv-ips`] },
    ...(words.locale && { language: words.locale }),
    text: narrative([options.title, ...options.said], words),
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '60591-5', display: 'Patient summary Document' }] },
    subject: party,
    date: made.toISOString(),
    author: [party],
    title: options.title,
    confidentiality: options.items.some(({ section }) => SENSITIVE.has(section)) ? 'R' : 'N',
    attester: [{ mode: 'personal', time: made.toISOString(), party }],
    event: [
      {
        code: [{ coding: [{ system: ACT, code: 'PCPR' }], ...(forWhom !== '' && { text: forWhom }) }],
        period: { start: made.toISOString(), end: until.toISOString() },
      },
    ],
    section: sections,
  };
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${IPS}/Bundle-uv-ips`] },
    identifier: { system: 'urn:ietf:rfc:3986', value: url() },
    type: 'document',
    timestamp: made.toISOString(),
    entry: [placed(composition, url()), patient, ...chosen, ...extra].map(({ fullUrl, resource }) => ({
      fullUrl,
      resource,
    })),
  };
}

/** A resource as the Bundle has it: its id there is none that it had elsewhere. */
function placed(resource: Resource, fullUrl: string, from?: Pick<SummaryItem, 'fullUrl' | 'title'>): Placed {
  return {
    resource,
    fullUrl,
    ...(from?.fullUrl !== undefined && { from: from.fullUrl }),
    ...(from?.title !== undefined && { title: from.title }),
  };
}

/** A patient with a name and a date of birth, or with words that they are not known, which IPS asks for. */
function patientOf(patient: Resource | undefined): Resource {
  const found: Resource = patient === undefined ? { resourceType: 'Patient' } : asR4(patient);
  return {
    ...found,
    ...(personName(listAt(found, 'name')) === undefined && { name: [{ text: '—', ...DATA_ABSENT }] }),
    ...(textAt(found, 'birthDate') === undefined && { _birthDate: DATA_ABSENT }),
  };
}

/** What is told of a person whose profile is not given: who they are, and nothing by which they could be found. */
export function nameOnly(patient: Resource): Resource {
  const { name, gender, birthDate } = asR4(patient);
  const named = Array.isArray(name) ? { name: name as unknown[] } : {};
  return {
    resourceType: 'Patient',
    ...named,
    ...(gender !== undefined && { gender }),
    ...(birthDate !== undefined && { birthDate }),
  };
}
