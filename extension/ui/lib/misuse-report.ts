import type { EmergencyView } from '../../core/wallet/emergency.ts';
import { list, moment, number, shortAddress } from './format.ts';
import type { MemberTold } from './members.ts';
import { lookUp, sectionName, t } from './text.ts';

interface About {
  readonly opened: EmergencyView;
  readonly who: MemberTold;
  /** Account of the patient. */
  readonly own: string;
  readonly network: {
    readonly name: string;
    readonly chainId: number;
    readonly registry: string;
    readonly custody?: { readonly keepers: readonly { readonly account: string; readonly operator: string }[] };
  };
}

/** What was said of an opening by the doctor, in words. */
export const reasonText = ({ reason }: Pick<EmergencyView, 'reason'>): string =>
  reason === undefined ? t('emergency.reasonNone') : t('emergency.reason', [lookUp(`emergency.r_${reason}`)]);

/** From when until when it holds, or held; when it was ended before its time is not kept. */
export function timeText({ at, until, live }: EmergencyView): string {
  if (!live && until > Date.now() / 1000) return at === undefined ? '' : t('emergency.early', [moment(at)]);
  return at === undefined
    ? t('emergency.untilOnly', [moment(until)])
    : t('emergency.until', [moment(at), moment(until)]);
}

/** What keepers wrote down, one line for each opening. */
export const linesText = ({ lines }: EmergencyView): string[] =>
  lines.map(({ at, count, section, refused }) => {
    const what = refused ? t('activity.refusedBadge') : t('home.items', count, [number(count)]);
    return t('emergency.line', [moment(at), what, section === undefined ? '' : sectionName(section)]);
  });

/** A text that a patient gives to whoever can look into it: who, when, what was opened, and where that is written down. */
export function misuseReport({ opened, who, own, network }: About): string {
  const { vouchedBy: by } = who.trust;
  const operatorOf = (account: string) =>
    network.custody?.keepers.find((keeper) => keeper.account === account.toLowerCase())?.operator ?? account;
  const keepers = [...new Set(opened.lines.flatMap((line) => line.keepers))].map(operatorOf);
  return [
    t('emergency.reportTitle'),
    '',
    t('emergency.reportNetwork', [`${network.name} (${network.chainId}, ${network.registry})`]),
    t('emergency.reportPatient', [own]),
    t('emergency.reportDoctor', [`${opened.who} (${who.called})`]),
    ...(by ? [t('emergency.reportBy', [`${by.name ?? shortAddress(by.address)}, ${by.address}`])] : []),
    timeText(opened),
    reasonText(opened),
    t('emergency.sections', [list([...new Set(opened.sections)].map(sectionName))]),
    t('emergency.reportTransaction', [opened.transaction]),
    t('emergency.reportBlock', [String(opened.block)]),
    '',
    ...(opened.lines.length === 0
      ? [t('emergency.linesNone')]
      : [t('emergency.lines', opened.lines.length), ...linesText(opened)]),
    ...(keepers.length === 0 ? [] : [t('emergency.reportKeepers', [list(keepers)])]),
    '',
  ].join('\n');
}
