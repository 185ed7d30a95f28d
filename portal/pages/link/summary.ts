import { fromUtf8 } from '../../../extension/core/bytes.ts';
import { personName } from '../../../extension/core/fhir/concept.ts';
import { parseLossless } from '../../../extension/core/fhir/lossless.ts';
import { plainText } from '../../../extension/core/fhir/present/narrative.ts';
import { referencesOver, type Resolve } from '../../../extension/core/fhir/references.ts';
import { asR4 } from '../../../extension/core/fhir/releases.ts';
import { isResource, listAt, textAt, type Resource } from '../../../extension/core/fhir/resource.ts';
import type { LinkedFile } from '../../../extension/core/import/health-link.ts';

/** A section of a document: its resources, and its own words where it has none, or some are not in the file. */
export interface SummarySection {
  readonly title: string;
  readonly resources: readonly Resource[];
  /** What its author wrote, as text; shown where resources do not say it. */
  readonly narrative: string;
  /** Resources that it names and that are not in the file. */
  readonly missing: number;
}

/** What a link leads to, as a person reads it. */
export interface Summary {
  /** As its author calls it; empty where it is no document. */
  readonly title: string;
  readonly person?: { readonly name?: string; readonly born?: string; readonly gender?: string };
  /** FHIR instant or dateTime at which it was made. */
  readonly made?: string;
  /** What the document says of itself. */
  readonly said: string;
  readonly sections: readonly SummarySection[];
  /** Finds what a resource of it refers to. */
  readonly resolve: Resolve;
}

/** What the files of a link are: those that can be read, and those that are of another kind. */
export interface Shown {
  readonly summaries: readonly Summary[];
  readonly others: number;
}

/** More is no summary; a made-up one cannot keep the page busy. */
const MOST_RESOURCES = 5_000;
const MOST_DEPTH = 4;
const FHIR = /^application\/(fhir\+json|json\+fhir|json)\s*(;|$)/i;
/** What describes the document and is told otherwise. */
const BESIDE = new Set(['Composition', 'Patient']);

/** Reads what a link led to. What cannot be read is counted and never an error: it can be saved all the same. */
export function summariesIn(files: readonly LinkedFile[]): Shown {
  const summaries = files.map(summaryOf).filter((one) => one !== undefined);
  return { summaries, others: files.length - summaries.length };
}

function summaryOf({ mediaType, bytes }: LinkedFile): Summary | undefined {
  const resource = FHIR.test(mediaType) ? resourceIn(bytes) : undefined;
  if (resource === undefined) return undefined;
  if (resource.resourceType !== 'Bundle') return summaryFrom([{ resource }]);
  const placed = listAt(resource, 'entry').flatMap((entry) => {
    const inner = (entry as { resource?: unknown } | null)?.resource;
    return isResource(inner) ? [{ resource: inner, fullUrl: textAt(entry, 'fullUrl') }] : [];
  });
  return placed.length === 0 || placed.length > MOST_RESOURCES ? undefined : summaryFrom(placed);
}

function resourceIn(bytes: Uint8Array): Resource | undefined {
  try {
    const found = parseLossless(fromUtf8(bytes));
    return isResource(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

interface Placed {
  readonly resource: Resource;
  readonly fullUrl?: string | undefined;
}

function summaryFrom(found: readonly Placed[]): Summary {
  const placed = found.map(({ resource, fullUrl }) => ({ resource: asR4(resource), fullUrl }));
  const resolve = referencesOver(placed);
  const resources = placed.map(({ resource }) => resource);
  // A document begins with its Composition (FHIR R4, 3.3.1); one further on is a record like others.
  const [first] = resources;
  const composition = first?.resourceType === 'Composition' ? first : undefined;
  const subject = composition && resolve(composition['subject'], composition);
  const patient =
    subject?.resourceType === 'Patient' ? subject : resources.find(({ resourceType }) => resourceType === 'Patient');
  const made = textAt(composition, 'date');
  const used = new Set<Resource>();
  const sections = composition === undefined ? [] : listAt(composition, 'section').flatMap((one) => sectionsOf(one, 0));
  const rest = resources.filter((one) => !used.has(one) && !BESIDE.has(one.resourceType));
  // Of a document, what no section names is there for what refers to it. Of anything else, it is all that there is.
  if (composition === undefined && rest.length > 0)
    sections.push({ title: '', resources: rest, narrative: '', missing: 0 });
  return {
    title: textAt(composition, 'title') ?? '',
    ...(patient && { person: personOf(patient) }),
    ...(made !== undefined && { made }),
    said: plainText(textAt(composition, 'text.div') ?? ''),
    sections,
    resolve,
  };

  function sectionsOf(section: unknown, depth: number): SummarySection[] {
    if (composition === undefined || depth > MOST_DEPTH) return [];
    const entries = listAt(section, 'entry').map((entry) => resolve(entry, composition));
    const here = entries.filter((one) => one !== undefined);
    for (const one of here) used.add(one);
    const own = {
      title: textAt(section, 'title') ?? textAt(section, 'code.coding.0.display') ?? '',
      resources: [...new Set(here)],
      narrative: plainText(textAt(section, 'text.div') ?? ''),
      missing: entries.length - here.length,
    };
    return [own, ...listAt(section, 'section').flatMap((inner) => sectionsOf(inner, depth + 1))];
  }
}

function personOf(patient: Resource): NonNullable<Summary['person']> {
  const name = personName(listAt(patient, 'name'));
  const [born, gender] = [textAt(patient, 'birthDate'), textAt(patient, 'gender')];
  return {
    ...(name !== undefined && { name }),
    ...(born !== undefined && { born }),
    ...(gender !== undefined && { gender }),
  };
}
