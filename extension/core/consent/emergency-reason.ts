/** Why a doctor opened a record in an emergency. The place of each is its number in the note; none is ever taken out. */
export const EMERGENCY_REASONS = ['other', 'unresponsive', 'life', 'unable'] as const;
export type EmergencyReason = (typeof EMERGENCY_REASONS)[number];

/** Sections that can be allowed: a doctor opens them by one transaction, of as many calls as a manager brings. */
export const MOST_IN_EMERGENCY = 16;
