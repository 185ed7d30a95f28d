import { itemReading, wallet } from '../../adapters/messaging/ui-client.ts';
import { concat, fromUtf8, type Bytes } from '../../core/bytes.ts';
import type { RecordItem } from '../../core/catalogue/model.ts';
import { SalusError } from '../../core/errors.ts';
import { parseLossless } from '../../core/fhir/lossless.ts';
import { FHIR_JSON } from '../../core/fhir/media-type.ts';
import { isResource } from '../../core/fhir/resource.ts';
import type { Section } from '../../core/records/sections.ts';
import type { SummaryItem } from '../../core/summary/patient-summary.ts';

/** More are no summary. */
const MOST_ITEMS = 2_000;

const tooMuch = () => new SalusError('too-large', 'This is too much for one summary.', { summary: 1 });

/** What is listed in some sections. @throws SalusError `too-large` */
export async function listedIn(sections: readonly Section[]): Promise<RecordItem[]> {
  const found: RecordItem[] = [];
  for (const section of sections) {
    let before: string | undefined;
    do {
      const { items, next } = await wallet.records({ section }, before);
      found.push(...items);
      if (found.length > MOST_ITEMS) throw tooMuch();
      before = next;
    } while (before !== undefined);
  }
  return found;
}

/**
 * Opens items of the own record. Files, and what cannot be opened now, are not among what it gives.
 * @throws SalusError `taking-out-stopped` where another account is in use, `vault-locked`
 */
export async function openItems(own: string, items: readonly RecordItem[]): Promise<SummaryItem[]> {
  const reading = await itemReading();
  const opened: SummaryItem[] = [];
  const byEntry = Map.groupBy(items, ({ id }) => id.split('/')[0] ?? '');
  for (const [entry, wanted] of byEntry) {
    const { ticket } = (await wallet.outEntry(own, entry)) ?? {};
    if (ticket === undefined) continue;
    const byPosition = new Map(wanted.map((item) => [Number(item.id.split('/')[1]), item]));
    const parts = new Map<number, Bytes[]>();
    try {
      for (let next = await reading.nextParts(ticket); next.length > 0; next = await reading.nextParts(ticket)) {
        for (const { position, bytes, done } of next) {
          const item = byPosition.get(position);
          if (item?.mediaType !== FHIR_JSON || bytes === undefined) continue;
          const so = [...(parts.get(position) ?? []), bytes];
          parts.set(position, so);
          if (done) opened.push(...itemOf(item, concat(...so)));
        }
      }
    } finally {
      await reading.closeItems(ticket).catch(() => undefined); // it closes by itself
    }
  }
  return opened;
}

function itemOf({ section, title, fullUrl }: RecordItem, bytes: Bytes): SummaryItem[] {
  const resource = parseLossless(fromUtf8(bytes));
  return isResource(resource) ? [{ section, title, fullUrl, resource }] : [];
}
