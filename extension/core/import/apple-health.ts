import { SaxesParser } from 'saxes';
import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Resource } from '../fhir/resource.ts';
import { AppleMeasurements, appleTime, copyOf } from './apple-measurements.ts';
import { wordsOf } from './apple-types.ts';
import { documentOf } from './document.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { coded, observation, quantity } from './vitals.ts';

const MOST_WORKOUTS = 50_000;
const PART_CHARACTERS = 65_536;
type Attributes = Readonly<Record<string, string>>;

/** A `Workout` and the statistics in it, as one observation. */
function workoutOf(workout: Attributes, statistics: readonly Attributes[]): Resource {
  const [start, end] = [appleTime(workout['startDate']), appleTime(workout['endDate'])];
  const part = (code: Record<string, unknown>, value: string | undefined, unit = '') =>
    value === undefined || !Number.isFinite(Number(value)) || Number(value) === 0
      ? []
      : [{ code, valueQuantity: quantity(Number(value), unit) }];
  const name = wordsOf(workout['workoutActivityType'] ?? '');
  return observation(coded('73985-4', `Exercise: ${name}`), 'activity', {
    ...(start !== undefined && { effectivePeriod: { start, ...(end !== undefined && { end }) } }),
    valueString: name,
    ...(workout['sourceName'] !== undefined && { device: { display: workout['sourceName'] } }),
    component: [
      ...part(coded('55411-3', 'Duration'), workout['duration'], workout['durationUnit']),
      ...part({ text: 'Distance' }, workout['totalDistance'], workout['totalDistanceUnit']),
      ...part({ text: 'Energy' }, workout['totalEnergyBurned'], workout['totalEnergyBurnedUnit']),
      ...statistics.flatMap((one) =>
        part({ text: wordsOf(one['type'] ?? '') }, one['sum'] ?? one['average'], one['unit']),
      ),
    ],
  });
}

/** Goes through an export element by element; nothing of it stays but what it adds up to. */
class Export {
  readonly measurements = new AppleMeasurements();
  readonly workouts: Resource[] = [];
  date: string | undefined;
  faults = 0;
  #workout: Attributes | undefined;
  #statistics: Attributes[] = [];
  readonly #parser = new SaxesParser({ xmlns: false, position: false });

  constructor() {
    this.#parser.on('opentag', ({ name, attributes }) => this.#opened(name, attributes));
    this.#parser.on('closetag', ({ name }) => {
      if (name === 'Workout') this.#endWorkout();
    });
    // Some exports of Apple’s own are not well-formed; what can be read of them is.
    this.#parser.on('error', () => {
      this.faults++;
    });
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  close(): void {
    this.#parser.close();
  }

  #opened(name: string, attributes: Attributes): void {
    if (name === 'Record') this.measurements.add(attributes);
    else if (name === 'Workout') this.#workout = copyOf(attributes);
    else if (name === 'WorkoutStatistics' && this.#statistics.length < 50) this.#statistics.push(copyOf(attributes));
    else if (name === 'ExportDate') this.date = appleTime(attributes['value']);
  }

  #endWorkout(): void {
    if (this.#workout !== undefined && this.workouts.length < MOST_WORKOUTS) {
      this.workouts.push(workoutOf(this.#workout, this.#statistics));
    }
    this.#workout = undefined;
    this.#statistics = [];
  }
}

/**
 * The export of Apple’s Health app (`export.xml`, of which the document type at its start is the only description). A gigabyte is
 * common: it is read as a stream. Frequent measurements are told by the day, the file itself is kept with all of them.
 */
export async function* readAppleHealth(source: Source, { signal }: ReadContext, head: Bytes): AsyncGenerator<Found> {
  const found = new Export();
  const decoder = new TextDecoder();
  for await (const part of source.stream()) {
    const text = decoder.decode(part, { stream: true });
    for (let at = 0; at < text.length; at += PART_CHARACTERS) {
      signal?.throwIfAborted();
      found.write(text.slice(at, at + PART_CHARACTERS));
    }
  }
  found.close();
  const { measurements, workouts, date, faults } = found;
  const observations = [...measurements.observations(), ...workouts];
  if (observations.length === 0)
    throw new SalusError('not-fhir', 'This export holds no measurements that could be read.');
  if (measurements.summarised) yield { kind: 'said', remark: 'summarised' };
  if (faults + measurements.unread > 0) yield { kind: 'said', remark: 'xml-faults' };
  const document = await documentOf(source, 'application/xml', head);
  yield { ...document, title: 'Apple Health', ...(date !== undefined && { date: date.slice(0, 10) }) };
  for (const resource of observations) yield { kind: 'resource', resource };
}
