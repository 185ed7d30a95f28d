import { Interface } from 'ethers';
import { KNOWN_CALLS } from '../extension/core/registry/known-calls.ts';

/** Encoder of what a hospital or a registrar has the registry do: calls that a wallet can put into words. */
export const registryCalls = new Interface(KNOWN_CALLS.registry);
