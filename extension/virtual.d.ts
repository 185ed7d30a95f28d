/** Made at build time by `scripts/vite-fhir-definitions.ts`. */
declare module 'virtual:fhir-definitions' {
  export const definitions: unknown[];
  export const checked: string[];
}
