import { getAddress, isAddress } from 'ethers';
import * as v from 'valibot';

/** An account, checksummed (EIP-55) whatever form it came in. */
export const AddressSchema = v.pipe(
  v.string(),
  v.check((text) => isAddress(text), 'expected an address'),
  v.transform(getAddress),
);
