import { at, listAt, textAt } from './resource.ts';
import { select } from './select.ts';

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** Codings of a CodeableConcept, of a Coding, or of the concept in a CodeableReference (R5). */
export function codingsOf(concept: unknown): Coding[] {
  const inner = at(concept, 'concept');
  if (inner !== undefined) return codingsOf(inner);
  const codings = listAt(concept, 'coding');
  return (codings.length > 0 ? codings : [concept]).flatMap((coding) => {
    const [system, code, display] = ['system', 'code', 'display'].map((field) => textAt(coding, field) ?? '');
    return code === '' && display === '' ? [] : [{ system: system ?? '', code: code ?? '', display: display ?? '' }];
  });
}

/** Those of some concepts' codings that have a code, in the order in which they stand. */
export const codedIn = (concepts: readonly unknown[]): Coding[] =>
  concepts.flatMap(codingsOf).filter(({ code }) => code !== '');

/** Texts that stand where a name could be and say nothing. */
const EMPTY_WORDS = /^(unknown|null|undefined|n\/?a|none|-+)$/i;

/** What a person would call a concept: its text, the words of a code, or a bare code that is one in no list. */
export function conceptText(concept: unknown): string | undefined {
  if (typeof concept === 'string') return concept.trim() || undefined;
  const inner = at(concept, 'concept');
  if (inner !== undefined) return conceptText(inner);
  const codings = codingsOf(concept);
  const texts = [textAt(concept, 'text'), ...codings.map(({ display }) => display), textAt(concept, 'display')];
  const told = texts.filter((text) => text !== undefined && text !== '');
  return told.find((text) => !EMPTY_WORDS.test(text ?? '')) ?? told[0] ?? codings[0]?.code;
}

/** `given family` of a HumanName, or its text; the name that is meant for use, where there are several. */
export function personName(name: unknown): string | undefined {
  if (typeof name === 'string') return name.trim() || undefined;
  if (Array.isArray(name)) {
    const names = name as unknown[];
    const rank = (one: unknown) => ['official', 'usual'].indexOf(textAt(one, 'use') ?? '') >>> 0;
    return names
      .toSorted((a, b) => rank(a) - rank(b))
      .map(personName)
      .find((text) => text !== undefined);
  }
  const parts = ['prefix', 'given', 'family', 'suffix'].flatMap((field) => select(name, field));
  const told = parts.filter((part): part is string => typeof part === 'string' && part.trim() !== '');
  return textAt(name, 'text') ?? (told.length > 0 ? told.join(' ') : undefined);
}
