import { recoverTypedSignature, SignTypedDataVersion } from '@metamask/eth-sig-util';
import { TypedDataEncoder } from 'ethers';
import { describe, expect, it } from 'vitest';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import type { RegistryClient } from '../../../extension/core/registry/client.ts';
import { headOf } from '../../../extension/core/registry/heads.ts';
import { SignedCalls, signTyped } from '../../../extension/core/registry/signed-calls.ts';
import { GRANT_TYPES, registryDomain, ROTATE_TYPES } from '../../../extension/core/registry/typed-data.ts';
import { fill } from './support.ts';

const REGISTRY = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const keyring = await Keyring.fromEntropy(fill(32, 5));
const domain = registryDomain(31_337, REGISTRY);

describe('signatures of the wallet', () => {
  it('are recovered to its account by MetaMask’s implementation of EIP-712 v4', () => {
    const message = {
      signer: keyring.address,
      terms: [{ grantee: REGISTRY, folder: 7, from: 0, until: 1_900_000_000, purposes: 1, rights: 3 }],
      receipt: `0x${'ab'.repeat(32)}`,
      nonce: '18446744073709551616',
      deadline: 1_900_000_000,
    };
    const signature = signTyped(keyring.account, domain, GRANT_TYPES, message);
    const data = TypedDataEncoder.getPayload(domain, GRANT_TYPES, message) as never;
    const recovered = recoverTypedSignature({ data, signature, version: SignTypedDataVersion.V4 });
    expect(recovered).toBe(keyring.address.toLowerCase());
  });
});

describe('signed calls', () => {
  const client = { network: { chainId: 31_337 }, address: REGISTRY, nonce: () => Promise.resolve(3n << 64n) };
  const calls = new SignedCalls({
    client: client as unknown as RegistryClient,
    key: () => keyring.account,
    address: keyring.address,
    now: () => 1_800_000_000_000,
  });

  it('are of their signer, under the nonce that the registry has for it, for ten minutes', async () => {
    const digest = fill(32, 1);
    const data = await calls.rotate([7, 8], false, digest);
    const args = registryInterface.decodeFunctionData('rotateFor', data);
    const [signer, , , , , deadline] = args as unknown as [string, unknown, unknown, unknown, unknown, bigint];
    expect(signer).toBe(keyring.address);
    expect(deadline).toBe(1_800_000_600n);
    const message = {
      signer,
      folders: [7, 8],
      voidGrants: false,
      keyring: `0x${'01'.repeat(32)}`,
      nonce: 3n << 64n,
      deadline,
    };
    expect(args.at(-1)).toBe(signTyped(keyring.account, domain, ROTATE_TYPES, message));
  });
});

describe('the head chain', () => {
  it('depends on every record and on their order', () => {
    const ids = [1, 2, 3].map((n) => ({ id: `0x${String(n).padStart(64, '0')}` }));
    const heads = [ids, ids.slice(1), ids.slice(0, 2), ids.toReversed(), []].map(headOf);
    expect(new Set(heads).size).toBe(5);
    expect(heads[4]).toBe(`0x${'00'.repeat(20)}`);
  });
});
