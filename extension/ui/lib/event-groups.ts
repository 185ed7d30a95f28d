import type { ActivityEvent } from '../../core/wallet/activity.ts';

type OnChain = Exclude<ActivityEvent, { kind: 'opened' }>;
type Lines = readonly [OnChain, ...OnChain[]];

/** Whether two things are one that was done: by one transaction, of one kind, by or for the same. */
function isSame(a: OnChain, b: OnChain): boolean {
  if (a.transaction !== b.transaction || a.block !== b.block || a.kind !== b.kind) return false;
  if (a.kind === 'added') return b.kind === 'added' && a.author === b.author;
  if (a.kind === 'chain') return b.kind === 'chain' && a.what === b.what && a.who === b.who;
  return true;
}

/** Of a key that is kept for many sections, one line that has all of them. */
function joined(a: OnChain, b: OnChain): OnChain | undefined {
  if (a.kind !== 'chain' || b.kind !== 'chain') return undefined;
  return { ...a, sections: [...new Set([...a.sections, ...b.sections])] };
}

/** What happened in one go is shown in one place. @param events the newest first; openings are left out */
export function together(events: readonly ActivityEvent[]): readonly Lines[] {
  const groups: Lines[] = [];
  for (const event of events) {
    if (event.kind === 'opened') continue;
    const group = groups.at(-1);
    if (group === undefined || !isSame(group[0], event)) {
      groups.push([event]);
      continue;
    }
    const one = joined(group[0], event);
    groups[groups.length - 1] = one ? [one] : [...group, event];
  }
  return groups;
}
