import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** 16 MiB and some 40 ms a try; a link gives five. */
const COST = { N: 2 ** 14, r: 8, p: 1 };

const hash = (passcode: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(passcode.normalize('NFC'), salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );

/** What is kept of a passcode: salt (16) ‖ scrypt (32). */
export async function hashedPasscode(passcode: string): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  return Buffer.concat([salt, await hash(passcode, salt)]);
}

export async function isPasscode(passcode: string, kept: Uint8Array): Promise<boolean> {
  return timingSafeEqual(await hash(passcode, kept.subarray(0, SALT_BYTES)), kept.subarray(SALT_BYTES));
}
