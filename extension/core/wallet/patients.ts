import {
  EMPTY_PATIENT,
  patientName,
  THEIRS,
  type GrantRow,
  type PatientRow,
  type RecordItem,
} from '../catalogue/model.ts';
import { wordsOf } from '../catalogue/words.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import { FOLDER_KINDS, SELECTION, type FolderKind } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { Reader } from './reader.ts';
import { openRecords, sharedRecords } from './records.ts';
import { givenFolders, heldInEmergency, type GivenFolder } from './sharing.ts';

/** Somebody who lets this account see, or add to, a part of their record. */
export interface PatientView {
  readonly patient: string;
  /** As they chose to be called in the newest consent that says so. */
  readonly name?: string;
  /** Unix seconds at which the last of what they allow ends. */
  readonly until: number;
  readonly sections: readonly PatientSection[];
  /** What was opened in an emergency: how many sections, until when, and how many items of them were read. */
  readonly emergency?: { readonly folders: number; readonly until: number; readonly opened: number };
}
interface PatientSection {
  readonly section: FolderKind;
  readonly read: boolean;
  readonly write: boolean;
  readonly until: number;
  /** Items of it that this account has opened. */
  readonly opened: number;
  /** It may let others see this in the patient's place: for which purposes (bits), and until when. */
  readonly passOn?: { readonly purposes: number; readonly until: number };
}

/**
 * Everybody who lets this account do something now, or whose record it opened in an emergency; whose consent or opening is the newest
 * first. Nothing is opened for it.
 */
export async function patientsOf(reader: Reader, patient?: string): Promise<PatientView[]> {
  const given = Map.groupBy(await givenFolders(reader, patient), (grant) => grant.patient.toLowerCase());
  const held = Map.groupBy(await heldInEmergency(reader, patient), (grant) => grant.patient.toLowerCase());
  const all = [...new Set([...given.keys(), ...held.keys()])];
  const rows = await reader.catalogue.rows.getAll<PatientRow>(all.map(patientName));
  const views = await Promise.all(
    all.map(async (one, i) => {
      const [grants, emergency] = [given.get(one) ?? [], held.get(one) ?? []];
      const view = { ...viewOf(grants, rows[i]), ...(await emergencyOf(reader, emergency)) };
      const both = [...grants, ...emergency];
      const until = Math.max(...both.map((grant) => grant.until));
      return {
        view: { ...view, patient: both[0]?.patient ?? one, until },
        block: Math.max(...both.map(({ block }) => block)),
      };
    }),
  );
  return views.sort((a, b) => b.block - a.block).map(({ view }) => view);
}

async function emergencyOf(reader: Reader, held: readonly GrantRow[]): Promise<Pick<PatientView, 'emergency'>> {
  const [first] = held;
  if (first === undefined) return {};
  const folders = new Set(held.map(({ registry, folder }) => `${registry}/${folder}`));
  const where = ({ registry, folder }: RecordItem) => folders.has(`${registry}/${folder}`);
  const prefix = `${first.patient.toLowerCase()}|`;
  const { items } = await THEIRS.page(reader.catalogue.rows, Infinity, { prefix, where });
  const until = Math.max(...held.map((grant) => grant.until));
  return { emergency: { folders: folders.size, until, opened: items.length } };
}

function viewOf(grants: readonly GivenFolder[], row: PatientRow | undefined): Pick<PatientView, 'name' | 'sections'> {
  const newest = grants.toSorted((a, b) => b.block - a.block);
  const name = newest.find(({ principalName }) => principalName !== undefined)?.principalName;
  const sections = FOLDER_KINDS.flatMap((section): PatientSection[] => {
    const of = grants.filter((grant) => grant.section === section);
    if (of.length === 0) return [];
    const may = (right: number) => of.some(({ rights }) => (rights & right) !== 0);
    const until = Math.max(...of.map((grant) => grant.until));
    const shared = of.find(({ rights }) => (rights & Right.Share) !== 0);
    const passOn = shared && { passOn: { purposes: shared.purposes, until: shared.until } };
    return [
      { section, read: may(Right.Read), write: may(Right.Write), until, opened: openedOf(section, row), ...passOn },
    ];
  });
  return { ...(name !== undefined && { name }), sections };
}

const openedOf = (kind: FolderKind, { sections, picked }: PatientRow = EMPTY_PATIENT): number =>
  kind === SELECTION ? Object.values(picked).reduce((sum, n) => sum + n, 0) : (sections[kind] ?? 0);

/** What is wanted of a patient's record. */
export interface PatientQuery {
  readonly patient: string;
  /** What is looked at: keepers are asked for this alone, and write that down. All that was opened before, where it is not named. */
  readonly section?: FolderKind | undefined;
  /** What was opened in an emergency is looked at, in place of a section: keepers are asked for all of it. */
  readonly emergency?: boolean | undefined;
  /** Words, each of which begins some word of a title or value. */
  readonly typed?: string | undefined;
}

/** One page of a patient's record, newest date first, and how many entries could not be opened now. */
export async function patientRecords(
  reader: Reader,
  { patient, section, emergency, typed = '' }: PatientQuery,
  before?: string,
): Promise<Page<RecordItem> & { readonly unopened: number }> {
  const words = wordsOf(typed);
  const where = ({ title, value = '' }: RecordItem): boolean => {
    const said = wordsOf(`${title} ${value}`);
    return words.every((word) => said.some((other) => other.startsWith(word)));
  };
  const query = { patient, before, where };
  const { items, next, unopened } =
    section === undefined && !emergency
      ? { ...(await sharedRecords(reader, query)), unopened: 0 }
      : await openRecords(reader, { ...query, use: emergency ? { emergency } : { within: section } });
  return { items, unopened, ...(next !== undefined && { next }) };
}
