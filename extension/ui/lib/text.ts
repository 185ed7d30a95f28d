import { i18n } from '#i18n';
import { isSalusError } from '../../core/errors.ts';
import type { ColumnKind } from '../../core/import/csv-mapping.ts';
import type { Format, Remark, SkipReason } from '../../core/import/reader.ts';
import type { ImportReport } from '../../core/records/import-plan.ts';
import type { Purpose } from '../../core/consent/purposes.ts';
import type { FolderKind } from '../../core/records/sections.ts';
import type { Role } from '../../core/registry/abi.ts';
import type { KnownContract } from '../../core/registry/known-calls.ts';
import type { SentTransaction } from '../../core/wallet/transactions.ts';
import { moment, number } from './format.ts';
import { apart, language } from './language.ts';
import { pluralForm } from './plural.ts';

const inCatalogue = i18n.t as unknown as (key: string, values?: string[]) => string;

function text(key: string, ...given: readonly (number | readonly string[] | undefined)[]): string {
  const count = given.find((one) => typeof one === 'number');
  const values = given.find((one) => typeof one === 'object') ?? (count === undefined ? [] : [number(count)]);
  const found = inCatalogue(key, values.map(apart));
  return count === undefined ? found : pluralForm(found, count, language);
}

/** A text of the catalogue; with a number, the form that goes with it. */
export const t = text as typeof i18n.t;

/** Keys made from fixed words are not known to the catalogue's types; every one of them is in it (a test walks them). */
export const lookUp = text;

export const sectionName = (section: FolderKind): string => lookUp(`section.${section.replaceAll('-', '_')}`);
export const purposeText = (purpose: Purpose): string => lookUp(`purpose.${purpose}`);
export const roleName = (role: Role): string => lookUp(`role.r${role}`);
/** Why nothing can be shared with somebody who is not active: nobody vouches for them, or they may not act now. */
export const inactiveText = (isVouchedFor: boolean): string =>
  t(isVouchedFor ? 'prompt.suspended' : 'prompt.notRegistered');
export const callText = (contract: KnownContract, name: string): string => lookUp(`call.${contract}_${name}`);
export const callFieldName = (path: string): string => lookUp(`callField.${path}`);
export const transactionStatus = (status: SentTransaction['status']): string => lookUp(`payments.${status}`);
export const settlementText = (settlement: string): string => lookUp(`settlement.${settlement}`);
export const kindName = (kind: string): string => lookUp(`kind.${kind}`);

/** `already-here` → `alreadyHere`: a fixed word as the catalogue has it. */
export const keyOf = (word: string): string => word.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());
export const skipReason = (reason: SkipReason): string => lookUp(`skip.${keyOf(reason)}`);
export const remarkText = (remark: Remark): string => lookUp(`remark.${keyOf(remark)}`);
export const columnKind = (kind: ColumnKind): string => lookUp(`columns.k_${kind}`);
export const formatName = (format: Format): string => lookUp(`format.${keyOf(format)}`);

/** Why a file gives nothing: it is all here already, it was refused, or partly the one and partly the other. */
export function nothingTaken({ skipped }: ImportReport): string {
  const here = skipped.filter(({ reason }) => reason === 'already-here').length;
  if (here === skipped.length) return t('import.nothing');
  return here === 0 ? t('import.refused') : t('import.nothingMore');
}

