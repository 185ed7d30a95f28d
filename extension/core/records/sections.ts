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
  'unsorted',
] as const;
export type Section = (typeof SECTIONS)[number];

/** Never part of a default request. `unsorted` holds what could not be judged. */
export const SENSITIVE: ReadonlySet<Section> = new Set([
  'mental-health',
  'sexual-health',
  'substance-use',
  'genetics',
  'unsorted',
]);

/** Ticked by the person alone: what is sensitive, and files and letters, which may say anything. */
export const NEVER_TICKED: ReadonlySet<Section> = new Set([...SENSITIVE, 'documents']);

/** What a folder holds that is no section: things that the person picked, whatever section each is in, to share them alone. */
export const SELECTION = 'selection';
export const FOLDER_KINDS = [...SECTIONS, SELECTION] as const;
export type FolderKind = (typeof FOLDER_KINDS)[number];

export const isSection = (value: unknown): value is Section => SECTIONS.includes(value as Section);
