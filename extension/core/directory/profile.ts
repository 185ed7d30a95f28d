import * as dagCbor from '@ipld/dag-cbor';
import * as v from 'valibot';
import { visible } from '../signing/visible.ts';

/** A larger profile is none. */
export const MOST_PROFILE_BYTES = 16_384;
const MOST_SPECIALITIES = 8;
/** Letters of a text, once what is hidden in it is written out. */
const MOST_SHOWN = 200;

/** A line of a stranger's as it may be shown. */
const line = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(MOST_SHOWN),
  v.transform((text) => visible(text.replaceAll(/\s+/g, ' ')).slice(0, MOST_SHOWN)),
);
/** What is wrong takes itself away, and nothing beside it. */
const orNone = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined);
const text = orNone(line);

const HumanNameSchema = v.object({ text, family: text, given: orNone(v.array(line)), prefix: orNone(v.array(line)) });
const ConceptSchema = v.object({ text, coding: orNone(v.array(v.object({ display: text }))) });

const QualificationSchema = v.object({
  code: orNone(ConceptSchema),
  /** Of a licence. */
  identifier: orNone(v.array(v.object({ value: text }))),
  period: orNone(v.object({ end: orNone(v.pipe(v.string(), v.isoDate())) })),
});

/** A FHIR R4 Organization or Practitioner, as far as it is looked at. */
const ProfileSchema = v.object({
  resourceType: v.picklist(['Organization', 'Practitioner']),
  name: v.optional(v.union([line, v.array(HumanNameSchema)])),
  address: orNone(v.array(v.object({ city: text }))),
  qualification: orNone(v.array(QualificationSchema)),
});

/** What a member says of itself in public. Nobody vouches for a word of it. */
export interface Profile {
  readonly name?: string;
  readonly city?: string;
  readonly specialities: readonly string[];
  readonly licence?: {
    readonly number: string;
    /** Last day on which it is valid: `YYYY-MM-DD`. */
    readonly until?: string;
  };
}

/**
 * Reads the public profile of a member: dag-cbor, at the digest in the registry.
 * @returns undefined for what is none
 */
export function readProfile(bytes: Uint8Array): Profile | undefined {
  if (bytes.length > MOST_PROFILE_BYTES) return undefined;
  let found: v.InferOutput<typeof ProfileSchema>;
  try {
    found = v.parse(ProfileSchema, dagCbor.decode(bytes));
  } catch {
    return undefined;
  }
  const name = typeof found.name === 'string' ? found.name : nameIn(found.name?.[0]);
  const city = found.address?.find((one) => one.city !== undefined)?.city;
  const said = (found.qualification ?? []).flatMap(({ code }) => code?.text ?? code?.coding?.[0]?.display ?? []);
  const licences = (found.qualification ?? []).flatMap(({ identifier, period }) => {
    const licence = identifier?.[0]?.value;
    const until = period?.end;
    return licence === undefined ? [] : [{ number: licence, ...(until !== undefined && { until }) }];
  });
  return {
    ...(name !== undefined && { name }),
    ...(city !== undefined && { city }),
    specialities: [...new Set(said)].slice(0, MOST_SPECIALITIES),
    ...(licences[0] && { licence: licences[0] }),
  };
}

function nameIn(name: v.InferOutput<typeof HumanNameSchema> | undefined): string | undefined {
  if (name === undefined || name.text !== undefined) return name?.text;
  const parts = [...(name.prefix ?? []), ...(name.given ?? []), ...(name.family === undefined ? [] : [name.family])];
  return parts.length === 0 ? undefined : parts.join(' ').slice(0, MOST_SHOWN);
}
