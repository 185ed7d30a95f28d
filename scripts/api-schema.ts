import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { METHODS } from '../extension/rpc/schema.ts';
import { OUTPUT } from './lib/paths.ts';

/** The part of a JSON Schema that is read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/**
 * What a page may send with each method, as JSON Schema (draft 2020-12), from the schemas the wallet parses with. What JSON Schema
 * cannot say (either a resource or a bundle, each name once) is in docs/PROVIDER-API.md; the wallet checks it all the same.
 */
export function apiSchema() {
  const methods = Object.entries(METHODS).map(([name, schema]) => [
    name,
    toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' }),
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Params of the Salus provider API',
    $defs: Object.fromEntries(methods) as Record<string, JsonSchema>,
  };
}

if (import.meta.main) {
  const file = join(OUTPUT, 'provider-api.schema.json');
  await mkdir(OUTPUT, { recursive: true });
  await writeFile(file, `${JSON.stringify(apiSchema(), null, 2)}\n`);
  console.log(file);
}
