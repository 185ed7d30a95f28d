import { PURPOSE_BITS, type Purpose } from '../core/consent/purposes.ts';
import { BY_PATIENT } from '../core/consent/receipt.ts';
import { isSalusError } from '../core/errors.ts';
import { knownMember } from '../core/wallet/records.ts';
import type { Session } from '../core/wallet/session.ts';
import type { Use } from '../core/wallet/sharing.ts';

/** How long the registry's word on whose a site is is not asked for again. */
const KEPT_MS = 60_000;
/** Sites that are remembered. */
const MOST_KEPT = 1_000;

/**
 * What a site may read: what patients let this account read for the purpose that it names, by consents that were given through it or
 * through another site of its hospital, or that patients began themselves with somebody of that hospital. A site that is connected sees no more of a provider's patients than that.
 */
export class SiteUse {
  readonly #hospitals = new Map<string, { readonly hospital: Promise<string | undefined>; readonly asked: number }>();

  of(session: Session, origin: string, purpose: Purpose): Use {
    const through = async (site: string): Promise<boolean> => {
      if (site === origin) return true;
      const hospital = await this.#hospitalOf(session, origin);
      if (hospital === undefined) return false;
      return hospital === (await (site === BY_PATIENT ? voucherOf(session) : this.#hospitalOf(session, site)));
    };
    return { purpose: PURPOSE_BITS[purpose], through };
  }

  /** Whose a site is; nobody's while no node says so. */
  #hospitalOf({ client, now }: Session, site: string): Promise<string | undefined> {
    const name = `${client.network.registry}/${site}`;
    const known = this.#hospitals.get(name);
    if (known !== undefined && now() - known.asked < KEPT_MS) return known.hospital;
    const hospital = client.hospitalOf(site).then(
      (member) => member?.address,
      (error: unknown) => {
        if (isSalusError(error)) return undefined;
        throw error;
      },
    );
    if (this.#hospitals.size >= MOST_KEPT) this.#hospitals.clear();
    this.#hospitals.set(name, { hospital, asked: now() });
    return hospital;
  }
}

/** Who vouches for this account: where a patient began a share, it is that hospital's site that may use it. */
const voucherOf = async (session: Session): Promise<string> =>
  (await knownMember(session, session.client, session.address)).enroller;
