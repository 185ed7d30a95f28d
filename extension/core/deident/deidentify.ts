import { typeAndId } from '../fhir/references.ts';
import { asR4 } from '../fhir/releases.ts';
import { at, isObject, listAt, textAt, type Resource } from '../fhir/resource.ts';
import type { DateShift } from './dates.ts';
import { has, isMarked, kept, Lead, type Work } from './fields.ts';
import { TYPES } from './types.ts';
import { Vocabulary } from './vocabulary.ts';

/** Something of the record, as it is read. */
export interface ReadItem {
  readonly resource: Resource;
  /** Where it came from: what it refers to is looked for there. */
  readonly source?: string | undefined;
  /** What others refer to it by, where it comes from. */
  readonly fullUrl?: string | undefined;
}

/** Why something does not leave. */
export type Reason = 'type' | 'rare' | 'marked' | 'file' | 'unread';

/** What would leave, and what would not. */
export interface Deidentified {
  /** In an order that says nothing of the record: by their pseudonyms. */
  readonly resources: readonly Resource[];
  readonly types: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<Reason, number>>;
  /** Values that are not told, and those that are told less exactly, of what leaves. */
  readonly suppressed: number;
  readonly broader: number;
  /** Nothing is said of the year of birth of somebody who may be over 89. */
  readonly over89: boolean;
}

interface Made {
  readonly resource: Resource & { id: string };
  readonly source: string;
  readonly suppressed: number;
  readonly broader: number;
}

/**
 * Takes out of a record what says whose it is (docs/PROTOCOL.md, “For research”). Every resource is made anew by the list in `types.ts`;
 * no text of the record is in what comes out. Ids are fresh for each file.
 */
export class Deidentifier {
  readonly #shift: DateShift;
  readonly #vocabulary = new Vocabulary();
  readonly #made: Made[] = [];
  /** Resources by what others refer to them by, within one source. */
  readonly #names = new Map<string, Made>();
  readonly #left: Record<Reason, number> = { type: 0, rare: 0, marked: 0, file: 0, unread: 0 };
  readonly #patient: Resource & { id: string } = { resourceType: 'Patient', id: crypto.randomUUID() };
  #ofPatient = { suppressed: 0, broader: 0 };
  #over89 = false;

  constructor(shift: DateShift) {
    this.#shift = shift;
  }

  /** Something that was not read, or is no resource. */
  leave(reason: Reason, count = 1): void {
    this.#left[reason] += count;
  }

  add({ resource: written, source = '', fullUrl }: ReadItem): void {
    const resource = withMedicine(asR4(written));
    const { resourceType: type } = resource;
    const shape = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (shape === undefined) return this.leave('type');
    let [suppressed, broader] = [0, 0];
    const work: Work = {
      shift: this.#shift,
      vocabulary: this.#vocabulary,
      suppressed: () => suppressed++,
      broader: () => broader++,
    };
    const so = kept(resource, shape, work);
    if (type === 'Patient') return this.#addPatient(resource, so ?? {}, { suppressed, broader });
    if (so === undefined || isError(resource))
      return this.leave(isMarked(resource) || isError(resource) ? 'marked' : 'rare');
    const id = crypto.randomUUID();
    const patient = { reference: `Patient/${this.#patient.id}` };
    const made = {
      resource: { resourceType: type, id, ...so, ...(shape.whose !== 'self' && { [shape.whose]: patient }) },
      ...{ source, suppressed, broader },
    };
    this.#made.push(made);
    const own = textAt(resource, 'id');
    const names = [fullUrl, ...(own === undefined ? [] : [`${type}/${own}`, `urn:uuid:${own}`])];
    for (const name of names) if (name !== undefined) this.#names.set(nameIn(source, name), made);
  }

