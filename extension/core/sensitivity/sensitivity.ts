import { withinItself, type Resolve } from '../fhir/references.ts';
import { statusOf } from '../fhir/present/status.ts';
import { textAt, type Resource } from '../fhir/resource.ts';
import type { Section } from '../records/sections.ts';
import { COMPLETE, sectionOfCode, systemOf } from './codes.ts';
import { sectionOfLabels } from './labels.ts';
import { saidBy, type Said } from './texts.ts';
import { sectionOfText } from './words.ts';

/**
 * The sensitive section that a resource belongs in by anything it says: labels, codes, then words, wherever they stand; `unsorted` where
 * it says nothing that could be judged. Undefined where it is ordinary.
 */
export function sensitivityOf(resource: Resource, resolve: Resolve = withinItself): Section | undefined {
  const said = saidBy(resource, resolve);
  const labelled = sectionOfLabels([...said.labels, textAt(resource, 'confidentiality') ?? '']);
  if (labelled !== undefined && labelled !== 'unsorted') return labelled;
  for (const { system, code } of said.codings) {
    const list = systemOf(system);
    const section = list && sectionOfCode(list, code);
    if (section !== undefined) return section;
  }
  return sectionOfText(said.text) ?? labelled ?? (canBeJudged(resource, said) ? undefined : 'unsorted');
}

/** Types that say what they are about by codes and words. */
const TOLD_BY_CODE = new Set(
  'AllergyIntolerance Condition Medication MedicationStatement MedicationRequest MedicationDispense MedicationAdministration Immunization Observation DiagnosticReport Procedure ServiceRequest Communication ClinicalImpression AdverseEvent Flag DetectedIssue RiskAssessment QuestionnaireResponse FamilyMemberHistory NutritionOrder'.split(
    ' ',
  ),
);
/** Whether all of it was gone through, and there is a code of a list that is known in whole, or a word in letters that words are known in. */
function canBeJudged(resource: Resource, { codings, worded, whole }: Said): boolean {
  if (!whole) return false;
  if (worded || !TOLD_BY_CODE.has(resource.resourceType) || statusOf(resource) === 'none') return true;
  return codings.some(({ system }) => {
    const list = systemOf(system);
    return list !== undefined && COMPLETE.has(list);
  });
}
