import { isoDay } from './document-facts.ts';
import { ucumOf, UNITS_OF, VITALS, type VitalName } from './vitals.ts';

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
    readonly vital: Measured;
    readonly unit: string;
    /** A column with the unit of each row, which goes before `unit`. */
    readonly unitColumn?: number;
  }[];
  /** Columns with what somebody wrote of the row. */
  readonly notes: readonly number[];
}

/** What a column measures; `pressure` is both values in one. */
export type Measured = VitalName | 'pressure';

/** What can stand in a column. */
export const COLUMN_KINDS = [
  'leave',
  'date',
  'time',
  'unit',
  'note',
  'pressure',
  ...(Object.keys(VITALS) as VitalName[]).filter((name) => name !== 'glucoseMolar'),
] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];
const NO_VALUES: readonly ColumnKind[] = ['leave', 'date', 'time', 'unit', 'note'];
export const isMeasured = (kind: ColumnKind): kind is Exclude<Measured, 'glucoseMolar'> => !NO_VALUES.includes(kind);

/** What one column is. */
export interface ColumnChoice {
  readonly is: ColumnKind;
  /** Of a measurement, where the table says it nowhere else. */
  readonly unit?: string;
}

const DATE =
  /^(date|datum|fecha|day|tag|dia|datetime|date time|timestamp|zeitpunkt|zeitstempel|measured( at| on)?|messdatum|gemessen( am)?|fecha y hora|date and time|datum uhrzeit)$/;
const UNIT = /^(units?|einheit(en)?|unidad(es)?|uom)$/;
const NOTE = /^(notes?|comments?|remarks?|notiz(en)?|bemerkung(en)?|kommentare?|notas?|observacion(es)?|comentarios?)$/;
const TIME = /^(time|uhrzeit|zeit|hora|time of day)$/;

/** Words of headings in English, German and Spanish, without their accents. The more particular stand first. */
const WORDS: readonly [RegExp, Exclude<Measured, 'glucoseMolar'>][] = [
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

/** The unit of a measurement that needs not be said, since there is no other in use; empty where there is. */
export function usualUnit(kind: Measured): string {
  if (kind in UNITS_OF) return '';
  return kind === 'pressure' ? 'mm[Hg]' : VITALS[kind].unit;
}

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

/** In which orders the dates of a column can be read; none where it has no dates, or they contradict one another. */
export function ordersOf(samples: readonly string[]): DateOrder[] {
  const given = samples.filter((text) => text.trim() !== '');
  const days = given.map((text) => DAY.exec(text)).filter((day) => day !== null);
  if (days.length === 0 || days.length < given.length / 2) return [];
  const fits = (order: DateOrder) => days.every((day) => dayIn(day, order) !== undefined);
  if (fits('ymd')) return ['ymd'];
  const isDotted = days.every(([day]) => /^\s*\d{1,2}\.\d/.test(day));
  return (isDotted ? (['dmy'] as const) : (['dmy', 'mdy'] as const)).filter(fits);
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

const cellsOf = (samples: readonly (readonly string[])[], column: number): string[] =>
  samples.map((row) => row[column] ?? '');

/** Whether a column holds numbers, or both values of a blood pressure. */
const hasNumbers = (cells: readonly string[]): boolean => {
  const given = cells.filter((cell) => cell.trim() !== '');
  const numbers = given.filter((cell) => /^\s*[<>]?-?\d+([.,/]\d+)*\s*\S{0,6}\s*$/.test(cell));
  return given.length > 0 && numbers.length > given.length / 2;
};

export interface GuessedColumns {
  readonly columns: readonly ColumnChoice[];
  /** The date was told by its heading, and not only by what stands under it. */
  readonly isSure: boolean;
  /** Columns with numbers that no word of their heading explains. */
  readonly unknown: number;
}

/** What each column is, by the words of its heading; the date by its look, where no heading says it. */
export function guessColumns(header: readonly string[], samples: readonly (readonly string[])[]): GuessedColumns {
  const headings = header.map(headingOf);
  const hasSystolic = headings.some(({ words }) => /^(sys|sist)/.test(words));
  const isDate = ({ words }: Heading) => DATE.test(words) && !(words === 'dia' && hasSystolic);
  const named = headings.findIndex(isDate);
  const date = named >= 0 ? named : header.findIndex((_, at) => ordersOf(cellsOf(samples, at)).length > 0);
  const columns = headings.map((heading, at): ColumnChoice => {
    const { words, unit } = heading;
    if (at === date) return { is: 'date' };
    if (isDate(heading)) return { is: 'leave' };
    if (TIME.test(words)) return { is: 'time' };
    if (UNIT.test(words)) return { is: 'unit' };
    if (NOTE.test(words)) return { is: 'note' };
    const vital = WORDS.find(([pattern]) => pattern.test(words))?.[1];
    if (vital === undefined) return { is: 'leave' };
    return { is: vital, unit: unit !== '' ? unit : usualUnit(vital) };
  });
  const isUnknown = ({ is }: ColumnChoice, at: number) => is === 'leave' && hasNumbers(cellsOf(samples, at));
  return { columns, isSure: named >= 0, unknown: columns.filter(isUnknown).length };
}

/** How a table is read by what its columns are; undefined where that gives no measurement, or no order of its dates. */
export function mappingOf(
  columns: readonly ColumnChoice[],
  order: DateOrder | undefined,
  samples: readonly (readonly string[])[],
): CsvMapping | undefined {
  const at = (kind: ColumnKind) => columns.findIndex(({ is }) => is === kind);
  const column = at('date');
  const time = at('time');
  const units = columns.flatMap(({ is }, place) => (is === 'unit' ? [place] : []));
  const values = columns.flatMap(({ is, unit = '' }, place) => {
    if (!isMeasured(is)) return [];
    // The unit beside a value is that value's; a table with one unit column may have it first.
    const next = columns.findIndex((other, after) => after > place && isMeasured(other.is));
    const beside =
      units.find((one) => one > place && (next < 0 || one < next)) ?? (units.length === 1 ? units[0] : undefined);
    return [{ column: place, vital: is, unit, ...(beside !== undefined && { unitColumn: beside }) }];
  });
  if (column < 0 || values.length === 0 || order === undefined) return undefined;
  return {
    date: { column, order },
    ...(time >= 0 && { time }),
    decimal: decimalOf(values.flatMap((value) => cellsOf(samples, value.column))),
    values,
    notes: columns.flatMap(({ is }, place) => (is === 'note' ? [place] : [])),
  };
}

/**
 * What a table of measurements says where, by what its columns were guessed to be and its first rows.
 * @returns `unclear` where day and month cannot be told apart; undefined where it is no such table
 */
export function guessMapping(
  { columns, isSure }: GuessedColumns,
  samples: readonly (readonly string[])[],
): CsvMapping | 'unclear' | undefined {
  if (!isSure || samples.length === 0 || !columns.some(({ is }) => isMeasured(is))) return undefined;
  const dates = cellsOf(
    samples,
    columns.findIndex(({ is }) => is === 'date'),
  );
  const [order, ...others] = ordersOf(dates);
  if (order !== undefined && others.length === 0) return mappingOf(columns, order, samples);
  return dates.some((text) => DAY.test(text)) ? 'unclear' : undefined;
}
