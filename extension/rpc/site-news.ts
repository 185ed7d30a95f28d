import type { Session } from '../core/wallet/session.ts';
import { ownConsents, readableFolders } from '../core/wallet/sharing.ts';
import { SiteUse } from './site-use.ts';

/** Tells every page of one origin. */
export type Notify = (origin: string, event: string, data: unknown) => Promise<void>;

/** Row with the consents that were given through connected sites and held when sites were last told: `<origin> <consent id>`. */
const HELD = 'site-consents';
const held = (origin: string, consentId: string): string => `${origin} ${consentId}`;

/**
 * What connected sites are told without having asked: that somebody else added to a record that they may list, and that a consent
 * which was given through them ended, by its own end too. What the chain is not known to have is told to nobody.
 */
export class SiteNews {
  readonly #use = new SiteUse();
  readonly #notify: Notify;
  /** What sites were told of consents since {@link tell}, by the acts themselves. */
  readonly #said = new Map<string, boolean>();

  /** @param notify by which all other parts tell sites too: what was said already is not said twice */
  constructor(notify: Notify) {
    this.#notify = notify;
  }

  readonly notify: Notify = async (origin, event, data) => {
    if (event === 'consentChanged') {
      const { consentId, live } = data as { consentId: string; live: boolean };
      this.#said.set(held(origin, consentId), live);
    }
    await this.#notify(origin, event, data);
  };

  /** To be called when what is known of the chain is new. @throws SalusError `vault-locked` */
  async tell(session: Session): Promise<void> {
    const { sites } = await session.state.read();
    const origins = sites.map(({ origin }) => origin);
    await this.#tellAdded(session, origins);
    await this.#tellEnded(session, origins);
  }

  async #tellAdded(session: Session, origins: readonly string[]): Promise<void> {
    for (const [patient, added] of Map.groupBy(session.catalogue.added.take(), (one) => one.patient)) {
      const grown = new Set(added.map(({ folder }) => folder));
      for (const origin of origins) {
        const { through } = this.#use.of(session, origin, 'TREAT');
        const readable = await readableFolders(session, { through }, patient);
        const sections = new Set(readable.filter(({ folder }) => grown.has(folder)).map(({ section }) => section));
        for (const section of sections) await this.#notify(origin, 'recordAdded', { patient, section });
      }
    }
  }

  async #tellEnded(session: Session, origins: readonly string[]): Promise<void> {
    const { rows } = session.catalogue;
    const before = (await rows.get<readonly string[]>(HELD)) ?? [];
    const now = (await ownConsents(session)).flatMap(({ consentId, receipt, live }) =>
      receipt !== undefined && live.length > 0 && origins.includes(receipt.origin)
        ? [held(receipt.origin, consentId)]
        : [],
    );
    const said = new Map(this.#said);
    const ended = [...new Set([...before, ...said.keys()])].filter((name) => !now.includes(name));
    if (now.length !== before.length || ended.length > 0) await rows.write(new Map([[HELD, now]]));
    for (const name of said.keys()) this.#said.delete(name);
    for (const name of ended) {
      const [origin = '', consentId = ''] = name.split(' ');
      if (said.get(name) === false || !origins.includes(origin)) continue;
      await this.#notify(origin, 'consentChanged', { consentId, live: false });
    }
  }
}
