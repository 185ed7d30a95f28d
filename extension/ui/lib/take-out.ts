import { itemReading, wallet } from '../../adapters/messaging/ui-client.ts';
import type { Bytes } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { FILES } from '../../core/export/manifest.ts';
import {
  writeExport,
  type ExportProgress,
  type ExportReport,
  type ExportSource,
} from '../../core/export/write-export.ts';
import type { Section } from '../../core/records/sections.ts';
import { visible } from '../../core/signing/visible.ts';
import { OUT_LISTS } from '../../core/wallet/take-out.ts';
import { chainInUse } from './chain.ts';
import type { FileTarget } from './file-target.ts';
import { moment, number, shortAddress } from './format.ts';
import { errorText, sectionName, t } from './text.ts';

/** Longest that one answer of the storage host may take: it fetches what is not here, from one place after the other. */
const ANSWER_MS = 180_000;

export interface TakeOut {
  /** Whose record it is. */
  readonly own: string;
  readonly sections: readonly Section[];
  readonly forWhom: string;
  readonly made: Date;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExportProgress) => void;
}

const stopped = () => new SalusError('taking-out-stopped', 'This was stopped.');
/** What stops it where a person does, or the page goes. */
export const STOPPED: SalusError = stopped();

/**
 * Writes the record into a file. Where that fails, nothing of the file is kept.
 * @throws SalusError `taking-out-stopped`, `vault-locked`, `storage-full`, `out-too-large`
 */
export async function takeOut(target: FileTarget, wanted: TakeOut): Promise<ExportReport> {
  const { own, sections, made, signal, onProgress } = wanted;
  const forWhom = wanted.forWhom.trim().slice(0, 200);
  const sink = { write: (bytes: Bytes) => untilStopped(target.write(bytes), signal) };
  try {
    const report = await writeExport(await recordOf(own, signal), sink, {
      account: own,
      chainId: await chainInUse(),
      ...(forWhom !== '' && { forWhom }),
      ...{ sections, made, signal, onProgress },
      readme: (so) => readme(so, wanted),
    });
    // Still the same record, and still unlocked: else nobody asked for this file any more.
    await wallet.outPage(own, 'bad');
    signal.throwIfAborted();
    await target.finish();
    return report;
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/** The record of the account in use, as long as it is that of `own`. */
async function recordOf(own: string, signal: AbortSignal): Promise<ExportSource> {
  const reading = await itemReading();
  return {
    async *ids() {
      for (const list of OUT_LISTS) {
        let before: string | undefined;
        do {
          const { items, next } = await wallet.outPage(own, list, before);
          yield* items;
          before = next;
        } while (before !== undefined);
      }
    },
    entry: (id) => wallet.outEntry(own, id),
    parts: (ticket) => withEnd(untilStopped(reading.nextParts(ticket), signal)),
    close: (ticket) => reading.closeItems(ticket),
    consents: () => wallet.consents(),
    activity: (before) => wallet.activity(before),
  };
}

/** A disk or a host that is slow does not keep the person waiting who stops it. */
export async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let heard: () => void = () => undefined;
  const end = new Promise<never>((_, reject) => {
    heard = () => reject(STOPPED);
    signal.addEventListener('abort', heard);
  });
  signal.throwIfAborted();
  return Promise.race([work, end]).finally(() => signal.removeEventListener('abort', heard));
}

/** A host that is gone answers no more. */
function withEnd<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(stopped()), ANSWER_MS);
  });
  return Promise.race([answer, end]).finally(() => clearTimeout(timer));
}

/** What a person reads first, in the language of whoever made the file. */
function readme(
  { items, originals, left }: ExportReport,
  { own, forWhom, made }: Pick<TakeOut, 'own' | 'forWhom' | 'made'>,
): string {
  const paragraphs = [
    t('takeOut.readme.title'),
    [
      t('takeOut.readme.made', [moment(made.valueOf() / 1_000), shortAddress(own)]),
      ...(forWhom.trim() === '' ? [] : [t('takeOut.readme.for', [forWhom.trim()])]),
      t('takeOut.readme.open'),
    ].join('\r\n'),
    [
      t('takeOut.items', items, [number(items)]),
      ...(originals > 0 ? [t('takeOut.originals', originals, [number(originals)])] : []),
    ].join(' '),
    [
      t('takeOut.readme.records', [`${FILES.lines}, ${FILES.bundle}`]),
      t('takeOut.readme.files'),
      t('takeOut.readme.logs'),
      t('takeOut.readme.manifest'),
    ].join('\r\n'),
    t('takeOut.readme.back'),
    ...(left.length === 0
      ? []
      : [[t('takeOut.left', left.length, [number(left.length)]), ...left.map(leftText)].join('\r\n')]),
  ];
  // What keeps numbers and names apart on a screen is of no use in a plain text.
  return `${paragraphs.join('\r\n\r\n').replaceAll(/[\u2066-\u2069]/g, '')}\r\n`;
}

/** What could not be taken out, and why. */
export function leftText({ section, title, type, code }: ExportReport['left'][number]): string {
  const what = [...(section ? [sectionName(section)] : []), visible(title ?? type ?? '')].filter((part) => part !== '');
  return `${what.join(', ')}: ${errorText(new SalusError(code as SalusError['code'], ''))}`;
}
