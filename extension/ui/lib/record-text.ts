import { dateText } from '../../core/fhir/date-text.ts';
import { saidText, statusText, titleText, typeText, type Words } from '../../core/fhir/present/words.ts';
import type { Measure } from '../../core/fhir/present/measures.ts';
import type { ItemStatus } from '../../core/fhir/present/status.ts';
import { visible } from '../../core/signing/visible.ts';
import { locale } from './language.ts';
import { lookUp } from './text.ts';

/** The person's language, for what is in records. */
export const words: Words = {
  locale,
  word: (key, values = [], count) => lookUp(key, count, values),
  // By which a name could pass for another.
  shown: visible,
};

/** What a list, a preview or a search has of an item. */
export interface Told {
  readonly type: string;
  readonly title: string;
  readonly code?: string | undefined;
  readonly status?: ItemStatus | undefined;
  readonly value?: string | undefined;
  readonly measures?: readonly Measure[] | undefined;
}

/** What a person calls it. */
export const itemTitle = (item: Told): string => titleText(item, words);
export const itemSaid = (item: Told): string =>
  item.type === 'Patient' ? dateText(item.value, words.locale) : saidText(item, words);
export const itemStatus = ({ status }: Told): string => (status === undefined ? '' : statusText(status, words));
export const itemType = ({ type }: Told): string => typeText(type, words);
export const rangeText = (beside: 'below' | 'above'): string => lookUp(`records.range_${beside}`);

/** Where an item is shown. */
export const recordHref = ({ patient, id }: { readonly patient: string; readonly id: string }): string =>
  `#/record/${patient}/${id}`;
