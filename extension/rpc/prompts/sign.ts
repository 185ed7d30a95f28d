import { addressesIn, readSignable, sign, type SignRequest } from '../../core/signing/signable.ts';
import type { Signable } from '../../core/signing/signed-fields.ts';
import { knownMembers, type KnownMember } from '../../core/wallet/trust.ts';
import type { PromptKind, PromptParts } from './kind.ts';
import { checkStillConnected } from './still-connected.ts';

export interface SignView {
  readonly kind: 'sign';
  readonly account: string;
  readonly signable: Signable;
  /** Whom of those it names the registry knows. */
  readonly known: readonly KnownMember[];
}

export const signPrompt = ({ storage }: PromptParts): PromptKind<SignView> => ({
  async view({ approval, session }) {
    const signable = readSignable(approval.params as SignRequest);
    const known = await knownMembers(session, storage, addressesIn(signable));
    return { kind: 'sign', account: session.address, signable, known };
  },
  async carryOut({ approval, session }) {
    const request = approval.params as SignRequest;
    await checkStillConnected(session, approval.origin, request.address);
    return sign(session.keyring.account, readSignable(request));
  },
});
