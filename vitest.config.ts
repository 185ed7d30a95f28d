import { defineConfig } from 'vitest/config';
import { fhirDefinitions } from './scripts/vite-fhir-definitions.ts';
import { fhirElements } from './scripts/vite-fhir-elements.ts';

export default defineConfig({
  plugins: [fhirDefinitions(), fhirElements()],
  test: { include: ['test/unit/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000 },
});
