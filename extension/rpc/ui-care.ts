import * as v from 'valibot';
import { termsOf } from '../core/care/terms.ts';
import { BY_PATIENT } from '../core/consent/receipt.ts';
import { parseLossless } from '../core/fhir/lossless.ts';
import type { Resource } from '../core/fhir/resource.ts';
import { endAhead } from '../core/consent/ending.ts';
import { stageByHand } from '../core/wallet/by-hand.ts';
import { choose, forgetRefused, fulfil, order } from '../core/wallet/care.ts';
import { cancelOrder, orderOfItem, ordersFor, requireItem, type OrderView } from '../core/wallet/orders.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { writeShared } from '../core/wallet/write-shared.ts';
import type { Section } from '../core/records/sections.ts';
import { Role } from '../core/registry/abi.ts';
import { account, calledName, section, text, written } from './ui-arguments.ts';

/** Arguments of the calls of {@link createCareCalls}. */
export const CARE_ARGUMENTS = {
  myWork: v.tuple([]),
  writeFor: v.tuple([text, section, written, v.optional(text)]),
  orders: v.tuple([v.optional(text)]),
  orderOf: v.tuple([text, text]),
  fulfil: v.tuple([text, text, section, written]),
  cancelOrder: v.tuple([text]),
  forgetRefused: v.tuple([text]),
  chooseFor: v.tuple([
    text,
    v.object({
      recipient: account,
      recipientName: v.optional(calledName),
      principalName: v.optional(v.pipe(v.string(), v.maxLength(200))),
      reason: v.pipe(v.string(), v.trim(), v.maxLength(300)),
      until: v.pipe(v.number(), v.safeInteger()),
    }),
  ]),
} as const;

/** Who is to carry an order out, and until when. */
export type ChosenFor = v.InferOutput<typeof CARE_ARGUMENTS.chooseFor>[1];

/** The calls of the wallet's own screens about what is ordered and carried out. */
export function createCareCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  const done = () => {
    changed();
    void wallet.sync();
  };
  return {
    /** What the registry says that this account is, and whether anything can be ordered on this network. */
    async myWork(): Promise<{ readonly role: Role; readonly canOrder: boolean }> {
      const session = await wallet.session();
      const { role } = await session.client.member(session.address);
      return { role, canOrder: role === Role.Doctor && session.orders !== undefined };
    },
    /**
     * Adds a FHIR resource to a section that the patient lets this account write to. What says that it may be carried out is ordered
     * with it.
     * @param replaces id of an own order that it takes the place of
     */
    async writeFor(patient: string, into: Section, json: string, replaces?: string): Promise<void> {
      const session = await wallet.session();
      const terms = termsOf(parseLossless(json) as Resource);
      const job = await stageByHand(session, json);
      if (terms === undefined || session.orders === undefined) await writeShared(session, patient, into, job);
      else await order(session, { patient, section: into, job }, { ...terms, ...(replaces && { replaces }) });
      done();
    },
    /** What was ordered for this account or by it, or for one patient, the newest first. */
    async orders(patient?: string): Promise<readonly OrderView[]> {
      return ordersFor(await wallet.session(), patient);
    },
    /** The order that an item is of; undefined for one that was never ordered. */
    async orderOf(patient: string, id: string): Promise<OrderView | undefined> {
      const session = await wallet.session();
      return orderOfItem(session, await requireItem(session, patient, id));
    },
    /** Carries out what was ordered, and writes down what came of it. */
    async fulfil(patient: string, item: string, into: Section, json: string): Promise<void> {
      const session = await wallet.session();
      await fulfil(session, item, { patient, section: into, job: await stageByHand(session, json) });
      done();
    },
    async cancelOrder(id: string): Promise<void> {
      await cancelOrder(await wallet.session(), id);
      done();
    },
    async forgetRefused(id: string): Promise<void> {
      await forgetRefused(await wallet.session(), id);
      changed();
    },
    /** Lets a pharmacy fill a prescription, or a lab answer an order, and see that one thing. */
    async chooseFor(item: string, terms: ChosenFor): Promise<void> {
      const session = await wallet.session();
      const now = Math.floor(session.now() / 1000);
      const until = endAhead(terms.until, now);
      await choose(session, item, { ...terms, until, origin: BY_PATIENT });
      done();
    },
  };
}
