import * as v from 'valibot';
import { FOLDER_KINDS, isSection, type Section } from '../core/records/sections.ts';

/** What calls of the wallet's own screens are made of. */
export const text = v.pipe(v.string(), v.maxLength(2_000));
export const section = v.custom<Section>(isSection);
export const folderKind = v.picklist(FOLDER_KINDS);
/** What one form holds, as JSON. */
export const written = v.pipe(v.string(), v.maxLength(200_000));
