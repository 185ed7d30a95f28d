import { SalusError } from '../errors.ts';
import type { Section } from '../records/sections.ts';
import { Role } from '../registry/abi.ts';
import type { Purpose } from './purposes.ts';

/** What a payer may be given: the insurance, and bills with what belongs to them. */
export const PAYER_SECTIONS: readonly Section[] = ['insurance'];
/** The only purpose that a payer is given anything for; the registry refuses every other. */
export const PAYER_PURPOSE: Purpose = 'HPAYMT';

/** What somebody is to be given. */
interface Wish {
  readonly purpose: Purpose;
  readonly sections: readonly string[];
  readonly rights: readonly string[];
  /** Things that were picked from anywhere. */
  readonly selection?: unknown;
  /** Purposes for which they could let others see it. */
  readonly passOn?: readonly Purpose[] | undefined;
}

/** @throws SalusError `payer-forbidden` for what no payer is given: another purpose or section, or more than reading */
export function requirePayersTerms(role: Role, { purpose, sections, rights, selection, passOn }: Wish): void {
  if (role !== Role.Payer) return;
  const isTheirs = (section: string) => PAYER_SECTIONS.some((one) => one === section);
  const isRead = rights.every((right) => right === 'read') && selection === undefined && passOn === undefined;
  if (purpose === PAYER_PURPOSE && isRead && sections.every(isTheirs)) return;
  throw new SalusError(
    'payer-forbidden',
    `A payer is given ${PAYER_SECTIONS.join(', ')} to read for the purpose ${PAYER_PURPOSE}, and nothing else.`,
  );
}
