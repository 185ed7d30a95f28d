import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import type { Convert } from './trend.ts';

/** Conversion between UCUM units (https://ucum.org). Loaded where units differ: its tables are large. */
export const convert: Convert = (value, from, to) => {
  const { status, toVal } = UcumLhcUtils.getInstance().convertUnitTo(from, value, to);
  return status === 'succeeded' && typeof toVal === 'number' ? toVal : undefined;
};
