import { peek } from './text.ts';

/** The first element of a text that begins as XML does: its name without a prefix, and its start tag. */
export interface XmlRoot {
  readonly name: string;
  readonly tag: string;
}

const BEFORE = /^(?:\s+|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^[>]*(?:\[[^]*?\]\s*)?>)*/i;
const TAG = /<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?:[\s/][^>]*)?>/y;

export function xmlRoot(head: Uint8Array): XmlRoot | undefined {
  const text = peek(head);
  if (!/^\s*</.test(text)) return undefined;
  TAG.lastIndex = BEFORE.exec(text)?.[0].length ?? 0;
  const [tag, name] = TAG.exec(text) ?? [];
  return tag === undefined || name === undefined ? undefined : { name, tag };
}
