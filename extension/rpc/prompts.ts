import { SalusError } from '../core/errors.ts';
import type { ImportReport } from '../core/records/importer.ts';
import { SENSITIVE, type Section } from '../core/records/sections.ts';
import { addressesIn, readSignable, sign, type Signable, type SignRequest } from '../core/signing/signable.ts';
import { giveConsent } from '../core/wallet/give-consent.ts';
import { commitOwnImport, planOwnImport } from '../core/wallet/import-records.ts';
import { listOwn } from '../core/wallet/list-records.ts';
import type { StoragePort } from '../core/wallet/ports.ts';
import {
  knownMembers,
  recipientTrust,
  siteTrust,
  type KnownMember,
  type RecipientTrust,
  type SiteTrust,
} from '../core/wallet/trust.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { writeShared } from '../core/wallet/write-shared.ts';
import { EXPIRES_MS, type Approval } from './approvals.ts';
import type { AccessRequest } from './schema.ts';
import { countSections, type SectionCount } from './section-counts.ts';

/** What the prompt shows of one request. */
export type PromptView = {
  readonly id: string;
  readonly site: SiteTrust;
  readonly expiresAt: number;
} & (
  | { readonly kind: 'connect'; readonly account: 'patient' | 'provider' }
  | {
      readonly kind: 'access';
      readonly request: AccessRequest;
      readonly recipient: RecipientTrust;
      readonly sections: readonly SectionCount[];
    }
  | { readonly kind: 'offer'; readonly report: ImportReport }
  | { readonly kind: 'write'; readonly patient: string; readonly section: Section; readonly report: ImportReport }
  | {
      readonly kind: 'sign';
      readonly account: string;
      readonly signable: Signable;
      /** Whom of those it names the registry knows. */
      readonly known: readonly KnownMember[];
    }
);

/** What the person chose in an access prompt; ignored for the other kinds. */
export interface PromptChoice {
  readonly sections?: readonly Section[];
  /** Unix seconds. */
  readonly until?: number;
}

interface PromptParts {
  readonly wallet: Wallet;
  readonly storage: StoragePort;
  readonly notify: (origin: string, event: string, data: unknown) => Promise<void>;
}

