import { Buffer } from 'node:buffer';
import { encrypt, getEncryptionPublicKey } from '@metamask/eth-sig-util';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../extension/core/bytes.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';
const TEXT = 'Your results are ready. Größe: 1,80 m';

/** A message as a portal sends it: JSON in hex. */
const sealedFor = (publicKey: string, text = TEXT) => {
  const version = 'x25519-xsalsa20-poly1305';
  return toHex(utf8(JSON.stringify(encrypt({ publicKey, data: text, version }))));
};

/** A wallet with the site connected. */
async function connected() {
  const world = await walletWorld();
  const [me] = (await world.connect(SITE)) as [string];
  const keyOf = async (): Promise<string> => {
    const answer = world.ask(SITE, 'eth_getEncryptionPublicKey', [me]);
    await world.approve();
    return (await answer) as string;
  };
  return { ...world, me, keyOf };
}

describe('messages locked for the account', () => {
  it('are opened again with the key that the site was given', async () => {
    const { me, keyOf, ...world } = await connected();
    const key = await keyOf();
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    const answer = world.ask(SITE, 'eth_decrypt', [sealedFor(key), me]);
    expect(await world.prompt()).toMatchObject({ kind: 'decrypt', origin: SITE });
    await world.approve();
    expect(await answer).toBe(TEXT);
  });

  it('show nothing but their length before the person agrees', async () => {
    const { me, keyOf, ...world } = await connected();
    const answer = world.ask(SITE, 'eth_decrypt', [sealedFor(await keyOf()), me]);
    const approval = await world.prompt();
    const shown = await world.prompts.view(approval);
    expect(shown).toMatchObject({ kind: 'decrypt', bytes: utf8(TEXT).length });
    expect(JSON.stringify(shown)).not.toContain('results');
    await world.approvals.refuse(approval.id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
  });

  it('are opened by a key of their own, not by the key that signs', async () => {
    const { keyOf, ...world } = await connected();
    expect(await keyOf()).not.toBe(getEncryptionPublicKey(world.session.keyring.account.privateKey.slice(2)));
  });

  it('for somebody else are not opened, and the request waits for the person to end it', async () => {
    const { me, ...world } = await connected();
    const stranger = getEncryptionPublicKey('11'.repeat(32));
    const answer = world.ask(SITE, 'eth_decrypt', [sealedFor(stranger), me]);
    const approval = await world.prompt();
    await expect(world.prompts.carryOut(approval, {})).rejects.toMatchObject({ code: 'wrong-key' });
    await world.approvals.refuse(approval.id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
  });

  it.each([
    ['no JSON', toHex(utf8('{'))],
    ['another scheme', toHex(utf8(JSON.stringify({ version: 'rot13', ciphertext: '' })))],
    [
      'a nonce that is too short',
      toHex(
        utf8(
          JSON.stringify({
            version: 'x25519-xsalsa20-poly1305',
            nonce: 'AA==',
            ephemPublicKey: 'AA==',
            ciphertext: 'AA==',
          }),
        ),
      ),
    ],
  ])('are refused without a prompt when they are none: %s', async (_, data) => {
    const { me, ...world } = await connected();
    await expect(world.ask(SITE, 'eth_decrypt', [data, me])).rejects.toMatchObject({ code: 'not-decryptable' });
    expect(await world.approvals.pending()).toEqual([]);
  });

  it('are only for connected sites, and only for the account they see', async () => {
    const { me, ...world } = await connected();
    const other = `0x${'ab'.repeat(20)}`;
    for (const [method, params] of [
      ['eth_getEncryptionPublicKey', []],
      ['eth_decrypt', [sealedFor(getEncryptionPublicKey('11'.repeat(32)))]],
    ] as const) {
      await expect(world.ask('https://other.example', method, [...params, me])).rejects.toMatchObject({ code: 4100 });
      await expect(world.ask(SITE, method, [...params, other])).rejects.toMatchObject({ reason: 'not-your-account' });
    }
  });
});
