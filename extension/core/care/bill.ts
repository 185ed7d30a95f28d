import { at, isObject, listAt, textAt } from '../fhir/resource.ts';

/** Extension of a FHIR Money whose amount is in ether, for which ISO 4217 has no code: `valueString` is the amount in wei. */
const WEI = 'urn:salus:wei';

/** Topic of BillPaid(bytes32,address,address,uint256) of `HealthPayments`. */
export const BILL_PAID = '0xe844c16559743ae09f017b624400f9c978d27f452c550c216227734f2afc2c3f';

/** What is asked for with a bill, line by line. Amounts in wei. */
export interface Bill {
  readonly lines: readonly { readonly text: string; readonly wei: bigint }[];
  readonly total: bigint;
}

/** No more ether than there will ever be, and no sign, no fraction, no zero. */
const WEI_DIGITS = /^[1-9]\d{0,26}$/;
const ETHER_DIGITS = /^(0|[1-9]\d{0,6})(?:\.(\d{1,18}))?$/;
const DECIMALS = 18;

/** Exactly as many wei as a decimal number of ether is; undefined for what is none, or nothing. */
export function weiIn(ether: string): bigint | undefined {
  const [, whole, fraction = ''] = ETHER_DIGITS.exec(ether) ?? [];
  if (whole === undefined) return undefined;
  const wei = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return wei === 0n ? undefined : wei;
}

/** The other way round, without zeros that say nothing. */
export function etherOf(wei: bigint): string {
  const digits = String(wei).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return digits.slice(0, -DECIMALS) + (fraction === '' ? '' : `.${fraction}`);
}

/** A FHIR Money of so much ether. */
export const moneyOf = (wei: bigint) => ({ extension: [{ url: WEI, valueString: String(wei) }] });

/** Whether a FHIR Money says that it is in ether, however it says so. */
const isInEther = (money: unknown): boolean => listAt(money, 'extension').some((one) => at(one, 'url') === WEI);

/** Amount of a FHIR Money in ether; undefined where it says none, or two: one to look at and one to pay. */
export function weiOf(money: unknown): bigint | undefined {
  if (!isObject(money) || 'value' in money || 'currency' in money) return undefined;
  const [one, ...others] = listAt(money, 'extension').filter((extension) => at(extension, 'url') === WEI);
  const digits = at(one, 'valueString');
  return others.length === 0 && typeof digits === 'string' && WEI_DIGITS.test(digits) ? BigInt(digits) : undefined;
}

/**
 * What a FHIR R4 Invoice asks for in ether.
 * @returns undefined for one that does not ask for ether; `unsound` for one that contradicts itself: its lines are not its total, it gives
 * another amount beside, or it is not (or no longer) asked for
 */
export function billOf(resource: { readonly resourceType: string }): Bill | 'unsound' | undefined {
  if (resource.resourceType !== 'Invoice') return undefined;
  const totals = ['totalNet', 'totalGross'].map((name) => at(resource, name)).filter((money) => money !== undefined);
  if (!totals.some(isInEther)) return undefined;
  const [total, ...others] = totals.map(weiOf);
  const lines = listAt(resource, 'lineItem').map(lineOf);
  if (total === undefined || others.some((other) => other !== total)) return 'unsound';
  if (textAt(resource, 'status') !== 'issued' || !lines.every((line) => line !== undefined)) return 'unsound';
  const sum = lines.reduce((all, { wei }) => all + wei, 0n);
  return sum === total ? { lines, total } : 'unsound';
}

function lineOf(line: unknown): Bill['lines'][number] | undefined {
  const [component, ...others] = listAt(line, 'priceComponent');
  const wei = weiOf(at(component, 'amount'));
  if (wei === undefined || others.length > 0 || textAt(component, 'type') !== 'base') return undefined;
  return { text: textAt(line, 'chargeItemCodeableConcept.text') ?? '', wei };
}
