import * as v from 'valibot';
import { SECTIONS } from '../../core/records/sections.ts';

export const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address'), v.title('account'));
export const shortText = (most: number) => v.pipe(v.string(), v.maxLength(most));
export const section = v.picklist(SECTIONS);
/** A number as Ethereum's JSON-RPC writes it. */
export const quantity = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,64}$/, 'expected a number in hex'));
/** No params. */
export const none = v.optional(v.union([v.tuple([]), v.strictObject({})]));
