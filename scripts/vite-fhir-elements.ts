import type { Plugin } from 'vite';
import { structureDefinitions } from './lib/fhir-definitions.ts';

const FILES = ['profiles-types.json', 'profiles-resources.json'];
const VIRTUAL = 'virtual:fhir-elements';

interface Element {
  readonly path: string;
  readonly max?: string;
  readonly base?: { readonly max?: string };
  readonly contentReference?: string;
  readonly type?: readonly { readonly code: string }[];
}
interface Definition {
  readonly resourceType: string;
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly derivation?: string;
  readonly snapshot?: { readonly element: readonly Element[] };
}

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
/** Types of the specification itself: `http://hl7.org/fhirpath/System.String`. */
const plainType = (code: string): string => (code.startsWith('http:') ? 'string' : code);

/** What one element says of a type: `*` before the type of a list; several names for a choice. */
function fieldsOf(element: Element): [string, string][] {
  const name = element.path.split('.').at(-1) ?? '';
  const many = (element.base?.max ?? element.max) === '1' ? '' : '*';
  if (element.contentReference !== undefined) return [[name, many + element.contentReference.replace(/^.*#/, '')]];
  const types = (element.type ?? []).map(({ code }) => plainType(code));
  const nested = types.some((code) => code === 'BackboneElement' || code === 'Element');
  if (name.endsWith('[x]')) return types.map((code) => [name.slice(0, -3) + upper(code), many + code]);
  return [[name, many + (nested && types.length === 1 ? element.path : (types[0] ?? 'string'))]];
}

function table(): Record<string, Record<string, string>> {
  const types: Record<string, Record<string, string>> = {};
  for (const { kind, derivation, snapshot } of FILES.flatMap((file) => structureDefinitions<Definition>(file))) {
    if (kind === 'logical' || kind === 'primitive-type' || derivation === 'constraint') continue;
    for (const element of snapshot?.element ?? []) {
      const parent = element.path.split('.').slice(0, -1).join('.');
      if (parent === '') continue;
      types[parent] = { ...types[parent], ...Object.fromEntries(fieldsOf(element)) };
    }
  }
  return types;
}

/**
 * Serves `virtual:fhir-elements`: of each R4 type its elements, which of them are lists, and of what type they are. That is what
 * FHIR’s XML leaves out and its JSON needs. Made at build time from the published definitions, of which it is a hundredth.
 */
export function fhirElements(): Plugin {
  let code: string | undefined;
  return {
    name: 'salus-fhir-elements',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return undefined;
      code ??= `export const elements = JSON.parse(${JSON.stringify(JSON.stringify(table()))});`;
      return code;
    },
  };
}
