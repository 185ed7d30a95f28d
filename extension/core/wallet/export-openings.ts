import { purposesIn } from '../consent/purposes.ts';
import { activity, type ActivityEvent } from './activity.ts';
import type { Session } from './session.ts';

type Opened = Extract<ActivityEvent, { kind: 'opened' }>;

const AUDIT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
/** AuditEvent.outcome: a success, or a minor failure. */
const [SUCCESS, REFUSED] = ['0', '4'];
const COLUMNS = ['time', 'who', 'name', 'outcome', 'section', 'items', 'purposes', 'keepers'];

/**
 * Every opening of this account's record that keepers wrote down, the newest first, to be handed on.
 * @param form `fhir`: a Bundle of AuditEvent (R4) as JSON; `csv`: RFC 4180, with a line of names
 */
export async function exportOpenings(session: Session, form: 'fhir' | 'csv'): Promise<string> {
  const opened: Opened[] = [];
  let before: string | undefined;
  do {
    const { items, next } = await activity(session, { before, limit: 200 });
    for (const event of items) if (event.kind === 'opened') opened.push(event);
    before = next;
  } while (before !== undefined);
  if (form === 'csv') return csvOf([COLUMNS, ...opened.map(rowOf)]);
  const { chainId } = session.network;
  const entry = opened.map((event) => ({ resource: auditEvent(event, session.address, chainId) }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }, undefined, 2);
}

const timeOf = ({ at = 0 }: Opened): string => new Date(at * 1_000).toISOString();

/** An account as a decentralised identifier (CAIP-10, did:pkh). */
const didOf = (chainId: number, account: string): string => `did:pkh:eip155:${chainId}:${account}`;

function auditEvent(event: Opened, patient: string, chainId: number) {
  const identifier = (account: string) => ({ system: 'urn:ietf:rfc:3986', value: didOf(chainId, account) });
  return {
    resourceType: 'AuditEvent',
    type: { system: AUDIT_TYPE, code: 'rest' },
    action: 'R',
    recorded: timeOf(event),
    outcome: event.refused ? REFUSED : SUCCESS,
    purposeOfEvent: purposesIn(event.purpose).map((code) => ({ coding: [{ system: ACT_REASON, code }] })),
    agent: [
      {
        who: { identifier: identifier(event.who), ...(event.whoName && { display: event.whoName }) },
        requestor: true,
      },
    ],
    source: { observer: { display: `written down by ${event.keepers} of those who keep the keys` } },
    entity: [
      {
        what: { identifier: identifier(patient) },
        name: event.section ?? 'unknown section',
        description: `${event.count} items`,
      },
    ],
  };
}

const rowOf = (event: Opened): string[] => [
  timeOf(event),
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