const ERROR_KEYS: Record<string, string> = {
  'wrong-password': 'wrongPassword',
  'wrong-passkey': 'wrongPasskey',
  'passkey-unsuited': 'passkeyUnsuited',
  'passkey-known': 'passkeyKnown',
  'passkey-cancelled': 'passkeyCancelled',
  'not-removed': 'notRemoved',
  'too-slow': 'tooSlow',
  'vault-locked': 'locked',
  'storage-full': 'storageFull',
  'plan-outdated': 'planOutdated',
  'too-large': 'tooLarge',
  'not-json': 'notJson',
  'not-fhir': 'notFhir',
  'nothing-to-import': 'nothing',
  'block-missing': 'blockMissing',
  'block-damaged': 'damaged',
  'sealed-data-damaged': 'damaged',
  'commitment-mismatch': 'damaged',
  'history-incomplete': 'historyIncomplete',
  misfiled: 'misfiled',
  'chain-unreachable': 'chain',
  'wrong-chain': 'wrongChain',
  'managers-unreachable': 'managers',
  'sponsor-refused': 'refused',
  'outcome-unknown': 'outcomeUnknown',
  'nodes-disagree': 'nodesDisagree',
  'too-many-faults': 'tooManyFaults',
  'catalogue-damaged': 'catalogueDamaged',
  'not-a-member': 'notAMember',
  'not-a-doctor': 'notADoctor',
  'emergency-forbidden': 'emergencyForbidden',
  'no-recipient-key': 'noKey',
  'no-consent': 'noConsent',
  'no-keepers': 'noKeepers',
  'beyond-delegation': 'beyondDelegation',
  'already-given': 'alreadyGiven',
  'order-over': 'orderOver',
  'bill-over': 'billOver',
  'visit-changed': 'visitChanged',
  'not-payable': 'notPayable',
  'too-little-ether': 'tooLittleEther',
  'fee-risen': 'feeRisen',
  'role-forbids': 'roleForbids',
  'payer-forbidden': 'payerForbidden',
  'wrong-key': 'messageNotYours',
  'cards-missing': 'cardsMissing',
  'cards-disagree': 'cardsDisagree',
  cancelled: 'cancelled',
  'not-sent': 'notSent',
  'not-waiting': 'notWaiting',
  'not-saved': 'notSaved',
  'keys-disagree': 'keysDisagree',
  'link-damaged': 'linkDamaged',
  'link-insecure': 'linkInsecure',
  'link-over': 'linkOver',
  'link-unopened': 'linkUnopened',
  'host-unreachable': 'hostUnreachable',
  'host-unexpected': 'hostUnexpected',
  'host-elsewhere': 'hostElsewhere',
  'keys-unreadable': 'keysUnreadable',
  'taking-out-stopped': 'takingOutStopped',
  'out-too-large': 'outTooLarge',
  'not-a-backup': 'notABackup',
  'backup-newer': 'backupNewer',
  'backup-of-other': 'backupOfOther',
};

/** What happened, what was kept, what to do: in the person's language. */
export function errorText(error: unknown): string {
  if (!isSalusError(error)) return t('error.general');
  const { code, detail } = error;
  if (code === 'bad-words') {
    const key = 'count' in detail ? 'Count' : 'position' in detail ? 'Position' : 'Checksum';
    return lookUp(`error.badWords${key}`, [number(Number(detail['count'] ?? detail['position'] ?? 0))]);
  }
  if (code === 'account-locked') return t('error.accountLocked', [moment(Number(detail['until']))]);
  if (code === 'bad-card') return cardText(detail);
  if (code === 'bad-code') return lookUp(`handle.is_${keyOf(String(detail['is'] ?? 'other'))}`);
  if (code === 'backup-damaged') return t('error.backupDamaged', [number(Number(detail['at'] ?? 0))]);
  if (code === 'card-refused') {
    return lookUp(`error.card_${detail['why'] ?? 'wrong'}`, [number(Number(detail['circle'] ?? 0))]);
  }
  if (code === 'too-many-attempts') return t('error.tooManyAttempts', Number(detail['seconds']));
  if (code === 'weak-password') return lookUp('error.weakPassword', [number(Number(detail['least']))]);
  if (code === 'wrong-passcode') return passcodeText(detail['remaining']);
  if (code === 'too-large' && 'fetched' in detail) return t('error.linkTooLarge');
  return lookUp(`error.${ERROR_KEYS[code] ?? 'general'}`);
}

function cardText(detail: Readonly<Record<string, number | string>>): string {
  if (detail['other'] === 'picture') return t('error.badCardPicture');
  const key = (['count', 'position', 'other'] as const).find((one) => one in detail) ?? 'checksum';
  return lookUp(`error.badCard_${key}`, [number(Number(detail[key] ?? 0))]);
}

function passcodeText(left: number | string | undefined): string {
  if (typeof left !== 'number') return t('error.passcode');
  return left === 0 ? t('error.passcodeUsedUp') : t('error.passcodeLeft', left, [number(left)]);
}
