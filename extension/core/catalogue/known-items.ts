import type { KnownVersion } from '../records/same.ts';
import { bucketName, versionsName, type RecordItem } from './model.ts';
import type { Draft } from './rows.ts';

const isLater = (one: KnownVersion, other: KnownVersion | undefined): boolean =>
  other === undefined || Date.parse(one.updated) >= Date.parse(other.updated);

/**
 * By what own items are known again when they come once more: digests of their bytes and of what they say, and, of what the patient
 * added, what others name it by. Kept in buckets: many are asked for at once.
 */
export class KnownItems {
  readonly #digests = new Set<string>();
  readonly #versions = new Map<string, KnownVersion>();

  add(items: readonly RecordItem[]): void {
    for (const { id, digest, essence, identity, updated, source, section, author, patient } of items) {
      this.#digests.add(digest);
      if (essence !== undefined) this.#digests.add(essence);
      // Only what the patient added is corrected by what the patient adds.
      if (identity === undefined || updated === undefined || author.toLowerCase() !== patient.toLowerCase()) continue;
      const version = { id, updated, section, ...(source !== undefined && { source }) };
      if (isLater(version, this.#versions.get(identity))) this.#versions.set(identity, version);
    }
  }

  /** Items that are there no more are not known again. */
  async forget(draft: Draft, items: readonly RecordItem[]): Promise<void> {
    await this.into(draft);
    const ids = new Set(items.map(({ id }) => id));
    const digests = new Set(items.flatMap(({ digest, essence }) => [digest, ...(essence ? [essence] : [])]));
    for (const [name, gone] of Map.groupBy(digests, bucketName)) {
      const before = (await draft.get<readonly string[]>(name)) ?? [];
      draft.put(
        name,
        before.filter((digest) => !gone.includes(digest)),
      );
    }
    const identities = items.flatMap(({ identity }) => (identity === undefined ? [] : [identity]));
    for (const name of new Set(identities.map(versionsName))) {
      const known = (await draft.get<Readonly<Record<string, KnownVersion>>>(name)) ?? {};
      draft.put(name, Object.fromEntries(Object.entries(known).filter(([, { id }]) => !ids.has(id))));
    }
  }

  /** Writes what was added. */
  async into(draft: Draft): Promise<void> {
    const byBucket = [...Map.groupBy(this.#digests, bucketName)];
    this.#digests.clear();
    const before = await draft.getAll<readonly string[]>(byBucket.map(([name]) => name));
    for (const [i, [name, digests]] of byBucket.entries()) {
      const all = new Set([...(before[i] ?? []), ...digests]);
      if (all.size > (before[i]?.length ?? 0)) draft.put(name, [...all]);
    }
    const versions = [...Map.groupBy(this.#versions, ([identity]) => versionsName(identity))];
    this.#versions.clear();
    for (const [name, some] of versions) {
      const known = (await draft.get<Readonly<Record<string, KnownVersion>>>(name)) ?? {};
      const later = some.filter(([identity, version]) => isLater(version, known[identity]));
      if (later.length > 0) draft.put(name, { ...known, ...Object.fromEntries(later) });
    }
  }
}
