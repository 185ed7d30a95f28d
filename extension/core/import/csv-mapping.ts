import { isoDay } from './document-facts.ts';
import { ucumOf, VITALS, type VitalName } from './vitals.ts';

export type DateOrder = 'ymd' | 'dmy' | 'mdy';

/** What stands where in a table of measurements. Columns are numbered from 0. */
export interface CsvMapping {
  readonly date: { readonly column: number; readonly order: DateOrder };
  /** A column with the time of day. */
  readonly time?: number;
  readonly decimal: '.' | ',';
  /** `pressure` is both values in one: 120/80. */
  readonly values: readonly {
    readonly column: number;
    readonly vital: VitalName | 'pressure';
    readonly unit: string;
  }[];
}

const DATE =
  /^(date|datum|fecha|day|tag|dia|datetime|date time|timestamp|zeitpunkt|zeitstempel|measured( at| on)?|messdatum|gemessen( am)?|fecha y hora|date and time|datum uhrzeit)$/;
const TIME = /^(time|uhrzeit|zeit|hora|time of day)$/;

/** Words of headings in English, German and Spanish, without their accents. The more particular stand first. */
const WORDS: readonly [RegExp, VitalName | 'pressure'][] = [
  [
    /^(systol\w*|sistolica|sys|sist|rr sys\w*|bp sys\w*)( (blood pressure|bp|blutdruck|presion))?$|^(blood pressure|blutdruck|presion( arterial)?) (sys\w*|sistolica)$/,
    'systolic',
  ],
  [
    /^(diastol\w*|dia|diast|rr dia\w*|bp dia\w*)( (blood pressure|bp|blutdruck|presion))?$|^(blood pressure|blutdruck|presion( arterial)?) (dia\w*)$/,
    'diastolic',
  ],
  [/^(blood pressure|bp|blutdruck|rr|presion( arterial)?|tension( arterial)?)$/, 'pressure'],
  [/^(resting (heart rate|pulse|hr)|ruhepuls|pulso en reposo|frecuencia cardiaca en reposo)$/, 'restingHeartRate'],
  [/^(heart rate|pulse|pulse rate|hr|puls|herzfrequenz|pulso|frecuencia cardiaca|bpm)$/, 'heartRate'],
  [/^(body )?weight$|^(korper)?gewicht$|^peso( corporal)?$/, 'weight'],
  [/^(body )?height$|^(korper)?gro(ss|ß)e$|^(altura|talla|estatura)$/, 'height'],
  [/^(bmi|body mass index|imc|indice de masa corporal|korpermasseindex)$/, 'bmi'],
  [/^(body fat( percentage)?|korperfett(anteil)?|grasa corporal|fat)$/, 'bodyFat'],
  [/^(waist( circumference)?|taillenumfang|bauchumfang|(perimetro de )?cintura)$/, 'waist'],
  [/^(body )?temp(erature|eratura)?( corporal)?$|^(korper)?temp(eratur)?$|^fever$|^fieber$|^fiebre$/, 'temperature'],
  [
    /^(spo2|o2|oxygen( saturation)?|blood oxygen|sauerstoff(sattigung)?|(saturacion( de)? )?oxigeno|saturacion)$/,
    'oxygen',
  ],
  [/^(respiratory rate|respiration( rate)?|breathing( rate)?|atemfrequenz|frecuencia respiratoria)$/, 'breathing'],
  [
    /^(blood )?(glucose|sugar)( level)?$|^blutzucker$|^glu[ck]ose$|^glucosa( en sangre)?$|^azucar( en sangre)?$|^glucemia$|^bz$/,
    'glucose',
  ],
  [/^(peak flow|pef|peak expiratory flow|flujo maximo)$/, 'peakFlow'],
  [/^(steps?|step count|schritte|schrittzahl|pasos)$/, 'steps'],
  [/^(sleep|sleep (duration|hours)|schlaf(dauer)?|sueno|horas de sueno)$/, 'sleep'],
];

/** Units that go without saying: there is no other in use. */
const OBVIOUS = new Set([
  'systolic',
  'diastolic',
  'pressure',
  'heartRate',
  'restingHeartRate',
  'bmi',
  'bodyFat',
  'oxygen',
  'breathing',
  'steps',
]);

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[_\-.:/]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

interface Heading {
  readonly words: string;
  readonly unit: string;
}

/** `Weight (kg)`, `Gewicht [kg]`, `peso_kg`: what, and in which unit. */
function headingOf(text: string): Heading {
  const [, name = text, bracketed] = /^(.*?)\s*[([]\s*([^)\]]*)\s*[)\]]\s*$/.exec(text) ?? [];
  if (bracketed !== undefined) return { words: plain(name), unit: bracketed.trim() };
  const [, before, last] = /^(.+)[\s_,]+([^\s_]+)$/.exec(text.trim()) ?? [];
  if (before !== undefined && last !== undefined && ucumOf(last) !== undefined && last.length < 7) {
    return { words: plain(before.replace(/[\s_]+in$/i, '')), unit: last };
  }
  return { words: plain(text), unit: '' };
}

