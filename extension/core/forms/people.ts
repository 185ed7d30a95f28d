import { digitsAt } from '../fhir/lossless.ts';
import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import { conceptText, personName } from '../fhir/concept.ts';
import { coded, codeAt, concept, conceptValues, dateOf, filled, listOf, ME, quantity, some } from './elements.ts';
import type { Form } from './form.ts';

const telecomOf = (holder: unknown, system: string): string | undefined =>
  textAt(
    listAt(holder, 'telecom').find((one) => at(one, 'system') === system),
    'value',
  );
const joined = (list: readonly unknown[]): string => list.filter((one) => typeof one === 'string').join(' ');

export const PROFILE: Form = {
  kind: 'profile',
  type: 'Patient',
  fields: [
    { key: 'given', kind: 'text', required: true },
    { key: 'family', kind: 'text', required: true },
    { key: 'birthDate', kind: 'date', required: true },
    { key: 'gender', kind: 'choice', choices: ['female', 'male', 'other', 'unknown'] },
    { key: 'phone', kind: 'text', most: 60 },
    { key: 'email', kind: 'text' },
    { key: 'street', kind: 'text' },
    { key: 'postalCode', kind: 'text', most: 20 },
    { key: 'city', kind: 'text' },
    { key: 'country', kind: 'text' },
    { key: 'contactName', kind: 'text' },
    { key: 'contactRelationship', kind: 'text', needs: ['contactName'] },
    { key: 'contactPhone', kind: 'text', most: 60, needs: ['contactName'] },
  ],
  owns: ['name', 'birthDate', 'gender', 'telecom', 'address', 'contact'],
  make: (v) =>
    filled({
      name: listOf(filled({ family: v['family'], given: listOf(v['given']) })),
      birthDate: v['birthDate'],
      gender: v['gender'],
      telecom: listOf(
        v['phone'] === undefined ? undefined : { system: 'phone', value: v['phone'] },
        v['email'] === undefined ? undefined : { system: 'email', value: v['email'] },
      ),
      address: listOf(
        filled({
          line: listOf(v['street']),
          postalCode: v['postalCode'],
          city: v['city'],
          country: v['country'],
        }),
      ),
      contact: listOf(
        filled({
          relationship: listOf(filled({ text: v['contactRelationship'] })),
          name: filled({ text: v['contactName'] }),
          telecom: listOf(v['contactPhone'] === undefined ? undefined : { system: 'phone', value: v['contactPhone'] }),
        }),
      ),
    }),
  read: (patient) => {
    const name = listAt(patient, 'name').find((one) => at(one, 'use') === 'official') ?? at(patient, 'name.0');
    const text = textAt(name, 'text');
    return some({
      given: joined(listAt(name, 'given')) || text?.split(' ').slice(0, -1).join(' '),
      family: textAt(name, 'family') ?? text?.split(' ').at(-1),
      birthDate: textAt(patient, 'birthDate'),
      gender: textAt(patient, 'gender'),
      phone: telecomOf(patient, 'phone'),
      email: telecomOf(patient, 'email'),
      street: joined(listAt(patient, 'address.0.line')),
      postalCode: textAt(patient, 'address.0.postalCode'),
      city: textAt(patient, 'address.0.city'),
      country: textAt(patient, 'address.0.country'),
      contactName: personName(at(patient, 'contact.0.name')),
      contactRelationship: conceptText(at(patient, 'contact.0.relationship.0')),
      contactPhone: telecomOf(at(patient, 'contact.0'), 'phone'),
    });
  },
};

/** HL7 v3 RoleCode (FamilyMember). */
export const RELATIVES = {
  mother: 'MTH',
  father: 'FTH',
  sister: 'SIS',
  brother: 'BRO',
  daughter: 'DAU',
  son: 'SON',
  grandmother: 'GRMTH',
  grandfather: 'GRFTH',
  aunt: 'AUNT',
  uncle: 'UNCLE',
} as const;
const relativeOf = (code: string | undefined): string | undefined =>
  Object.entries(RELATIVES).find(([, of]) => of === code)?.[0];

export const FAMILY: Form = {
  kind: 'family',
  type: 'FamilyMemberHistory',
  fields: [
    { key: 'relative', kind: 'choice', choices: Object.keys(RELATIVES), required: true },
    { key: 'condition', kind: 'code', directory: 'diseases', required: true },
    { key: 'age', kind: 'number', range: [0, 130] },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'patient', 'name', 'relationship', 'condition', 'note'],
  make: (v, say) => {
    const relative = say(`relative_${v['relative'] ?? ''}`);
    const code = RELATIVES[(v['relative'] ?? '') as keyof typeof RELATIVES];
    return filled({
      status: 'completed',
      patient: ME,
      // What lists call it.
      name: `${relative}: ${v['condition'] ?? ''}`,
      relationship: { ...coded('v3-RoleCode', code), text: relative },
      condition: listOf(filled({ code: concept(v, 'condition'), onsetAge: quantity(v['age'], 'a', 'a') })),
      note: listOf(filled({ text: v['note'] })),
    });
  },
  read: (found) => ({
    ...conceptValues('condition', at(found, 'condition.0.code')),
    ...some({
      relative: relativeOf(codeAt(found, 'relationship')),
      age: digitsAt(found, 'condition.0.onsetAge.value'),
      note: textAt(found, 'note.0.text'),
    }),
  }),
  fits: (found) => relativeOf(codeAt(found, 'relationship')) !== undefined && listAt(found, 'condition').length === 1,
};

export const INSURANCE: Form = {
  kind: 'insurance',
  type: 'Coverage',
  fields: [
    { key: 'insurer', kind: 'text', required: true },
    { key: 'number', kind: 'text', most: 100 },
    { key: 'plan', kind: 'text' },
    { key: 'since', kind: 'date' },
    { key: 'until', kind: 'date' },
  ],
  owns: ['status', 'beneficiary', 'payor', 'subscriberId', 'class', 'period'],
  make: (v) =>
    filled({
      status: 'active',
      beneficiary: ME,
      payor: listOf(filled({ display: v['insurer'] })),
      subscriberId: v['number'],
      class: listOf(
        v['plan'] === undefined
          ? undefined
          : { type: coded('coverage-class', 'plan'), value: v['plan'], name: v['plan'] },
      ),
      period: filled({ start: v['since'], end: v['until'] }),
    }),
  read: (coverage: Resource) =>
    some({
      insurer: textAt(coverage, 'payor.0.display'),
      number: textAt(coverage, 'subscriberId'),
      plan: textAt(coverage, 'class.0.name') ?? textAt(coverage, 'class.0.value'),
      since: dateOf(textAt(coverage, 'period.start')),
      until: dateOf(textAt(coverage, 'period.end')),
    }),
};
