import { expect } from 'vitest';
import { utf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { isSalusError } from '../../../../extension/core/errors.ts';
import type { Found, Issuers } from '../../../../extension/core/import/reader.ts';
import { newContext, readSource } from '../../../../extension/core/import/read.ts';
import { fileSource } from '../../../../extension/core/import/source.ts';
import { planImport, type ImportPlan, type ReadOptions } from '../../../../extension/core/records/importer.ts';

export const bytes = (content: string | Uint8Array): Bytes =>
  typeof content === 'string' ? utf8(content) : Uint8Array.from(content);

export const fileOf = (content: string | Uint8Array, type = ''): Blob => new Blob([bytes(content)], { type });

/** Everything that is found in a file. */
export async function found(content: string | Uint8Array | Blob, name: string, issuers?: Issuers): Promise<Found[]> {
  const file = content instanceof Blob ? content : fileOf(content);
  const all: Found[] = [];
  for await (const one of readSource(fileSource(file, name), newContext(issuers && { issuers }))) all.push(one);
  return all;
}

/** The plan of an import. Its counts add up, whatever the file. */
export async function planned(
  content: string | Uint8Array | Blob,
  name: string,
  options: Pick<ReadOptions, 'issuers' | 'tables' | 'codes'> = {},
): Promise<ImportPlan> {
  const file = content instanceof Blob ? content : fileOf(content);
  const plan = await planImport(file, { name, source: name, known: { digests: [] }, validate: () => [], ...options });
  expectSums(plan);
  return plan;
}

export function expectSums({ report, items }: ImportPlan): void {
  const kept = [...items.values()].flat().length;
  expect(report.taken + report.skipped.length).toBe(report.total);
  expect(kept).toBe(report.taken);
  expect(Object.values(report.sections).reduce((a, b) => a + b, 0)).toBe(report.taken);
  expect(report.files.reduce((n, file) => n + file.total, 0)).toBe(report.total);
  expect(report.files.reduce((n, file) => n + file.taken, 0)).toBe(report.taken);
  for (const file of report.files) expect(file.taken + file.skipped).toBe(file.total);
  expect(new Set(report.skipped.map((one) => one.position)).size).toBe(report.skipped.length);
}

/** What a file gives, or that it was refused on purpose. Anything else fails. */
export async function plannedOrRefused(content: Uint8Array, name: string): Promise<ImportPlan | undefined> {
  try {
    return await planned(content, name);
  } catch (error) {
    if (!isSalusError(error)) throw error;
    return undefined;
  }
}

/** Resources of a plan as they are stored. */
export const stored = (plan: ImportPlan): unknown[] =>
  [...plan.items.values()]
    .flat()
    .flatMap(({ plaintext, type }) =>
      plaintext instanceof Uint8Array && type !== 'File'
        ? [JSON.parse(new TextDecoder().decode(plaintext)) as unknown]
        : [],
    );

export const titles = (plan: ImportPlan): string[] => [...plan.items.values()].flat().map(({ title }) => title);
export const formatOf = (plan: ImportPlan) => plan.report.files[0]?.format;
export const remarksOf = (plan: ImportPlan) => plan.report.files[0]?.remarks;

export const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Müller', given: ['Zoë'] }] };
export const sodium = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'Sodium' } };
export const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ fullUrl: 'urn:x:1', resource: patient }, { resource: sodium }],
};

/** A valid file, with a few of its bytes changed, left out or put in. */
export function mutated(
  of: Uint8Array,
  changes: readonly (readonly [at: number, byte: number, kind: number])[],
): Bytes {
  const out = [...of];
  for (const [at, byte, kind] of changes) {
    const place = out.length === 0 ? 0 : at % out.length;
    if (kind === 0) out[place] = byte;
    else if (kind === 1) out.splice(place, 1 + (byte % 20));
    else out.splice(place, 0, byte, byte);
  }
  return Uint8Array.from(out);
}
