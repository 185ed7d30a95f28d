import { SECTIONS, type Section } from '../../../extension/core/records/sections.ts';
import type { HealthRecord } from '../../sdk/index.ts';

/** A patient as the desk shows one. */
export interface PatientRecords {
  readonly address: string;
  /** From the patient's own shared details, else the end of the account's address. */
  readonly name: string;
  readonly sections: readonly { readonly section: Section; readonly records: readonly HealthRecord[] }[];
}

const newestFirst = (a: HealthRecord, b: HealthRecord): number => (b.date ?? '').localeCompare(a.date ?? '');

/** Groups records by patient and section; sections in the order of the record, newest record first. */
export function groupByPatient(records: readonly HealthRecord[]): PatientRecords[] {
  return [...new Set(records.map((r) => r.patient))].map((address) => {
    const own = records.filter((r) => r.patient === address);
    const name = own.find((r) => r.type === 'Patient' && r.title !== '')?.title ?? `Patient …${address.slice(-4)}`;
    const sections = SECTIONS.map((section) => ({
      section,
      records: own.filter((r) => r.section === section).sort(newestFirst),
    }));
    return { address, name, sections: sections.filter((s) => s.records.length > 0) };
  });
}
