import type { Bytes } from '../bytes.ts';
import type { RecordItem } from '../catalogue/model.ts';
import { isSalusError, SalusError } from '../errors.ts';
import type { ItemLinks } from '../records/linked-plan.ts';
import type { Section } from '../records/sections.ts';
import { BY_HAND } from '../records/sources.ts';
import { commitOwnImport, planOwnImport } from './import-records.ts';
import { readRecord } from './records.ts';
import type { Session } from './session.ts';
import { itemOf, newestVersion } from './versions.ts';

interface Written {
  readonly json: string | Bytes;
  readonly links?: ItemLinks;
  /** Its section; else what it says decides. */
  readonly into?: Section;
  /** For the patient alone: no reader gets a key. */
  readonly alone?: boolean;
}

/** Takes in hand one resource that somebody typed. @returns the import job */
export const stageByHand = ({ storage }: Session, json: string | Bytes, links?: ItemLinks): Promise<string> =>
  storage.stage(new Blob([json], { type: 'application/json' }), 'by-hand.json', BY_HAND, { ...(links && { links }) });

/**
 * Seals one resource that the person wrote into their own record, the same way as a file.
 * @returns false where it is there already
 */
export async function writeOwn(session: Session, { json, links, into, alone }: Written): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    const job = await stageByHand(session, json, links);
    try {
      // A correction and a mark are meant, whatever is known: they may say again what was once said.
      const plan =
        links === undefined ? planOwnImport(session, job, into) : session.storage.plan(job, { digests: [] }, { into });
      return (await commitOwnImport(session, job, await plan, alone)).length > 0;
    } catch (error) {
      if (tries > 2 || !isSalusError(error, 'plan-outdated')) throw error;
    }
  }
}

/**
 * Adds what the person typed, or corrects an item of theirs by it.
 * @param json a FHIR resource
 * @param replaces id of the item that it corrects
 * @returns false where it is in the record already
 * @throws SalusError `not-found` for an item that is not there; `bad-request` for one that somebody else wrote
 */
export async function saveByHand(session: Session, json: string, replaces?: string): Promise<boolean> {
  if (replaces === undefined) return writeOwn(session, { json });
  const item = await newestVersion(session, await ownItem(session, replaces));
  if (item.author.toLowerCase() !== session.address.toLowerCase()) {
    throw new SalusError('bad-request', 'Somebody else wrote this. Add a note to it, or dispute it.');
  }
  return writeOwn(session, { json, links: { replaces: item.id } });
}

/** @throws SalusError `not-found` */
export async function ownItem(session: Session, id: string): Promise<RecordItem> {
  const item = await itemOf(session, session.address, id);
  if (item === undefined) throw new SalusError('not-found', 'There is no such record.');
  return item;
}

/** A resource of the own record as it was recorded, to be corrected. */
export async function recordedText(session: Session, id: string): Promise<string> {
  return new TextDecoder().decode((await readRecord(session, session.address, id)).bytes);
}
