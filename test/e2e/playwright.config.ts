import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../../.output/test-results',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  // Nothing is waited for without an end, so that a failure says what did not come.
  use: { actionTimeout: 30_000, navigationTimeout: 30_000 },
  // Each worker has a network of its own; two keep two cores busy, since a test mostly waits for another process.
  workers: availableParallelism() >= 4 ? 3 : 2,
  fullyParallel: true,
  // A second try tells a busy machine from a broken product; what needed one is counted and named as flaky.
  retries: 1,
  reporter: [['list'], ['json', { outputFile: '../../.output/e2e.json' }]],
});
