import { endHostAccess } from '../../adapters/browser/host-access.ts';

/** Access to hosts that the person gave for one fetch, and that is given back after it. */
export class HostLoan {
  readonly #origins = new Set<string>();

  take(origin: string): void {
    this.#origins.add(origin);
  }

  giveBack(): void {
    for (const origin of this.#origins) void endHostAccess(origin);
    this.#origins.clear();
  }
}
