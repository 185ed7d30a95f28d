import type { Wallet } from 'ethers';
import { ZeroHash, type TypedDataField } from 'ethers';
import { registryInterface, Role } from '../../../extension/core/registry/abi.ts';
import * as types from '../../../extension/core/registry/typed-data.ts';
import { CHAIN_ID, REGISTRY, seconds } from './fixtures.ts';

const TYPES: Record<string, Record<string, TypedDataField[]>> = {
  joinFor: types.JOIN_TYPES,
  redeemFor: types.REDEEM_TYPES,
  setKeyFor: types.SET_KEY_TYPES,
  grantFor: types.GRANT_TYPES,
  grantAsFor: types.GRANT_AS_TYPES,
  revokeFor: types.REVOKE_TYPES,
  rotateFor: types.ROTATE_TYPES,
  setKeyringFor: types.SET_KEYRING_TYPES,
  allowEmergencyFor: types.ALLOW_EMERGENCY_TYPES,
  breakGlassFor: types.BREAK_GLASS_TYPES,
  addRecordsFor: types.ADD_RECORDS_TYPES,
  withdrawRecordsFor: types.WITHDRAW_RECORDS_TYPES,
};

export interface How {
  readonly nonceKey?: bigint;
  /** Within its sequence. */
  readonly nonce?: bigint;
  readonly deadline?: number;
  readonly registry?: string;
  readonly chainId?: number;
  /** Whose key signs; the account itself otherwise. */
  readonly by?: Pick<Wallet, 'signTypedData'>;
}

/** Calldata of a `…For` call, signed. @param fields those of the EIP-712 type, in the order of the function's arguments */
export async function signedCall(
  who: { readonly address: string },
  name: string,
  fields: Record<string, unknown>,
  how: How = {},
): Promise<string> {
  const { nonceKey = 0n, nonce = 0n, deadline = seconds() + 600, registry = REGISTRY, chainId = CHAIN_ID, by } = how;
  const voucher = fields['voucher'] as { role: number; enroller: string } | undefined;
  const message = { ...fields, ...voucher, signer: who.address, nonce: (nonceKey << 64n) | nonce, deadline };
  const wanted = Object.fromEntries(
    (Object.values(TYPES[name]!)[0] ?? []).map((field) => [
      field.name,
      (message as Record<string, unknown>)[field.name],
    ]),
  );
  const signature = await (by ?? (who as Wallet)).signTypedData(
    types.registryDomain(chainId, registry),
    TYPES[name]!,
    wanted,
  );
  return registryInterface.encodeFunctionData(name, [
    who.address,
    ...Object.values(fields),
    nonceKey,
    deadline,
    signature,
  ]);
}

/** What an enroller gives somebody to redeem. */
export async function voucherFor(enroller: Wallet, who: string, role: number = Role.Patient, by = enroller) {
  const deadline = seconds() + 600;
  const message = { signer: enroller.address, who, role, nonce: BigInt(who) << 64n, deadline };
  const signature = await by.signTypedData(types.registryDomain(CHAIN_ID, REGISTRY), types.VOUCHER_TYPES, message);
  return { role, enroller: enroller.address, deadline, signature };
}

export const setKey = (who: Wallet, nonceKey: number, how: How = {}) =>
  signedCall(who, 'setKeyFor', { key: ZeroHash }, { nonceKey: BigInt(nonceKey), ...how });
export const revoke = (who: Wallet, nonceKey: number, how: How = {}) =>
  signedCall(who, 'revokeFor', { grantee: REGISTRY, folders: [1] }, { nonceKey: BigInt(nonceKey), ...how });
export const join = (who: Wallet, how: How = {}) => signedCall(who, 'joinFor', { key: ZeroHash }, how);
