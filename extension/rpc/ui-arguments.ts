import { getAddress, isAddress } from 'ethers';
import * as v from 'valibot';
import { FOLDER_KINDS, isSection, type Section } from '../core/records/sections.ts';
import { visible } from '../core/signing/visible.ts';

/** What calls of the wallet's own screens are made of. */
export const text = v.pipe(v.string(), v.maxLength(2_000));
export const section = v.custom<Section>(isSection);
export const folderKind = v.picklist(FOLDER_KINDS);
/** What one form holds, as JSON. */
export const written = v.pipe(v.string(), v.maxLength(200_000));
/** Somebody's account, with its checksum from then on. */
export const account = v.pipe(v.string(), v.check(isAddress), v.transform(getAddress));
/** What somebody calls themselves, where that is passed on. */
export const calledName = v.pipe(v.string(), v.maxLength(120), v.transform(visible), v.maxLength(200));
