import type { ActivityEvent } from '../../core/wallet/activity.ts';
import { visible } from '../../core/signing/visible.ts';
import type { FolderKind } from '../../core/records/sections.ts';
import { list, number, shortAddress } from './format.ts';
import { keyOf, lookUp, sectionName, t } from './text.ts';

/** A name that a site gave is never shown as if it were known. @param named the person's own word for them */
export const nameOf = (given: string | undefined, address: string, named = false): string =>
  given === undefined ? shortAddress(address) : named ? visible(given) : t('app.siteName', [given]);

const namesOf = (sections: readonly FolderKind[]): string =>
  sections.length === 0 ? t('chain.sectionUnknown') : list([...new Set(sections)].map(sectionName));

/** What happened, in a sentence; of an opening Activity says more itself. */
export function eventLine(event: Exclude<ActivityEvent, { kind: 'opened' }>): string {
  if (event.kind === 'erased') return t('activity.erased');
  if (event.kind === 'reported') {
    const { who, whoName, named, section } = event;
    return t('activity.reported', [nameOf(whoName, who, named), namesOf(section === undefined ? [] : [section])]);
  }
  if (event.kind === 'added') {
    const { own, author, authorName, count, section } = event;
    const what = t('home.items', count, [number(count)]);
    return own
      ? t('activity.addedYou', [what, sectionName(section)])
      : t('activity.addedOther', [nameOf(authorName, author), what, sectionName(section)]);
  }
  if (event.kind === 'chain') {
    const { what, who, whoName, sections } = event;
    const values = [...(who === undefined ? [] : [nameOf(whoName, who)]), namesOf(sections)];
    return lookUp(`chain.w_${what.replaceAll('-', '_')}`, values);
  }
  if (event.kind === 'emergency') {
    return t('activity.emergency', [nameOf(event.whoName, event.who), namesOf(event.sections)]);
  }
  if (event.kind === 'shared' && event.by !== undefined) {
    const { by, byName, recipient, recipientName } = event;
    return t('activity.sharedBy', [
      nameOf(byName, by, true),
      namesOf(event.sections),
      nameOf(recipientName, recipient),
    ]);
  }
  const { kind, sections, recipientName, recipient } = event;
  return t(kind === 'shared' ? 'activity.shared' : 'activity.ended', [
    namesOf(sections),
    nameOf(recipientName, recipient, event.named),
  ]);
}

/** What of it is explained alike. */
type Explained =
  'added' | 'shared' | 'ended' | 'erased' | 'keys' | 'joined' | 'requested' | 'emergency' | 'ordered' | 'reported';

const EXPLAINED: Readonly<Record<Extract<ActivityEvent, { kind: 'chain' }>['what'], Explained>> = {
  joined: 'joined',
  key: 'joined',
  profile: 'joined',
  keys: 'keys',
  'locked-anew': 'keys',
  withdrawn: 'erased',
  gone: 'added',
  beside: 'added',
  picked: 'shared',
  unread: 'added',
  requested: 'requested',
  ordered: 'ordered',
  'carried-out': 'ordered',
  'order-cancelled': 'ordered',
  'order-placed': 'ordered',
  'emergency-on': 'emergency',
  'emergency-off': 'emergency',
};

/** What was written on the chain, what was not, who sees it, and how it could be undone: heading and words of each. */
export function explanationOf(
  event: Exclude<ActivityEvent, { kind: 'opened' }>,
): readonly (readonly [heading: string, said: string])[] {
  const of = event.kind === 'chain' ? EXPLAINED[event.what] : event.kind;
  const isOfTwo =
    event.kind === 'shared' ||
    event.kind === 'ended' ||
    event.kind === 'emergency' ||
    event.kind === 'reported' ||
    (event.kind === 'added' && !event.own) ||
    (event.kind === 'chain' && event.who !== undefined);
  return [
    [t('chain.h_written'), lookUp(`chain.x_${keyOf(of)}`)],
    [t('chain.h_not'), t('chain.not')],
    [t('chain.h_sees'), t(isOfTwo ? 'chain.seesTwo' : 'chain.sees')],
    [t('chain.h_undo'), lookUp(`chain.u_${keyOf(of)}`)],
  ];
}
