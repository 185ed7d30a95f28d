import { isSalusError, type ErrorCode } from '../../../extension/core/errors.ts';
import { words } from '../shared/words.ts';

/** Texts of the wallet's catalogue, so that a link that fails is told alike everywhere. */
const KEYS: Partial<Record<ErrorCode, string>> = {
  'link-damaged': 'linkDamaged',
  'link-insecure': 'linkInsecure',
  'link-unopened': 'linkUnopened',
  'host-unreachable': 'hostUnreachable',
  'host-unexpected': 'hostUnexpected',
  'host-elsewhere': 'hostElsewhere',
};
const GENERAL = 'Something went wrong on this page. Load it again.';

/** A link that leads to nothing any more: who keeps it does not say why, so that nobody learns it by guessing. */
const OVER =
  'This link leads to nothing any more. The patient ended it, it was opened as often as they allowed, or it was locked after wrong passcodes. Ask the patient for a new one.';

/** What went wrong with a link, and what to do. */
export function linkProblem(error: unknown): string {
  if (!isSalusError(error)) return GENERAL;
  const { code, detail } = error;
  if (code === 'wrong-passcode') {
    const left = detail['remaining'];
    if (typeof left !== 'number') return said('passcode');
    return left === 0 ? said('passcodeUsedUp') : said('passcodeLeft', left);
  }
  if (code === 'link-over') return OVER;
  if (code === 'nothing-to-import') return 'This link leads to nothing yet. Ask whoever gave it to you.';
  if (code === 'too-large') return 'This link leads to more than this page can show. Ask for the records as files.';
  return said(KEYS[code] ?? '');
}

const said = (key: string, count?: number): string =>
  words.word(`error.${key}`, count === undefined ? [] : [String(count)], count) ?? GENERAL;

/** Whether nothing can be done with this link any more. */
export const isOver = (error: unknown): boolean =>
  isSalusError(error, 'link-over') || (isSalusError(error, 'wrong-passcode') && error.detail['remaining'] === 0);
