import { describe, expect, it } from 'vitest';
import { BUDGETS_KB, ENTRIES, filesOf, sizeKb } from '../../bench/bundle-size.ts';

describe('the built extension', () => {
  it.each(ENTRIES)('keeps the budget of %s', (entry) => {
    expect(sizeKb(entry)).toBeLessThanOrEqual(BUDGETS_KB[entry]);
  });

  it('counts what a page loads', () => {
    const files = filesOf('popup.html');
    expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(1);
    expect(files.some((file) => file.endsWith('.css'))).toBe(true);
  });
});
