import { digitsAt } from '../fhir/lossless.ts';
import { codingsOf } from '../fhir/concept.ts';
import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import {
  coded,
  concept,
  conceptValues,
  dateAndTime,
  dateTime,
  filled,
  listOf,
  ME,
  quantity,
  some,
  type Element,
} from './elements.ts';
import type { Field, Values } from './field.ts';
import type { Form, Say } from './form.ts';

const LOINC = 'http://loinc.org';

interface Measured {
  /** LOINC, by unit where it differs. */
  readonly loinc: string | Readonly<Record<string, string>>;
  readonly vital: boolean;
  /** As they are shown, with what UCUM calls them. */
  readonly units: Readonly<Record<string, string>>;
}

/** What can be measured at home; the first unit is proposed. */
const MEASURED: Readonly<Record<string, Measured>> = {
  pulse: { loinc: '8867-4', vital: true, units: { '/min': '/min' } },
  temperature: { loinc: '8310-5', vital: true, units: { '°C': 'Cel', '°F': '[degF]' } },
  weight: { loinc: '29463-7', vital: true, units: { kg: 'kg', lb: '[lb_av]' } },
  height: { loinc: '8302-2', vital: true, units: { cm: 'cm', in: '[in_i]' } },
  glucose: {
    loinc: { 'mg/dL': '2339-0', 'mmol/L': '15074-8' },
    vital: false,
    units: { 'mg/dL': 'mg/dL', 'mmol/L': 'mmol/L' },
  },
  oxygen: { loinc: '2708-6', vital: true, units: { '%': '%' } },
};
/** Units of other tests that UCUM has, as they are typed. */
const UNITS: Readonly<Record<string, string>> = {
  '%': '%', 'mg/dL': 'mg/dL', 'mg/dl': 'mg/dL', 'mmol/L': 'mmol/L', 'mmol/l': 'mmol/L', 'g/dL': 'g/dL', 'g/dl': 'g/dL', 'g/L': 'g/L', 'g/l': 'g/L',
  'µmol/L': 'umol/L', 'µmol/l': 'umol/L', 'umol/L': 'umol/L', 'nmol/L': 'nmol/L', 'nmol/l': 'nmol/L', 'pmol/L': 'pmol/L', 'U/L': 'U/L', 'U/l': 'U/L', 'ng/mL': 'ng/mL',
  'ng/ml': 'ng/mL', 'ng/dL': 'ng/dL', 'pg/mL': 'pg/mL', 'pg/ml': 'pg/mL', 'mg/L': 'mg/L', 'mg/l': 'mg/L', 'mmol/mol': 'mmol/mol', 'mL/min': 'mL/min',
  'mU/L': 'm[IU]/L', 'mIU/L': 'm[IU]/L', fL: 'fL', pg: 'pg', mm: 'mm', cm: 'cm', kg: 'kg', 's': 's', '/min': '/min',
}; // prettier-ignore

const KINDS = ['blood-pressure', ...Object.keys(MEASURED), 'other'];
const single = [...Object.keys(MEASURED), 'other'];
const PRESSURE: readonly (readonly [key: string, loinc: string, display: string])[] = [
  ['systolic', '8480-6', 'Systolic blood pressure'],
  ['diastolic', '8462-4', 'Diastolic blood pressure'],
];

/** Where there are several units, one is chosen: a number with another one is another number. */
const UNIT_FIELDS: readonly Field[] = Object.entries(MEASURED)
  .filter(([, { units }]) => Object.keys(units).length > 1)
  .map(([what, { units }]) => ({
    key: `${what}Unit`,
    label: 'unit',
    kind: 'choice',
    choices: Object.keys(units),
    when: ['what', [what]],
    required: true,
  }));
const unitOf = (what: string, values: Values): string | undefined =>
  values[`${what}Unit`] ?? values['unit'] ?? Object.keys(MEASURED[what]?.units ?? {})[0];

