import { wallet } from '../../adapters/messaging/ui-client.ts';
import { random, toHex, type Bytes } from '../../core/bytes.ts';
import { FHIR_JSON } from '../../core/fhir/media-type.ts';
import type { Deidentified } from '../../core/deident/deidentify.ts';
import { deidentified, writeResearch, type ResearchSource } from '../../core/deident/write-research.ts';
import type { Section } from '../../core/records/sections.ts';
import { listedIn, openEach } from './chosen-items.ts';
import type { FileTarget } from './file-target.ts';
import { untilStopped } from './take-out.ts';

/** More is no record of one person. */
const MOST_LISTED = 200_000;
const ID_BYTES = 16;

export interface ResearchWish {
  readonly own: string;
  readonly sections: readonly Section[];
  readonly signal: AbortSignal;
  readonly onProgress: (read: number, all: number) => void;
}
/** What would leave, and of how many items. */
export interface Looked {
  readonly found: Deidentified;
  readonly items: number;
  readonly year: number;
}

/**
 * Reads what was chosen and takes out what says whose it is. Nothing leaves by it. What the person hid or corrected is not read.
 * @throws SalusError `taking-out-stopped`, `vault-locked`, `too-large`, `out-too-large`
 */
async function look({ own, sections, signal, onProgress }: ResearchWish): Promise<Looked> {
  const days = await untilStopped(wallet.researchShift(own), signal);
  const listed = await untilStopped(listedIn(sections, MOST_LISTED), signal);
  const year = new Date().getFullYear();
  async function* source(): ResearchSource {
    for await (const { item, resource } of openEach(own, listed, signal)) {
      const { source: from, fullUrl, mediaType } = item;
      if (resource !== undefined) yield { resource, source: from, fullUrl };
      else yield { left: mediaType === FHIR_JSON ? 'unread' : 'file' };
    }
  }
  const onRead = (read: number) => onProgress(read, listed.length);
  return { found: await deidentified(source(), { days, year, signal, onRead }), items: listed.length, year };
}

export interface ResearchGift {
  readonly own: string;
  readonly sections: readonly Section[];
  readonly forWhom: string;
  readonly whatFor: string;
  readonly signal: AbortSignal;
}

/**
 * Writes what was looked at into a file, and remembers that it left. Where that fails, nothing of the file is kept.
 * @throws SalusError `taking-out-stopped`, `vault-locked`, `storage-full`
 */
async function save(target: FileTarget, { found, year }: Looked, gift: ResearchGift): Promise<void> {
  const { own, sections, forWhom, whatFor, signal } = gift;
  const id = toHex(random(ID_BYTES));
  try {
    const items = found.resources.length;
    await wallet.beginResearch(own, { id, forWhom, whatFor, sections: [...sections], items });
    const sink = { write: (bytes: Bytes) => untilStopped(target.write(bytes), signal) };
    await writeResearch(found, sink, { year, signal });
    // Still the same record, and still unlocked: else nobody asked for this file any more.
    await wallet.researchShift(own);
    signal.throwIfAborted();
    await target.finish();
  } catch (error) {
    await target.abandon();
    // Behind a lock it stays in the list, as something that may have left.
    await wallet.forgetResearch(id).catch(() => undefined);
    throw error;
  }
}

/** Loaded when a file for research is made: most people never need it. */
const library = { look, save };
export default library;
