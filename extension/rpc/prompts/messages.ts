import { readSealedMessage } from '../../core/signing/sealed-message.ts';
import type { DecryptRequest, MessageKeyRequest } from '../params/account.ts';
import type { PromptKind, PromptParts } from './kind.ts';
import { checkStillConnected } from './still-connected.ts';

/** A site asks for the key under which it can lock messages for this wallet (`eth_getEncryptionPublicKey`). */
export interface MessageKeyView {
  readonly kind: 'messageKey';
}

/** A site asks for the text of a locked message (`eth_decrypt`). Only how long it is is known before the person agrees. */
export interface DecryptView {
  readonly kind: 'decrypt';
  /** Of the text. */
  readonly bytes: number;
}

/** Poly1305's, in front of the ciphertext. */
const TAG_BYTES = 16;

export const messageKeyPrompt = ({ messages }: PromptParts): PromptKind<MessageKeyView> => ({
  view: () => Promise.resolve({ kind: 'messageKey' }),
  async carryOut({ approval, session }) {
    await checkStillConnected(session, approval.origin, (approval.params as MessageKeyRequest).address);
    return messages.publicKey(await session.keyring.messageKey());
  },
});

export const decryptPrompt = ({ messages }: PromptParts): PromptKind<DecryptView> => ({
  view: ({ approval }) => {
    const { ciphertext } = readSealedMessage((approval.params as DecryptRequest).data);
    return Promise.resolve({ kind: 'decrypt', bytes: atob(ciphertext).length - TAG_BYTES });
  },
  async carryOut({ approval, session }) {
    const { address, data } = approval.params as DecryptRequest;
    await checkStillConnected(session, approval.origin, address);
    return messages.open(await session.keyring.messageKey(), readSealedMessage(data));
  },
});
