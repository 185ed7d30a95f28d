import { itemReading, wallet } from '../../adapters/messaging/ui-client.ts';
import { concat, fromUtf8, type Bytes } from '../../core/bytes.ts';
import type { RecordItem } from '../../core/catalogue/model.ts';
import { SalusError } from '../../core/errors.ts';
import { parseLossless } from '../../core/fhir/lossless.ts';
import { FHIR_JSON } from '../../core/fhir/media-type.ts';
import { isResource, type Resource } from '../../core/fhir/resource.ts';
import type { Section } from '../../core/records/sections.ts';
import type { SummaryItem } from '../../core/summary/patient-summary.ts';
import { untilStopped } from './take-out.ts';

/** More are no summary. */
const MOST_ITEMS = 2_000;

const tooMuch = () => new SalusError('too-large', 'This is too much for one summary.', { summary: 1 });

/** What is listed in some sections. @throws SalusError `too-large` */
export async function listedIn(sections: readonly Section[], most = MOST_ITEMS): Promise<RecordItem[]> {
  const found: RecordItem[] = [];
  for (const section of sections) {
    let before: string | undefined;
    do {
      const { items, next } = await wallet.records({ section }, before);
      found.push(...items);
      if (found.length > most) throw tooMuch();
      before = next;
    } while (before !== undefined);
  }
  return found;
}

/** An item that was opened, or why it was not: it is a file, or does not open now. */
export interface Opened {
  readonly item: RecordItem;
  readonly resource?: Resource;
}

/**
 * Opens items of the own record, one entry after the other; each comes once.
 * @throws SalusError `taking-out-stopped` where another account is in use, `vault-locked`; the reason of the signal
 */
export async function* openEach(
  own: string,
  items: readonly RecordItem[],
  signal = new AbortController().signal,
): AsyncGenerator<Opened> {
  const reading = await itemReading();
  const byEntry = Map.groupBy(items, ({ id }) => id.split('/')[0] ?? '');
  for (const [entry, wanted] of byEntry) {
    const left = new Map(wanted.map((item) => [Number(item.id.split('/')[1]), item]));
    const { ticket } = (await untilStopped(wallet.outEntry(own, entry), signal)) ?? {};
    if (ticket !== undefined) {
      const next = () => untilStopped(reading.nextParts(ticket), signal);
      const parts = new Map<number, Bytes[]>();
      try {
        for (let some = await next(); some.length > 0; some = await next()) {
          for (const { position, bytes, done } of some) {
            const item = left.get(position);
            if (item?.mediaType !== FHIR_JSON || bytes === undefined) continue;
            const so = [...(parts.get(position) ?? []), bytes];
            parts.set(position, so);
            if (!done) continue;
            parts.delete(position);
            left.delete(position);
            yield { item, ...resourceIn(concat(...so)) };
          }
        }
      } finally {
        await reading.closeItems(ticket).catch(() => undefined); // it closes by itself
      }
    }
    for (const item of left.values()) yield { item };
  }
}

/** What its author called a resource may be none. */
function resourceIn(bytes: Bytes): { resource?: Resource } {
  try {
    const resource = parseLossless(fromUtf8(bytes));
    return isResource(resource) ? { resource } : {};
  } catch {
    return {};
  }
}

/** Opens items of the own record, as {@link openEach}. Files, and what cannot be opened now, are not among what it gives. */
export async function openItems(own: string, items: readonly RecordItem[]): Promise<SummaryItem[]> {
  const opened: SummaryItem[] = [];
  for await (const { item, resource } of openEach(own, items)) {
    const { section, title, fullUrl } = item;
    if (resource !== undefined) opened.push({ section, title, fullUrl, resource });
  }
  return opened;
}
