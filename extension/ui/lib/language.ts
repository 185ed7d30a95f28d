import { i18n } from '#i18n';

/** Languages of a catalogue that are written from right to left. */
const RIGHT_TO_LEFT = ['ar'];

/** That of the catalogue which the browser found for the person, and no other: the browser's own may have none. */
export const language = i18n.t('lang');
export const direction = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';

/** For dates and numbers: the person's own way of writing that language, or its usual one. */
export const locale = navigator.languages.find((one) => one.split('-')[0] === language) ?? language;

const LETTERS_FROM_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** A value within a text, which must not turn what stands beside it: it is kept apart where it could. */
export const apart = (value: string): string =>
  direction === 'rtl' || LETTERS_FROM_RIGHT.test(value) ? `\u2068${value}\u2069` : value;
