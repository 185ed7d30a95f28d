import { at, isObject, listAt, textAt } from './resource.ts';
import { asText, type Move } from './release-moves.ts';

export const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
export const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
export const ALLERGY_CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
export const ALLERGY_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

/** DSTU2 has one status for what R4 says in two. */
export const allergyStatus: Move = (view) => {
  const status = view.get('status');
  if (typeof status !== 'string') return;
  view.set('status', undefined);
  const isClinical = ['active', 'inactive', 'resolved'].includes(status);
  if (isClinical) view.set('clinicalStatus', concept(ALLERGY_CLINICAL, status));
  else view.set('verificationStatus', concept(ALLERGY_VERIFICATION, status));
};

const CRITICALITY: Readonly<Record<string, string>> = { CRITL: 'low', CRITH: 'high', CRITU: 'unable-to-assess' };
export const criticality: Move = (view) => {
  const code = CRITICALITY[String(view.get('criticality'))];
  if (code !== undefined) view.set('criticality', code);
};

/** R5 has a list of concepts, DSTU2 a code, where R4 has one Coding. */
export const encounterClass: Move = (view) => {
  const value = view.get('class');
  if (typeof value === 'string') view.set('class', { code: value });
  const one: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
  const coding = listAt(one, 'coding')[0];
  if (coding !== undefined) view.set('class', coding);
  else if (textAt(one, 'text') !== undefined) view.set('class', { display: textAt(one, 'text') });
};

/** R5: `reason: [{ use, value: [CodeableReference] }]`; DSTU2 and STU3: `reason: [CodeableConcept]`. */
export const encounterReason: Move = (view) => {
  const reasons = view.get('reason');
  if (!Array.isArray(reasons)) return;
  const concepts = (reasons as unknown[]).flatMap((one) => {
    const values = listAt(one, 'value');
    return values.length === 0 ? [one] : values.map((value) => at(value, 'concept'));
  });
  view.set('reason', undefined);
  view.set(
    'reasonCode',
    concepts.filter((one) => one !== undefined),
  );
};

/** DSTU2’s family names are lists, and a practitioner has one name. */
export const names: Move = (view) => {
  const given = view.get('name');
  if (!isObject(given) && !Array.isArray(given)) return;
  const list: unknown[] = Array.isArray(given) ? (given as unknown[]) : [given];
  if (Array.isArray(given) && !list.some((name) => Array.isArray(at(name, 'family')))) return;
  const joined = (name: unknown) =>
    isObject(name) && Array.isArray(name['family']) ? { ...name, family: name['family'].join(' ') } : name;
  view.set('name', list.map(joined));
};

/** A diagnostic order of DSTU2 says what is ordered in a list of items, and when in a list of events. */
export const diagnosticOrder: Move = (view) => {
  const item = listAt(view.fields, 'item')[0];
  if (view.get('code') === undefined && at(item, 'code') !== undefined) view.set('code', at(item, 'code'));
  const date = textAt(view.fields, 'event.0.dateTime');
  if (view.get('authoredOn') === undefined && date !== undefined) view.set('authoredOn', date);
};

export const deviceOfUse: Move = (view) => {
  const given = view.get('device');
  const words = textAt(given, 'concept.text') ?? textAt(given, 'concept.coding.0.display');
  const reference = at(given, 'reference');
  if (words !== undefined) view.set('device', { ...(isObject(reference) && reference), display: words });
  else if (isObject(reference)) view.set('device', reference);
};

export const deviceNames: Move = (view) => {
  const given = view.get('name');
  if (!Array.isArray(given) || view.get('deviceName') !== undefined) return;
  view.set('name', undefined);
  view.set(
    'deviceName',
    (given as unknown[]).map((one) => ({ name: at(one, 'value'), type: at(one, 'type') })),
  );
};

export const goalText: Move = (view) => {
  const words = view.get('description');
  if (typeof words === 'string') view.set('description', asText(words));
};

export const requester: Move = (view) => {
  const agent = at(view.get('requester'), 'agent');
  if (agent !== undefined) view.set('requester', agent);
};
