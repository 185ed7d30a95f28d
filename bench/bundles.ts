import { BUDGETS_KB, ENTRIES, sizeKb } from './bundle-size.ts';
import type { Line } from './report.ts';

/** What each script weighs on the pages and windows it is loaded into. */
export const bundleLines = (): Line[] =>
  ENTRIES.map((entry) => ({
    name: `bundle, ${entry}`,
    measured: sizeKb(entry),
    unit: 'KB',
    also: 'gzip',
    target: { most: BUDGETS_KB[entry], of: 'measured' },
  }));
