import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PortalError } from '../errors.ts';
import type { Book, Invitation, Person, StaffFile } from './staff-file.ts';

/** Seconds for which an invitation can be taken up. */
const INVITATION_SECONDS = 7 * 24 * 3_600;
/** Seconds for which it is remembered after that, so that whoever comes late is told why it does not work. */
const REMEMBERED_SECONDS = 30 * 24 * 3_600;
const MOST_OPEN = 500;

const digestOf = (code: string): string => createHash('sha256').update(code).digest('base64url');

const isOpen = ({ used, expires }: Invitation, now: number): boolean => !used && expires > now;

/** Invitations that can still be taken up. @param now Unix seconds */
export const openInvitations = ({ invitations }: Book, now: number): readonly Invitation[] =>
  invitations.filter((one) => isOpen(one, now));

/**
 * Makes an invitation.
 * @returns its code, 128 random bits, which is kept nowhere
 * @throws PortalError `not-allowed` where too many are open
 */
export async function invite(
  file: StaffFile,
  person: Person,
  now: number,
): Promise<{ readonly code: string; readonly invitation: Invitation }> {
  const code = randomBytes(16).toString('base64url');
  const expires = now + INVITATION_SECONDS;
  const invitation = { id: randomUUID(), digest: digestOf(code), person, expires, used: false };
  await file.change((book) => {
    if (openInvitations(book, now).length >= MOST_OPEN) {
      throw new PortalError('not-allowed', `There are ${MOST_OPEN} open invitations. Withdraw some first.`);
    }
    const kept = book.invitations.filter((one) => one.expires + REMEMBERED_SECONDS > now);
    return { ...book, invitations: [...kept, invitation] };
  });
  return { code, invitation };
}

/** Takes back an invitation, if it is not used yet. */
export const withdraw = (file: StaffFile, id: string): Promise<void> =>
  file.change((book) => ({ ...book, invitations: book.invitations.filter((one) => one.id !== id || one.used) }));

/**
 * The invitation of a code.
 * @param address who takes it up; without one it is only looked at
 * @throws PortalError `unknown-invitation`, `used-invitation`, `expired-invitation`
 */
export function invitationOf(book: Book, code: string, now: number, address?: string): Invitation {
  const digest = digestOf(code);
  const found = book.invitations.find((one) => one.digest === digest);
  if (found === undefined) {
    throw new PortalError(
      'unknown-invitation',
      'The clinic has no such invitation. Ask whoever invited you for another.',
    );
  }
  const isOthers = found.takenBy !== undefined && address !== undefined && found.takenBy !== address;
  if (found.used || isOthers) {
    throw new PortalError('used-invitation', 'This invitation was used already. If that was not you, tell the clinic.');
  }
  if (found.expires <= now) {
    throw new PortalError('expired-invitation', 'This invitation is over. Ask whoever invited you for another.');
  }
  return found;
}

/** Changes one invitation. */
export const withInvitation = (book: Book, id: string, change: Partial<Invitation>): Book => ({
  ...book,
  invitations: book.invitations.map((one) => (one.id === id ? { ...one, ...change } : one)),
});
