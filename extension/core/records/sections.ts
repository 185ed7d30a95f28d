/**
 * The sections of a health record, one folder each: those of the International Patient Summary (HL7 IPS 2.0), and what a
 * person keeps beside them. Order is the order on screen.
 */
export const SECTIONS = [
  'profile',
  'allergies',
  'medications',
  'problems',
  'results',
  'vitals',
  'immunizations',
  'procedures',
  'visits',
  'care-plans',
  'devices',
  'pregnancy',
  'social-history',
  'functional-status',
  'directives',
  'imaging',
  'documents',
  'insurance',
  'providers',
  'mental-health',
  'sexual-health',
  'substance-use',
  'genetics',
] as const;
export type Section = (typeof SECTIONS)[number];

/** Never part of a default request, never ticked for the person. */
export const SENSITIVE: ReadonlySet<Section> = new Set(['mental-health', 'sexual-health', 'substance-use', 'genetics']);

export const isSection = (value: unknown): value is Section => SECTIONS.includes(value as Section);