/** Shows requests to the person, and carries out what was approved. Nothing is decrypted for a site before that. */
export function createPrompts({ wallet, storage, notify }: PromptParts) {
  /** What an offer would add, between the moment it is shown and the moment it is approved: job → report. */
  const plans = new Map<string, ImportReport>();
  const warm = new Map<string, Promise<PromptView>>();

  const connect = async (origin: string): Promise<string[]> => {
    const session = await wallet.session();
    await session.state.update((s) => ({
      ...s,
      sites: [...s.sites.filter((x) => x.origin !== origin), { origin, connectedAt: session.now() }],
    }));
    const accounts = [session.address.toLowerCase()];
    await notify(origin, 'accountsChanged', accounts);
    return accounts;
  };

  const carryOut = async (approval: Approval, choice: PromptChoice): Promise<unknown> => {
    const session = await wallet.session();
    switch (approval.kind) {
      case 'connect':
        return connect(approval.origin);
      case 'access':
        return giveAccess(approval, choice);
      case 'offer': {
        const job = approval.job ?? '';
        const { section } = approval.params as { section?: Section };
        const report = plans.get(job) ?? (await planOwnImport(session, job, section));
        plans.delete(job);
        const rows = await commitOwnImport(session, job, report);
        void wallet.sync();
        return { entries: rows.map((r) => ({ cid: r.root, section: undefined })), accepted: rows.length > 0 };
      }
      case 'write': {
        const { patient, section } = approval.params as { patient: string; section: Section };
        const row = await writeShared(session, patient, section, approval.job ?? '');
        await wallet.sync();
        const after = (await storage.rows()).find((r) => r.root === row.root);
        await notify(approval.origin, 'recordAdded', { patient, section });
        return { cid: row.root, transactionHash: after?.anchor?.transaction };
      }
      case 'sign': {
        const request = approval.params as SignRequest;
        const { sites } = await session.state.read();
        const same = session.address.toLowerCase() === request.address.toLowerCase();
        // Both held when it was asked; the wallet may have changed hands since.
        if (!same || !sites.some((s) => s.origin === approval.origin)) {
          throw new SalusError('bad-request', 'This site is not connected to this account any more.');
        }
        return sign(session.keyring.account, readSignable(request));
      }
    }
  };

  const giveAccess = async (approval: Approval, choice: PromptChoice): Promise<unknown> => {
    const session = await wallet.session();
    const request = approval.params as AccessRequest;
    // The person may narrow what was asked, never widen it.
    const sections = request.sections.filter((s) => choice.sections?.includes(s));
    if (sections.length === 0) throw new SalusError('bad-request', 'Choose at least one section to share.');
    const latest = Math.floor(session.now() / 1000) + request.duration;
    const until = choice.until ?? latest;
    if (until <= session.now() / 1000) throw new SalusError('bad-request', 'Choose an end that lies ahead.');
    const { consent, patient } = await giveConsent(session, {
      origin: approval.origin,
      recipient: request.recipient.address,
      ...(request.recipient.name && { recipientName: request.recipient.name }),
      purpose: request.purpose,
      reason: request.reason,
      sections,
      rights: request.rights,
      until,
    });
    await connect(approval.origin);
    await notify(approval.origin, 'consentChanged', { consentId: consent.consentId, live: true });
    return {
      consentId: consent.consentId,
      patient: patient.toLowerCase(),
      folders: consent.receipt.sections,
      purpose: request.purpose,
      until,
      receipt: consent.consentId,
      transactionHash: consent.transaction,
    };
  };

  const compute = async (approval: Approval): Promise<PromptView> => {
    const session = await wallet.session();
    const { id, origin, createdAt } = approval;
    const lookingUp = siteTrust(session.client, storage, origin);
    const base = async () => ({ id, site: await lookingUp, expiresAt: createdAt + EXPIRES_MS });
    switch (approval.kind) {
      case 'connect':
        return { ...(await base()), kind: 'connect', account: (await session.state.read()).kind };
      case 'access': {
        const request = approval.params as AccessRequest;
        const [known, { items }, recipient] = await Promise.all([
          base(),
          listOwn(session),
          recipientTrust(session.client, storage, request.recipient.address, lookingUp),
        ]);
        const counts = new Map(countSections(items).map((c) => [c.section, c]));
        const sections = request.sections.map(
          (section) => counts.get(section) ?? { section, count: 0, sensitive: SENSITIVE.has(section) },
        );
        return { ...known, kind: 'access', request, recipient, sections };
      }
      case 'offer': {
        const job = approval.job ?? '';
        const report = await planOwnImport(session, job, (approval.params as { section?: Section }).section);
        plans.set(job, report);
        return { ...(await base()), kind: 'offer', report };
      }
      case 'write': {
        const { patient, section } = approval.params as { patient: string; section: Section };
        const report = await storage.plan(approval.job ?? '', [], section);
        return { ...(await base()), kind: 'write', patient, section, report };
      }
      case 'sign': {
        const signable = readSignable(approval.params as SignRequest);
        const [asked, known] = await Promise.all([
          base(),
          knownMembers(session.client, storage, addressesIn(signable)),
        ]);
        return { ...asked, kind: 'sign', account: session.address, signable, known };
      }
    }
  };

  /** Begins to make ready what a request will show, while its window opens. A locked wallet makes nothing ready. */
  const prepare = (approval: Approval): void => {
    const view = compute(approval);
    view.catch(() => warm.delete(approval.id)); // the window asks again, and shows what is wrong
    warm.set(approval.id, view);
  };

  const view = (approval: Approval): Promise<PromptView> => {
    const ready = warm.get(approval.id);
    warm.delete(approval.id);
    return ready?.catch(() => compute(approval)) ?? compute(approval);
  };

  return { view, prepare, carryOut };
}

export type Prompts = ReturnType<typeof createPrompts>;
