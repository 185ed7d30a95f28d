import type { Exported } from '../import/reader.ts';
import type { SealTarget } from '../wallet/ports.ts';
import type { ImportPlan } from './import-plan.ts';
import { isPrivate, markKindOf } from './marks.ts';
import { splitItems, type NewItem } from './seal-entry.ts';

/** What of a plan is sealed. */
export type Sealable = Pick<ImportPlan, 'items' | 'exported'>;

/** Seals one entry. @returns its id */
type SealOne = (target: SealTarget, items: readonly NewItem[]) => Promise<string>;

/**
 * Seals everything of a plan, entry by entry. What corrects another item of the same plan, or says something of it, comes after that
 * one and is linked to what it is now; what hides an item is for the patient alone, as it was.
 */
export async function sealPlan(plan: Sealable, targets: readonly SealTarget[], seal: SealOne): Promise<void> {
  /** Ids that items have now, by those that they had in the record that was taken out. */
  const now = new Map<string, string>();
  for (const wave of wavesOf(plan)) {
    for (const target of targets) {
      const items = (plan.items.get(target.section) ?? []).filter((item) => wave.has(item));
      const alone = new Set(items.filter((item) => isAlone(item, plan.exported.get(item))));
      const shared = items.filter((item) => !alone.has(item));
      const { under, ...closed } = target;
      void under;
      await sealAll(shared, target);
      await sealAll([...alone], closed);
    }
  }

  async function sealAll(items: readonly NewItem[], target: SealTarget): Promise<void> {
    const was = new Map<NewItem, string>();
    const linked = items.map((item) => {
      const exported = plan.exported.get(item);
      const next = exported === undefined ? item : withLinks(item, exported, now);
      if (exported !== undefined) was.set(next, exported.id);
      return next;
    });
    for (const part of splitItems(linked)) {
      const entry = await seal(target, part);
      for (const [position, item] of part.entries()) {
        const id = was.get(item);
        if (id !== undefined) now.set(id, `${entry}/${position}`);
      }
    }
  }
}

function withLinks(item: NewItem, exported: Exported, now: ReadonlyMap<string, string>): NewItem {
  const replaces = exported.replaces === undefined ? undefined : now.get(exported.replaces);
  const about = exported.about === undefined ? undefined : now.get(exported.about);
  if (replaces === undefined && about === undefined) return item;
  return { ...item, ...(replaces !== undefined && { replaces }), ...(about !== undefined && { about }) };
}

function isAlone({ type, code }: NewItem, exported: Exported | undefined): boolean {
  const me = { author: '', patient: '' };
  const kind = markKindOf({ type, code, about: exported?.about, ...me });
  return kind !== undefined && isPrivate(kind);
}

/** Items by how many others must be sealed before them. In a circle, whoever is met first is taken to be about nothing. */
function wavesOf({ items, exported }: Sealable): Set<NewItem>[] {
  const all = [...items.values()].flat();
  if (exported.size === 0) return [new Set(all)];
  const byId = new Map([...exported].map(([item, { id }]) => [id, item]));
  const depths = new Map<NewItem, number>();
  for (const item of all) depthOf(item);
  const waves: Set<NewItem>[] = [];
  for (const [item, depth] of depths) (waves[depth] ??= new Set()).add(item);
  return Array.from(waves, (wave) => wave ?? new Set());

  /** Without recursion: corrections of corrections may be many. */
  function depthOf(start: NewItem): void {
    const path: NewItem[] = [];
    const onPath = new Set<NewItem>();
    let at: NewItem | undefined = start;
    while (at !== undefined && !depths.has(at) && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      const { replaces, about } = exported.get(at) ?? {};
      at = byId.get(replaces ?? about ?? '');
    }
    let depth = at === undefined || !depths.has(at) ? 0 : (depths.get(at) ?? 0) + 1;
    for (const item of path.toReversed()) depths.set(item, depth++);
  }
}
