import { isObject } from './resource.ts';

/** A resource that is being put into R4’s words: a shallow copy, made when the first field moves. */
export class View {
  #fields: Record<string, unknown>;
  #copied = false;

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields;
  }

  get fields(): Record<string, unknown> {
    return this.#fields;
  }

  get(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }

  set(field: string, value: unknown): void {
    if (!this.#copied) this.#fields = { ...this.#fields };
    this.#copied = true;
    if (value === undefined) delete this.#fields[field];
    else this.#fields[field] = value;
  }

  /** Takes a field away. @returns what stood there */
  take(field: string): unknown {
    const value = this.get(field);
    this.set(field, undefined);
    return value;
  }
}

/** One thing that another release says otherwise. Does nothing where it does not stand. */
export type Move = (view: View) => void;

const only = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);
const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** `from` is R4’s `to`, where that is not said already. */
export const renamed =
  (from: string, to: string, how: (value: unknown) => unknown = (value) => value): Move =>
  (view) => {
    if (view.get(from) === undefined || view.get(to) !== undefined) return;
    const value = how(view.take(from));
    if (value !== undefined) view.set(to, value);
  };

/** What stands once there is a list in R4. */
export const asList =
  (field: string): Move =>
  (view) => {
    const value = view.get(field);
    if (value !== undefined && !Array.isArray(value)) view.set(field, [value]);
  };

/** What is a list there stands once in R4. */
export const asOne =
  (field: string): Move =>
  (view) => {
    if (Array.isArray(view.get(field))) view.set(field, only(view.get(field)));
  };

/** A code there is a concept in R4. */
export const asConcept =
  (field: string, system: string): Move =>
  (view) => {
    const code = view.get(field);
    if (typeof code === 'string') view.set(field, { coding: [{ system, code }] });
  };

/** A concept there is a code in R4. */
export const asCode =
  (field: string): Move =>
  (view) => {
    const value = view.get(field);
    if (!isObject(value) || !Array.isArray(value['coding'])) return;
    const [coding] = value['coding'] as unknown[];
    view.set(field, isObject(coding) && typeof coding['code'] === 'string' ? coding['code'] : undefined);
  };

/** A field that is true there is a status in R4. */
export const denied =
  (flag: string, status: string): Move =>
  (view) => {
    if (view.get(flag) === true) view.set('status', status);
  };

const isCodeable = (value: unknown): value is { concept?: unknown; reference?: unknown } =>
  isObject(value) && (isObject(value['concept']) || isObject(value['reference']));

/** R5’s CodeableReference, one or many, is two fields in R4. */
export const split =
  (field: string, concept: string, reference: string): Move =>
  (view) => {
    const value = view.get(field);
    const given = listed(value).filter(isCodeable);
    if (given.length === 0) return;
    const many = (parts: unknown[]) => (Array.isArray(value) ? parts : parts[0]);
    const concepts = given.flatMap((one) => (one.concept === undefined ? [] : [one.concept]));
    const references = given.flatMap((one) => (one.reference === undefined ? [] : [one.reference]));
    view.set(field, undefined);
    if (concepts.length > 0) view.set(concept, many(concepts));
    if (references.length > 0) view.set(reference, many(references));
  };

export const first = (value: unknown): unknown => only(value);
export const inList = (value: unknown): unknown[] => listed(value);
export const asText = (value: unknown): unknown => (typeof value === 'string' ? { text: value } : value);
