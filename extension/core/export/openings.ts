import type { Page } from '../catalogue/sorted-list.ts';
import { purposesIn } from '../consent/purposes.ts';
import type { ActivityEvent } from '../wallet/activity.ts';
import { ACT_REASON, didIdentifier, instantOf } from './did.ts';

type Opened = Extract<ActivityEvent, { kind: 'opened' }>;
/** One page of what happened. @param before as the page before gave it in `next` */
export type ActivityPages = (before?: string) => Promise<Page<ActivityEvent>>;

const AUDIT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
/** AuditEvent.outcome: a success, or a minor failure. */
const [SUCCESS, REFUSED] = ['0', '4'];
const COLUMNS = ['time', 'who', 'name', 'outcome', 'section', 'items', 'purposes', 'keepers'];

/** Every opening of a record that keepers wrote down, the newest first. */
export async function* openingsOf(pages: ActivityPages): AsyncGenerator<Opened> {
  let before: string | undefined;
  do {
    const { items, next } = await pages(before);
    for (const event of items) if (event.kind === 'opened') yield event;
    before = next;
  } while (before !== undefined);
}

/**
 * The same as a file, to be handed on.
 * @param form `fhir`: a Bundle of AuditEvent (R4) as JSON; `csv`: RFC 4180, with a line of names
 */
export async function openingsFile(
  pages: ActivityPages,
  { patient, chainId }: { readonly patient: string; readonly chainId: number },
  form: 'fhir' | 'csv',
): Promise<string> {
  const opened: Opened[] = [];
  for await (const event of openingsOf(pages)) opened.push(event);
  if (form === 'csv') return csvOf([COLUMNS, ...opened.map(rowOf)]);
  const entry = opened.map((event) => ({ resource: auditEvent(event, patient, chainId) }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }, undefined, 2);
}

/** One opening as FHIR R4 has it. */
export function auditEvent(event: Opened, patient: string, chainId: number) {
  return {
    resourceType: 'AuditEvent',
    type: { system: AUDIT_TYPE, code: 'rest' },
    action: 'R',
    recorded: instantOf(event.at ?? 0),
    outcome: event.refused ? REFUSED : SUCCESS,
    purposeOfEvent: purposesIn(event.purpose).map((code) => ({ coding: [{ system: ACT_REASON, code }] })),
    agent: [
      {
        who: { identifier: didIdentifier(chainId, event.who), ...(event.whoName && { display: event.whoName }) },
        requestor: true,
      },
    ],
    source: { observer: { display: `written down by ${event.keepers} of those who keep the keys` } },
    entity: [
      {
        what: { identifier: didIdentifier(chainId, patient) },
        name: event.section ?? 'unknown section',
        description: `${event.count} items`,
      },
    ],
  };
}

const rowOf = (event: Opened): string[] => [
  instantOf(event.at ?? 0),
  event.who,
  event.whoName ?? '',
  event.refused ? 'refused' : 'opened',
  event.section ?? '',
  String(event.count),
  purposesIn(event.purpose).join(' '),
  String(event.keepers),
];

const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');

/** A name that a site gave must not be taken for a formula by the program that opens the file. */
function cellOf(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
