import { describe, expect, it } from 'vitest';
import { METHODS } from '../../../extension/rpc/schema.ts';
import { documentation } from '../../../scripts/api-docs.ts';
import { apiSchema } from '../../../scripts/api-schema.ts';

const { $defs } = apiSchema();

describe('the published provider API', () => {
  it('has a JSON Schema for every method', () => {
    expect(Object.keys($defs)).toEqual(Object.keys(METHODS));
  });

  it('is documented as it is: npm run schema writes the table', async () => {
    const { now, due } = await documentation();
    expect(now).toBe(due);
    for (const method of Object.keys(METHODS)) expect(due).toContain(`\`${method}\``);
  });

  it('says in the JSON Schema what is required, and refuses what it does not know', () => {
    expect($defs['health_requestAccess']).toMatchObject({
      type: 'object',
      required: ['purpose', 'sections', 'reason', 'recipient'],
      additionalProperties: false,
    });
    expect($defs['health_readRecord']).toMatchObject({ required: ['patient', 'id'], additionalProperties: false });
  });
});
