import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const VIRTUAL = 'virtual:icons';
const require = createRequire(import.meta.url);

/** Health Icons (Resolve to Save Lives, MIT), by what they stand for; the wallet carries these and no others. */
const ICONS: Readonly<Record<string, string>> = {
  profile: 'body',
  allergies: 'allergies',
  medications: 'medicines',
  problems: 'stethoscope',
  results: 'test-tubes',
  vitals: 'heart-cardiogram',
  immunizations: 'syringe',
  procedures: 'stitches',
  visits: 'hospital',
  'care-plans': 'observation',
  devices: 'implant',
  pregnancy: 'pregnant',
  'social-history': 'running',
  'functional-status': 'walk-supported',
  directives: 'justice',
  imaging: 'xray',
  documents: 'i-documents-accepted',
  insurance: 'ribbon',
  providers: 'health-worker',
  'mental-health': 'mental-health',
  'sexual-health': 'male-and-female',
  'substance-use': 'poison',
  genetics: 'dna',
  unsorted: 'question-circle',
  home: 'heart',
  records: 'health',
  sharing: 'community-meeting',
  activity: 'chart-line',
  payments: 'low-income-level',
  settings: 'magic-wand',
  patients: 'community-healthworker',
};

/** Serves `virtual:icons`: name → what stands inside its `<svg viewBox="0 0 24 24">`. */
export function icons(): Plugin {
  return {
    name: 'salus-icons',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return undefined;
      const all = require('@iconify-json/healthicons/icons.json') as { icons: Record<string, { body: string }> };
      const bodies = Object.entries(ICONS).map(([name, icon]) => {
        const found = all.icons[`${icon}-outline-24px`];
        if (found === undefined) throw new Error(`There is no icon ${icon}.`);
        return [name, found.body];
      });
      return `export const icons = ${JSON.stringify(Object.fromEntries(bodies))};`;
    },
  };
}