export const MEASUREMENT: Form = {
  kind: 'measurement',
  type: 'Observation',
  fields: [
    { key: 'what', kind: 'choice', choices: KINDS, required: true },
    { key: 'test', kind: 'code', directory: 'tests', when: ['what', ['other']], required: true },
    { key: 'systolic', kind: 'number', range: [20, 400], when: ['what', ['blood-pressure']], required: true },
    { key: 'diastolic', kind: 'number', range: [10, 300], when: ['what', ['blood-pressure']], required: true },
    { key: 'value', kind: 'number', when: ['what', single], required: true },
    ...UNIT_FIELDS,
    { key: 'unit', kind: 'text', most: 40, when: ['what', ['other']] },
    { key: 'date', kind: 'date', required: true },
    { key: 'time', kind: 'time' },
    { key: 'note', kind: 'long' },
  ],
  owns: [
    ...['status', 'category', 'code', 'subject', 'effectiveDateTime', 'valueQuantity', 'component', 'note'],
    // What was said of the number that was there before.
    ...['interpretation', 'dataAbsentReason'],
  ],
  make: (v, say) => {
    const what = v['what'] ?? '';
    const row = MEASURED[what];
    const vital = row?.vital ?? what === 'blood-pressure';
    return filled({
      status: 'final',
      category: listOf(
        what === 'other' ? undefined : coded('observation-category', vital ? 'vital-signs' : 'laboratory'),
      ),
      code: what === 'other' ? concept(v, 'test') : codeOf(what, unitOf(what, v), say),
      subject: ME,
      effectiveDateTime: dateTime(v['date'], v['time']),
      valueQuantity: what === 'blood-pressure' ? undefined : valueOf(v['value'], unitOf(what, v), row),
      component:
        what === 'blood-pressure' ? PRESSURE.map(([key, loinc, display]) => partOf(v[key], loinc, display)) : [],
      note: listOf(filled({ text: v['note'] })),
    });
  },
  read: (observation) => {
    const what = whatOf(observation);
    return {
      ...(what === 'other' && conceptValues('test', at(observation, 'code'))),
      ...some({
        what,
        systolic: partIn(observation, '8480-6'),
        diastolic: partIn(observation, '8462-4'),
        value: digitsAt(observation, 'valueQuantity.value'),
        [what === 'other' ? 'unit' : `${what}Unit`]: unitIn(observation, MEASURED[what]),
        ...dateAndTime(textAt(observation, 'effectiveDateTime')),
        note: textAt(observation, 'note.0.text'),
      }),
    };
  },
  fits: (observation) =>
    at(observation, 'valueQuantity.comparator') === undefined &&
    at(observation, 'effectivePeriod') === undefined &&
    (digitsAt(observation, 'valueQuantity.value') !== undefined
      ? listAt(observation, 'component').length === 0
      : whatOf(observation) === 'blood-pressure' && listAt(observation, 'component').length === 2),
};

function codeOf(what: string, unit: string | undefined, say: Say): Element {
  const loinc = MEASURED[what]?.loinc;
  const code =
    what === 'blood-pressure' ? '85354-9' : typeof loinc === 'string' ? loinc : (loinc?.[unit ?? ''] ?? '2339-0');
  return { coding: [{ system: LOINC, code }], text: say(`what_${what}`) };
}

const valueOf = (
  digits: string | undefined,
  unit: string | undefined,
  row: Measured | undefined,
): Element | undefined => quantity(digits, unit, (row?.units ?? UNITS)[unit ?? '']);

const partOf = (digits: string | undefined, code: string, display: string): Element => ({
  code: { coding: [{ system: LOINC, code, display }] },
  valueQuantity: quantity(digits, 'mmHg', 'mm[Hg]'),
});
const partIn = (observation: Resource, code: string): string | undefined =>
  digitsAt(
    listAt(observation, 'component').find((part) => codingsOf(at(part, 'code')).some((one) => one.code === code)),
    'valueQuantity.value',
  );

function whatOf(observation: Resource): string {
  const codes = codingsOf(at(observation, 'code')).map(({ code }) => code);
  if (codes.includes('85354-9') || codes.includes('55284-4')) return 'blood-pressure';
  const found = Object.entries(MEASURED).find(([, { loinc, units }]) => {
    const known = typeof loinc === 'string' ? [loinc] : Object.values(loinc);
    const unit = unitIn(observation, { loinc, units, vital: false });
    return known.some((code) => codes.includes(code)) && unit !== undefined && Object.hasOwn(units, unit);
  });
  return found?.[0] ?? 'other';
}

/** As the form offers it, where it does. */
function unitIn(observation: Resource, row: Measured | undefined): string | undefined {
  const code = textAt(observation, 'valueQuantity.code');
  const offered = Object.entries(row?.units ?? {}).find(([, ucum]) => ucum === code)?.[0];
  return offered ?? textAt(observation, 'valueQuantity.unit') ?? code;
}
