import { PURPOSE_BITS, type Purpose } from '../core/consent/purposes.ts';
import { isSalusError } from '../core/errors.ts';
import type { Session } from '../core/wallet/session.ts';
import { readableFolders, type Use } from '../core/wallet/sharing.ts';

/** How long the registry's word on whose a site is is not asked for again. */
const KEPT_MS = 60_000;
/** Sites that are remembered. */
const MOST_KEPT = 1_000;

/**
 * What a site may read: what patients let this account read for the purpose that it names, by consents that were given through it or
 * through another site of its hospital. A site that is connected sees no more of a provider's patients than that.
 */
export class SiteUse {
  readonly #hospitals = new Map<string, { readonly hospital: string | undefined; readonly asked: number }>();

  async of(session: Session, origin: string, purpose: Purpose): Promise<Use> {
    const bit = PURPOSE_BITS[purpose];
    const given = await readableFolders(session, { purpose: bit });
    const others = [...new Set(given.map(({ site }) => site))].filter((site) => site !== origin);
    const sites = new Set([origin, ...(await this.#ofSameHospital(session, origin, others))]);
    return { purpose: bit, through: (site) => sites.has(site) };
  }

  async #ofSameHospital(session: Session, origin: string, others: readonly string[]): Promise<string[]> {
    if (others.length === 0) return [];
    const hospital = await this.#hospitalOf(session, origin);
    if (hospital === undefined) return [];
    const theirs = await Promise.all(others.map((site) => this.#hospitalOf(session, site)));
    return others.filter((_, i) => theirs[i] === hospital);
  }

  /** Whose a site is; nobody's while no node says so. */
  async #hospitalOf({ client, now }: Session, site: string): Promise<string | undefined> {
    const name = `${client.network.registry}/${site}`;
    const known = this.#hospitals.get(name);
    if (known !== undefined && now() - known.asked < KEPT_MS) return known.hospital;
    const hospital = await client.hospitalOf(site).catch((error: unknown) => {
      if (isSalusError(error)) return undefined;
      throw error;
    });
    if (this.#hospitals.size >= MOST_KEPT) this.#hospitals.clear();
    this.#hospitals.set(name, { hospital: hospital?.address, asked: now() });
    return hospital?.address;
  }
}
