import type { Section } from '../records/sections.ts';

/**
 * What security labels of a resource say (FHIR R4, 6.1 “Security Labels”): HL7 v3 ActCode InformationSensitivityPolicy, and
 * Confidentiality. A label makes a section stricter, never looser.
 */
// prettier-ignore
const BY_LABEL: Readonly<Record<string, Section>> = {
  PSY: 'mental-health', PSYTHPN: 'mental-health', MH: 'mental-health', BH: 'mental-health', COGN: 'mental-health', DVD: 'mental-health', EMOTDIS: 'mental-health',
  SUD: 'substance-use', ETH: 'substance-use', ETHUD: 'substance-use', ETHUDC: 'substance-use', ALC: 'substance-use', OPIOIDUD: 'substance-use', DRGIS: 'substance-use',
  SEX: 'sexual-health', SDV: 'sexual-health', STD: 'sexual-health', HIV: 'sexual-health', REPRODUCTIVE: 'sexual-health', VIO: 'sexual-health', ABORT: 'sexual-health', FAMPLAN: 'sexual-health',
  GDIS: 'genetics', SCA: 'genetics', GEN: 'genetics', MARKER: 'genetics',
  // What they ask for is more than the ordinary, and of what kind is not said.
  R: 'unsorted', V: 'unsorted', TBOO: 'unsorted', CEL: 'unsorted', PRS: 'unsorted', PHY: 'unsorted', SOC: 'unsorted', TABOO: 'unsorted', LOCIS: 'unsorted', PDS: 'unsorted', COMPT: 'unsorted', MST: 'sexual-health',
};

/** The section that a label asks for; a kind of content comes before “more than the ordinary”. */
export function sectionOfLabels(labels: readonly string[]): Section | undefined {
  const sections = labels.map((label) => BY_LABEL[label.toUpperCase()]).filter((section) => section !== undefined);
  return sections.find((section) => section !== 'unsorted') ?? sections[0];
}
