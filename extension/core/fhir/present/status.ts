import { codingsOf, conceptText } from '../concept.ts';
import { at, textAt, type Resource } from '../resource.ts';
import { select } from '../select.ts';

/** How what a resource names stands, where that is not simply so. */
export const ITEM_STATUSES = [
  /** Taken in by mistake. */
  'error',
  /** It is not so, or was not done. */
  'denied',
  /** It must not be given or done. */
  'forbidden',
  /** It says that there is nothing of its kind. */
  'none',
  /** It was called off. */
  'cancelled',
  'unconfirmed',
  'planned',
  'preliminary',
  'paused',
  /** It was so, and is over. */
  'past',
] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];
export const isItemStatus = (value: unknown): value is ItemStatus => ITEM_STATUSES.includes(value as ItemStatus);

/** Whether a list, a chart or a summary must not take it for a thing that is, or was, so. */
export const isDenial = (status: ItemStatus | undefined): boolean =>
  status !== undefined && ['error', 'denied', 'forbidden', 'none', 'cancelled'].includes(status);
/** Whether what is named holds now, as far as is known: it is neither over, nor not so. */
export const holdsNow = (status: ItemStatus | undefined): boolean => status !== 'past' && !isDenial(status);

// prettier-ignore
const BY_CODE: Readonly<Record<string, ItemStatus>> = {
  'entered-in-error': 'error', 'entered in error': 'error', nullified: 'error',
  'not-done': 'denied', 'not-taken': 'denied', refuted: 'denied', 'not-given': 'denied', notdone: 'denied',
  cancelled: 'cancelled', canceled: 'cancelled', revoked: 'cancelled', rejected: 'cancelled', declined: 'cancelled', noshow: 'cancelled',
  abandoned: 'cancelled', retired: 'cancelled', failed: 'cancelled', aborted: 'cancelled', withdrawn: 'cancelled',
  unconfirmed: 'unconfirmed', provisional: 'unconfirmed', differential: 'unconfirmed',
  draft: 'planned', proposed: 'planned', planned: 'planned', preparation: 'planned', requested: 'planned', booked: 'planned',
  pending: 'planned', waitlist: 'planned', intended: 'planned',
  preliminary: 'preliminary', registered: 'preliminary', partial: 'preliminary',
  'on-hold': 'paused', suspended: 'paused',
  stopped: 'past', ended: 'past', inactive: 'past', resolved: 'past', remission: 'past', superseded: 'past',
};
/** Over when done; of other types `completed` says only that what happened is written down. */
const OVER_WHEN_COMPLETED = new Set([
  'MedicationStatement',
  'MedicationRequest',
  'MedicationUsage',
  'CarePlan',
  'ServiceRequest',
  'Goal',
  'Task',
  'NutritionOrder',
  'DeviceRequest',
]);

/** HL7 IPS “Absent and Unknown Data”, and what SNOMED CT has for the same. */
const ABSENT_SYSTEM = /absent-unknown-uv-ips/i;
const ABSENT_SNOMED = new Set([
  '716186003',
  '409137002',
  '428607008',
  '429625007',
  '428197003',
  '160244002',
  '160245001',
  '787481004',
  '787482006',
  '1003774007',
  '961000175106',
  '431855005',
  '716220001',
  '716184000',
  '428942009',
  '1148985008',
  '787484007',
]);
const ABSENT_WORDS =
  /^(no (known|current|active|significant|information|data)\b|nil known|none known|nkda\b|nka\b|kein[e]? (bekannt|allerg|information)|sin (alergias|antecedentes|informaci)|no se conocen|ninguna? (alergia|conocid)|pas d.allergie|aucune? )/i;

const FIELDS = ['verificationStatus', 'status', 'clinicalStatus', 'lifecycleStatus', 'participantStatus'];

/** How a resource stands by its own words; undefined where it simply is so. */
export function statusOf(resource: Resource): ItemStatus | undefined {
  if (at(resource, 'wasNotGiven') === true || at(resource, 'notGiven') === true || at(resource, 'notDone') === true)
    return 'denied';
  if (at(resource, 'wasNotTaken') === true || ['n', 'no'].includes(textAt(resource, 'taken') ?? '')) return 'denied';
  const codes = FIELDS.flatMap((field) => select(resource, field)).flatMap(codesOf);
  const found = new Set(codes.map((code) => (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined)));
  if (codes.includes('completed') && OVER_WHEN_COMPLETED.has(resource.resourceType)) found.add('past');
  for (const status of ['error', 'denied'] as const) if (found.has(status)) return status;
  if (at(resource, 'doNotPerform') === true || at(resource, 'prohibited') === true) return 'forbidden';
  if (select(resource, 'abatement[x]').some((end) => end !== false)) found.add('past');
  if (isAbsence(resource)) return 'none';
  return ITEM_STATUSES.find((status) => found.has(status));
}

const codesOf = (status: unknown): string[] =>
  typeof status === 'string'
    ? [status.toLowerCase()]
    : [...codingsOf(status).map(({ code }) => code.toLowerCase()), (textAt(status, 'text') ?? '').toLowerCase()];

/** It says “none known”, or that nothing is known. */
function isAbsence(resource: Resource): boolean {
  const concepts = ['code', 'medicationCodeableConcept', 'vaccineCode'].flatMap((field) => select(resource, field));
  return concepts.some(
    (concept) =>
      codingsOf(concept).some(({ system, code }) => ABSENT_SYSTEM.test(system) || ABSENT_SNOMED.has(code)) ||
      ABSENT_WORDS.test(conceptText(concept) ?? ''),
  );
}
