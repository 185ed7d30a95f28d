import type { ImportPlan } from './importer.ts';

/** Which other item a new one is about: the earlier version that it corrects, or what it says something of. */
export interface ItemLinks {
  readonly replaces?: string;
  readonly about?: string;
}

/** The same plan, each item of which says what it is about. */
export function withLinks(plan: ImportPlan, links: ItemLinks): ImportPlan {
  if (Object.keys(links).length === 0) return plan;
  const linked = [...plan.items].map(
    ([section, items]) => [section, items.map((item) => ({ ...item, ...links }))] as const,
  );
  return { ...plan, items: new Map(linked) };
}
