import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { METHODS } from '../../../extension/rpc/schema.ts';
import { apiSchema } from '../../../scripts/api-schema.ts';

const { $defs } = apiSchema();
const docs = await readFile('docs/PROVIDER-API.md', 'utf8');
/** Rows of the table of methods that name one. */
const rowsOf = (method: string): string =>
  docs
    .split('\n')
    .filter((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${method}\``))
    .join('\n');

describe('the published provider API', () => {
  it.each(Object.keys(METHODS))('has a JSON Schema and documentation for %s, and for each of its params', (method) => {
    expect($defs[method]).toBeTypeOf('object');
    const rows = rowsOf(method);
    expect(rows).not.toBe('');
    for (const name of Object.keys($defs[method]?.['properties'] ?? {})) expect(rows).toContain(name);
  });

  it('says in the JSON Schema what is required, and refuses what it does not know', () => {
    expect($defs['health_requestAccess']).toMatchObject({
      type: 'object',
      required: ['purpose', 'sections', 'duration', 'reason', 'recipient'],
      additionalProperties: false,
    });
    expect($defs['health_readRecord']).toMatchObject({ required: ['patient', 'id'], additionalProperties: false });
  });
});
