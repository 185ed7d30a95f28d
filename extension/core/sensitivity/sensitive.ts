import type { Section } from '../records/sections.ts';

/** Sections that nothing leaves by habit. */
export type Sensitive = Extract<Section, 'mental-health' | 'sexual-health' | 'substance-use' | 'genetics'>;
