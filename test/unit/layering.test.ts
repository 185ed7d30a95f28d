import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Where a question for logs may be named: the follower's reader; and the list of what pages may ask their node through the wallet. */
const MAY = ['extension/core/chain/logs.ts', 'extension/rpc/params/chain.ts'];
const LOGS = /eth_getLogs|getLogs|queryFilter|eth_newFilter|eth_subscribe|\.on\(\s*(contract|registry)\b/;

it('nobody but the follower asks for logs', () => {
  const files = globSync('{extension,portal,manager}/**/*.{ts,svelte}');
  expect(files.length).toBeGreaterThan(150);
  const asking = files.filter((file) => LOGS.test(readFileSync(file, 'utf8')));
  expect(asking.toSorted()).toEqual(MAY);
});
