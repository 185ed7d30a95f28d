import { fromUtf8, own, sha256, utf8, type Bytes } from '../bytes.ts';
import { canonicalBytes } from '../fhir/canonical.ts';
import { numberText } from '../fhir/lossless.ts';
import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import type { Section } from './sections.ts';

/** By which an item is known again. */
export interface Same {
  /** Which it is where it comes from; absent where it says so nowhere. 16 bytes. */
  readonly identity?: Bytes;
  /** What it says, without what changes with each export. 16 bytes. */
  readonly essence: Bytes;
  /** FHIR instant at which its server changed it last (FHIR R4, 2.26.3 “Resource metadata”). */
  readonly updated?: string;
}

/** The newest version that is here of what has a name where it comes from. */
export interface KnownVersion {
  readonly id: string;
  /** FHIR instant. */
  readonly updated: string;
  /** Where it came from. */
  readonly source?: string;
  /** Where it is now. */
  readonly section: Section;
}

/** What a server puts on and changes by itself: nothing of it is said about a person. */
const VOLATILE = ['id', 'meta', 'text', 'implicitRules', 'language'];
const DAY_MS = 86_400_000;
const half = (bytes: Bytes): Bytes => own(bytes.subarray(0, 16));
const digestOf = async (text: string): Promise<Bytes> => half(await sha256(utf8(text)));

/**
 * What tells that an item is one that is here already: by what it says, and by where it comes from and which it is there. An
 * identity is the address at its server, a business identifier (FHIR R4, 2.24.0.8 “Identifier”), or its id in a file of one source.
 */
export async function sameOf(resource: Resource, fullUrl: string | undefined): Promise<Same> {
  const fields = Object.keys(resource).filter((field) => !VOLATILE.includes(field));
  const essence = await digestOf(
    fields
      .sort()
      .map((field) => `${field} ${textOf(resource, field)}`)
      .join('\n'),
  );
  const name = identityOf(resource, fullUrl);
  const updated = textAt(resource, 'meta.lastUpdated');
  return {
    essence,
    ...(name !== undefined && { identity: await digestOf(name) }),
    // A time that is yet to come says nothing of what is the later version.
    ...(updated !== undefined && Date.parse(updated) < Date.now() + DAY_MS && { updated }),
  };
}

function textOf(resource: Resource, field: string): string {
  const value = resource[field];
  return typeof value === 'number' ? numberText(resource, field, value) : fromUtf8(canonicalBytes(value));
}

function identityOf(resource: Resource, fullUrl: string | undefined): string | undefined {
  const type = resource.resourceType;
  // An address on the web names one resource of one server; `urn:uuid:` is made anew for many an export, but the same is the same.
  if (fullUrl !== undefined && /^(https?:|urn:uuid:)/.test(fullUrl))
    return `${type} ${fullUrl.replace(/\/_history\/.*$/, '')}`;
  for (const identifier of listAt(resource, 'identifier')) {
    const [system, value] = [textAt(identifier, 'system'), textAt(identifier, 'value')];
    if (system !== undefined && value !== undefined && at(identifier, 'use') !== 'secondary')
      return `${type} ${system}|${value}`;
  }
  return undefined;
}
