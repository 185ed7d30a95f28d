/**
 * Purposes of use: codes of the HL7 v3 value set PurposeOfUse, with their bit in the on-chain mask. This table is the only
 * place where the two meet.
 */
export const PURPOSE_BITS = {
  TREAT: 1 << 0,
  ETREAT: 1 << 1,
  BTG: 1 << 2,
  COC: 1 << 3,
  HPAYMT: 1 << 4,
  HRESCH: 1 << 5,
  CLINTRCH: 1 << 6,
  PATRQT: 1 << 7,
  FAMRQT: 1 << 8,
  PWATRNY: 1 << 9,
  HOPERAT: 1 << 10,
  PUBHLTH: 1 << 11,
} as const;
export type Purpose = keyof typeof PURPOSE_BITS;
export const PURPOSES = Object.keys(PURPOSE_BITS) as Purpose[];

export const isPurpose = (value: unknown): value is Purpose => PURPOSES.includes(value as Purpose);

/** What is opened as an emergency. */
export const EMERGENCY = PURPOSE_BITS.ETREAT | PURPOSE_BITS.BTG;

/** Purposes of a mask. */
export const purposesIn = (bits: number): Purpose[] => PURPOSES.filter((p) => (bits & PURPOSE_BITS[p]) !== 0);