  /** All records of whom it is about are one. */
  #addPatient(resource: Resource, so: Record<string, unknown>, counts: { suppressed: number; broader: number }): void {
    for (const [name, value] of Object.entries(so)) this.#patient[name] ??= value;
    this.#ofPatient = counts;
    const born = Number(textAt(resource, 'birthDate')?.slice(0, 4));
    if (this.#shift.year - born > 89) this.#over89 = true;
    if (this.#over89) delete this.#patient['birthDate'];
  }

  /** What is left once every reference leads to something, or is gone. To be called once. */
  finish(): Deidentified {
    const alive = new Set(this.#made);
    // What lost what it leads to may be of no use any more, and what leads to that neither.
    for (let before = -1; before !== alive.size;) {
      before = alive.size;
      for (const made of alive) if (!this.#isWhole(made, alive)) alive.delete(made);
    }
    this.leave('rare', this.#made.length - alive.size);
    for (const { resource, source } of alive) this.#settle(resource, source, alive);
    const resources = [this.#patient, ...[...alive].map(({ resource }) => resource)];
    resources.sort((a, b) => (a.id < b.id ? -1 : 1));
    const types: Record<string, number> = {};
    for (const { resourceType } of resources) types[resourceType] = (types[resourceType] ?? 0) + 1;
    const counts = [this.#ofPatient, ...alive];
    return {
      ...{ resources, types, left: this.#left, over89: this.#over89 },
      suppressed: counts.reduce((n, one) => n + one.suppressed, 0),
      broader: counts.reduce((n, one) => n + one.broader, 0),
    };
  }

  #isWhole({ resource, source }: Made, alive: ReadonlySet<Made>): boolean {
    const needs = TYPES[resource.resourceType]?.needs ?? [];
    const so = Object.fromEntries(
      Object.entries(resource).map(([name, value]) => [name, this.#leadsOn(value, source, alive) ? value : undefined]),
    );
    return has(so, needs);
  }

  #leadsOn(value: unknown, source: string, alive: ReadonlySet<Made>): boolean {
    if (Array.isArray(value)) return (value as unknown[]).some((one) => this.#leadsOn(one, source, alive));
    return !(value instanceof Lead) || this.#found(value, source, alive) !== undefined;
  }

  #found({ text, types }: Lead, source: string, alive: ReadonlySet<Made>): Made | undefined {
    const name = typeAndId(text);
    const made =
      this.#names.get(nameIn(source, text)) ?? (name === undefined ? undefined : this.#names.get(nameIn(source, name)));
    return made !== undefined && alive.has(made) && types.includes(made.resource.resourceType) ? made : undefined;
  }

  /** Puts a reference in the place of what leads to something in the file. Changes the holder: its numbers are known by it. */
  #settle(holder: Record<string, unknown>, source: string, alive: ReadonlySet<Made>): void {
    for (const [name, value] of Object.entries(holder)) {
      const list = Array.isArray(value) ? (value as unknown[]) : [value];
      const so = list.flatMap((one) => {
        if (!(one instanceof Lead)) {
          if (isObject(one)) this.#settle(one, source, alive);
          return [one];
        }
        const found = this.#found(one, source, alive)?.resource;
        return found === undefined ? [] : [{ reference: `${found.resourceType}/${found.id}` }];
      });
      if (so.length === 0) delete holder[name];
      else holder[name] = Array.isArray(value) ? so : so[0];
    }
  }
}

const nameIn = (source: string, name: string): string => `${source}\n${name}`;

/** What was never so. */
const isError = (resource: Resource): boolean =>
  [textAt(resource, 'status'), textAt(resource, 'verificationStatus.coding.0.code')].includes('entered-in-error');

/** A medicine that a prescription has within itself stands in its place: what is contained is dropped. */
function withMedicine(resource: Resource): Resource {
  const text = textAt(resource, 'medicationReference.reference');
  if (text?.startsWith('#') !== true) return resource;
  const found = listAt(resource, 'contained').find((one) => textAt(one, 'id') === text.slice(1));
  const code = isObject(found) && !isMarked(found) ? at(found, 'code') : undefined;
  return code === undefined ? resource : { ...resource, medicationCodeableConcept: code };
}
