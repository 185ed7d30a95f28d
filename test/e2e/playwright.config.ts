import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../../.output/test-results',
  timeout: 240_000,
  expect: { timeout: 45_000 },
  // Nothing is waited for without an end, so that a failure says what did not come.
  use: { actionTimeout: 60_000, navigationTimeout: 60_000 },
  // Each worker has a network of its own and mostly waits for it; `npm test` says how many this machine has room for now.
  workers: 2 * availableParallelism(),
  fullyParallel: true,
  // A second try tells a busy machine from a broken product; what needed one is counted and named.
  retries: 1,
  reporter: [['list'], ['json', { outputFile: '../../.output/e2e.json' }]],
});
