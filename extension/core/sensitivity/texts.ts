import { fromBase64 } from '../bytes.ts';
import { codingsOf, type Coding } from '../fhir/concept.ts';
import type { Resolve } from '../fhir/references.ts';
import { at, textAt, type Resource } from '../fhir/resource.ts';
import { select } from '../fhir/select.ts';
import { MOST_MARKUP, plainText } from '../fhir/present/narrative.ts';

/** What a resource says anywhere in it, as it is looked through. */
export interface Said {
  readonly codings: readonly Coding[];
  /** In lower case and without accents, a line for each text. */
  readonly text: string;
  /** Labels in `meta.security`, also of what it contains. */
  readonly labels: readonly string[];
  /** Whether there are words in letters that sensitive words are known in. */
  readonly worded: boolean;
  /** Whether it was gone through to its end. */
  readonly whole: boolean;
}

/** Deep enough for any resource; a made-up one cannot keep the import busy. */
const MOST_DEPTH = 16;
const MOST_TEXT = 400_000;
const MOST_CODINGS = 2_000;

/** Elements that hold no words: addresses, names of profiles, bytes. */
const SKIPPED = new Set(
  'id system url fullUrl reference profile versionId lastUpdated contentType language implicitRules hash namespace instantiatesCanonical instantiatesUri'.split(
    ' ',
  ),
);
/** References whose target says what a resource is about. */
const FOLLOWED = [
  'medicationReference',
  'medication.reference',
  'medication',
  'reasonReference',
  'reason.reference',
  'diagnosis.condition',
  'diagnosis.diagnosisReference',
  'addresses',
  'device',
  'codeReference',
  'vaccineCode.reference',
];
/** Elements that hold words, not codes. */
const WORDED = new Set(
  'text display title name description div conclusion comment valueString value note summary instruction patientInstruction'.split(
    ' ',
  ),
);
/** Letters that words are known in. */
const KNOWN_LETTERS = /[\p{Script=Latin}\p{Script=Arabic}]{3,}/u;
/** Texts in files that are worth reading. */
const READ_AS_TEXT = /^text\/|[/+](xml|json|xhtml)/i;

/** Everything that a resource says, wherever in it, with what it is about by reference. */
export function saidBy(resource: Resource, resolve: Resolve): Said {
  const codings: Coding[] = [];
  const texts: string[] = [];
  const labels: string[] = [];
  let room = MOST_TEXT;
  let worded = false;
  let whole = true;
  const add = (text: string) => {
    if (isNoise(text)) return;
    if (text.length > room) whole = false;
    texts.push(text.slice(0, room));
    room = Math.max(0, room - text.length);
  };
  const addMarkup = (xhtml: string) => {
    if (xhtml.length > MOST_MARKUP) whole = false;
    add(plainText(xhtml));
  };
  const walk = (value: unknown, field: string, depth: number): void => {
    if (typeof value === 'string') {
      if (field === 'div') addMarkup(value);
      else if (!SKIPPED.has(field)) add(value);
      if (WORDED.has(field) && KNOWN_LETTERS.test(value)) worded = true;
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    if (depth > MOST_DEPTH) {
      whole = false;
      return;
    }
    if (Array.isArray(value)) {
      for (const one of value as unknown[]) walk(one, field, depth + 1);
      return;
    }
    if (field === 'security') labels.push(textAt(value, 'code') ?? '');
    const attached = attachedText(value);
    if (attached.includes('<')) addMarkup(attached);
    else add(attached);
    // A Coding, or a code beside its system such as that of a quantity's unit, which is in no list.
    if (textAt(value, 'code') !== undefined) {
      if (codings.length < MOST_CODINGS) codings.push(...codingsOf(value));
      else whole = false;
    }
    for (const [name, inner] of Object.entries(value)) if (name !== 'data') walk(inner, name, depth + 1);
  };
  walk(resource, '', 0);
  for (const path of FOLLOWED) {
    for (const reference of select(resource, path)) {
      const target = resolve(reference, resource);
      if (target !== undefined && target !== resource) walk(target, '', 0);
    }
  }
  return { codings, text: folded(texts.join('\n')), labels, worded, whole };
}

/** In lower case, without accents and compatibility forms, and with one kind of space. */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\u00AD\u200B-\u200F\u2060]/gu, '')
    .toLowerCase()
    // An address names a server, not what a record is about.
    .replaceAll(/https?:\/\/\S+/g, ' ')
    .replaceAll(/[^\S\n]+/g, ' ');

/** Base64 and the like: letters by chance, in which any short word is found sooner or later. */
const isNoise = (text: string): boolean => text.length > 200 && /^[A-Za-z0-9+/=_-]+$/.test(text);

/** The text of a file inside a resource, if it is one. */
function attachedText(attachment: unknown): string {
  const type = textAt(attachment, 'contentType') ?? '';
  const data = at(attachment, 'data');
  if (!READ_AS_TEXT.test(type) || typeof data !== 'string') return '';
  try {
    return new TextDecoder().decode(fromBase64(data.replaceAll(/\s/g, '')));
  } catch {
    return '';
  }
}