const DAY = /^\s*(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})/;

/** How dates are written, if the samples leave no doubt. */
function orderOf(samples: readonly string[]): DateOrder | undefined {
  const given = samples.filter((text) => text.trim() !== '');
  const days = given.map((text) => DAY.exec(text)).filter((day) => day !== null);
  if (days.length === 0 || days.length < given.length / 2) return undefined;
  const fits = (order: DateOrder) => days.every((day) => dayIn(day, order) !== undefined);
  if (fits('ymd')) return 'ymd';
  if (days.every(([day]) => /^\s*\d{1,2}\.\d/.test(day))) return fits('dmy') ? 'dmy' : undefined;
  const orders = (['dmy', 'mdy'] as const).filter(fits);
  return orders.length === 1 ? orders[0] : undefined;
}

function dayIn(match: RegExpExecArray, order: DateOrder): string | undefined {
  const [, a = '', b = '', c = ''] = match;
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  return year.length === 4 ? isoDay(year, month, day) : undefined;
}

const CLOCK = /(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([ap]\.?m\.?)?\s*(Z|[+-]\d\d:?\d\d)?\s*$/i;

/** A FHIR date, or a dateTime where the text says in which zone; a time without a zone is no FHIR time and is left out. */
export function whenOf(text: string, order: DateOrder): string | undefined {
  const match = DAY.exec(text);
  const day = match === null ? undefined : dayIn(match, order);
  const [, hours, minutes, seconds = '00', half, zone] = CLOCK.exec(text) ?? [];
  if (day === undefined || hours === undefined || minutes === undefined || zone === undefined || half !== undefined)
    return day;
  return `${day}T${hours.padStart(2, '0')}:${minutes}:${seconds}${zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`;
}

/** A number as it is written in a table. */
export function numberIn(text: string, decimal: '.' | ','): number | undefined {
  const trimmed = text.trim().replace(/\s+[%°a-zA-Z/²]+\d?$|%$/u, '');
  const groups = decimal === ',' ? /^-?\d{1,3}(\.\d{3})+(,\d+)?$/ : /^-?\d{1,3}(,\d{3})+(\.\d+)?$/;
  const joined = groups.test(trimmed) ? trimmed.replaceAll(decimal === ',' ? '.' : ',', '') : trimmed;
  const dotted = decimal === ',' ? joined.replace(',', '.') : joined;
  return /^-?\d+(\.\d+)?$/.test(dotted) ? Number(dotted) : undefined;
}

const decimalOf = (cells: readonly string[]): '.' | ',' =>
  cells.some((cell) => /^-?\d+,(\d{1,2}|\d{4,})$/.test(cell.trim())) &&
  !cells.some((cell) => /^-?\d+\.\d{1,2}$/.test(cell.trim()))
    ? ','
    : '.';

/**
 * What a table of measurements says where, by the words of its heading and its first rows.
 * @returns `unclear` where day and month cannot be told apart; undefined where it is no such table
 */
export function guessMapping(
  header: readonly string[],
  samples: readonly (readonly string[])[],
): CsvMapping | 'unclear' | undefined {
  const headings = header.map(headingOf);
  const hasSystolic = headings.some(({ words }) => /^(sys|sist)/.test(words));
  const isDate = ({ words }: Heading) => DATE.test(words) && !(words === 'dia' && hasSystolic);
  const column = headings.findIndex(isDate);
  const values = headings.flatMap(({ words, unit }, at) => {
    if (at === column || isDate({ words, unit })) return [];
    const vital = WORDS.find(([pattern]) => pattern.test(words))?.[1];
    if (vital === undefined) return [];
    const usual = vital === 'pressure' ? 'mm[Hg]' : VITALS[vital].unit;
    return [{ column: at, vital, unit: unit !== '' ? unit : OBVIOUS.has(vital) ? usual : '' }];
  });
  if (column < 0 || values.length === 0 || samples.length === 0) return undefined;
  const order = orderOf(samples.map((row) => row[column] ?? ''));
  if (order === undefined) return samples.some((row) => DAY.test(row[column] ?? '')) ? 'unclear' : undefined;
  const time = headings.findIndex(({ words }) => TIME.test(words));
  const cells = samples.flatMap((row) => values.map(({ column: at }) => row[at] ?? ''));
  return { date: { column, order }, ...(time >= 0 && { time }), decimal: decimalOf(cells), values };
}
