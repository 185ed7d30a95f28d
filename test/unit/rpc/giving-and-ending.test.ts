import { afterEach, describe, expect, it } from 'vitest';
import { isSalusError } from '../../../extension/core/errors.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { originHash } from '../../../extension/core/registry/client.ts';
import type { Remembered } from '../../../extension/core/wallet/sealed-state.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { answerFromRemembered } from '../../../extension/rpc/prompts/access.ts';
import type { PromptParts } from '../../../extension/rpc/prompts/kind.ts';
import type { AccessRequest } from '../../../extension/rpc/params/health.ts';
import { endForGood } from '../../../extension/rpc/site-permissions.ts';
import { Waits } from '../core/waits.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';

let waits: Waits | undefined;
afterEach(() => waits?.stop());

/** A wallet that lets a doctor read, and remembers that it need not be asked. */
async function scene() {
  const world = await walletWorld();
  const { evm, registry, session, doctor, prompts, approvals } = world;
  await registry(evm.who.hospital).getFunction('setOrigin').send(originHash(SITE), true);
  await world.connect(SITE);
  const request: AccessRequest = {
    purpose: 'TREAT',
    sections: ['allergies'],
    rights: ['read'],
    duration: 20_000,
    reason: 'For your visit',
    recipient: { address: doctor.address, name: 'Dr Amara Okafor' },
  };
  const parts = { storage: session.storage, notify: () => Promise.resolve() } as unknown as PromptParts;
  /** The person says yes in the prompt, and not to be asked again. */
  const sayYes = async () => {
    const asked = world.ask(SITE, 'health_requestAccess', request);
    asked.catch(() => undefined);
    const approval = await world.prompt();
    return {
      carryOut: async () => {
        const until = Math.floor(Date.now() / 1000) + 7_200;
        const result = await prompts.carryOut(approval, { sections: request.sections, until, remember: true });
        await approvals.settle(approval.id, { result });
        await asked;
      },
    };
  };
  const live = async () => (await ownConsents(session)).filter((c) => c.live.length > 0);
  const remembered = async () => (await session.state.read()).remembered;
  /** The person ends it; once more, where another one has taken its place meanwhile. */
  const end = async (): Promise<void> => {
    const [consent] = await live();
    if (consent === undefined) return;
    await endForGood(session, consent).catch((error: unknown) => {
      if (!isSalusError(error, 'not-found')) throw error;
      return end();
    });
  };
  /** The site asks again, and is answered without a prompt or not at all. */
  const askAgain = () => answerFromRemembered(parts, session, SITE, request);
  const change = (remembered: (kept: readonly Remembered[]) => Remembered[]) =>
    session.state.update((s) => ({ ...s, remembered: remembered(s.remembered) }));
  const forget = () => change(() => []);
  /** There is a consent, and a yes that holds for longer than it: what the site asks for is given anew. */
  const given = async () => {
    if ((await live()).length === 0) await (await sayYes()).carryOut();
    await change((kept) => kept.map((yes) => ({ ...yes, until: yes.until + 100_000 })));
  };
  /** Nothing is given, nor remembered, nor will be. */
  const isOver = async (at: number) => {
    expect([at, await live(), await remembered()]).toEqual([at, [], []]);
    const folder = (await session.folders()).tag('allergies');
    expect(await session.client.may(doctor.address, session.address, folder, Right.Read, 0)).toBe(false);
    expect(await askAgain()).toBeUndefined();
  };
  waits = new Waits();
  waits.watch(session.client.provider, 'send');
  waits.watch(session.sponsor, 'submit');
  waits.watch(session.state, 'read', 'update');
  return { given, forget, sayYes, end, askAgain, isOver };
}

/**
 * Runs `first` once to count its waits, then again and again, and starts `second` after each of them.
 * @param before makes everything as it is to be at the beginning
 * @param then looks at what came of it
 */
async function interleaved(
  before: () => Promise<unknown>,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
  then: (at: number) => Promise<void>,
): Promise<number> {
  await before();
  waits?.after(Infinity, () => undefined);
  await first();
  const all = waits?.counted ?? 0;
  for (let at = 1; at <= all; at++) {
    waits?.after(Infinity, () => undefined);
    await before();
    let other: Promise<unknown> | undefined;
    waits?.after(at, () => {
      other = second();
    });
    await first();
    waits?.after(Infinity, () => undefined);
    // It waited less often than the time before.
    await (other ?? second());
    await then(at);
  }
  return all;
}

/** A yes is looked for and not found, or the site is told no: both are no grant. */
const answerOrNothing = (ask: () => Promise<unknown>) => ask().catch(() => undefined);

describe('giving and ending for one reader', () => {
  it('that is ended is over, whenever the site asks meanwhile for what need not be asked', async () => {
    const { given, end, askAgain, isOver } = await scene();
    const tried = await interleaved(given, end, () => answerOrNothing(askAgain), isOver);
    expect(tried).toBeGreaterThan(10);
  }, 400_000);

  it('that is ended is over, however far the site’s request had come that need not be asked', async () => {
    const { given, end, askAgain, isOver } = await scene();
    const tried = await interleaved(given, () => answerOrNothing(askAgain), end, isOver);
    expect(tried).toBeGreaterThan(10);
  }, 400_000);

  it('that was given by a yes which is to hold, and ended while it was carried out, is over and not remembered', async () => {
    const { given, forget, sayYes, end, isOver } = await scene();
    let carryOut = () => Promise.resolve();
    const asked = async () => {
      await given();
      await forget();
      ({ carryOut } = await sayYes());
    };
    const tried = await interleaved(asked, () => carryOut(), end, isOver);
    expect(tried).toBeGreaterThan(10);
  }, 400_000);
});
