import type { CDPSession, Page } from '@playwright/test';

interface Options {
  /** Whether it has secrets to open things with (WebAuthn `prf`). */
  readonly prf?: boolean;
  /** Whether whoever touches it is its person. */
  readonly verified?: boolean;
}

/** A device that knows its person by a finger, as the browser sees it: one that is not there. */
export class Authenticator {
  readonly #cdp: CDPSession;
  readonly #id: string;

  private constructor(cdp: CDPSession, id: string) {
    this.#cdp = cdp;
    this.#id = id;
  }

  /** @param page the one it can be asked from */
  static async beside(page: Page, { prf = true, verified = true }: Options = {}): Promise<Authenticator> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        hasPrf: prf,
        isUserVerified: verified,
        automaticPresenceSimulation: true,
      },
    });
    return new Authenticator(cdp, authenticatorId);
  }

  /** How many passkeys it holds. */
  async holds(): Promise<number> {
    const { credentials } = await this.#cdp.send('WebAuthn.getCredentials', { authenticatorId: this.#id });
    return credentials.length;
  }

  /** Its passkeys are removed elsewhere, as in the settings of the computer. */
  async forgetAll(): Promise<void> {
    await this.#cdp.send('WebAuthn.clearCredentials', { authenticatorId: this.#id });
  }

  /** Takes it away, with all that it holds. */
  async leave(): Promise<void> {
    await this.#cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id });
  }
}
