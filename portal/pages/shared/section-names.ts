import type { Section } from '../../../extension/core/records/sections.ts';

/** What a person calls each section: the same words as in the wallet, so that a request and its prompt read alike. */
export const SECTION_NAMES: Readonly<Record<Section, string>> = {
  profile: 'About you',
  allergies: 'Allergies',
  medications: 'Medicines',
  problems: 'Conditions',
  results: 'Test results',
  vitals: 'Vital signs',
  immunizations: 'Vaccinations',
  procedures: 'Procedures',
  visits: 'Visits',
  'care-plans': 'Care plans',
  devices: 'Devices',
  pregnancy: 'Pregnancy',
  'social-history': 'Lifestyle and family',
  'functional-status': 'Daily living',
  directives: 'Wishes for care',
  imaging: 'Images',
  documents: 'Documents',
  insurance: 'Insurance',
  providers: 'People and places',
  'mental-health': 'Mental health',
  'sexual-health': 'Sexual health',
  'substance-use': 'Alcohol and drugs',
  genetics: 'Genetics',
  unsorted: 'Not sorted yet',
};
