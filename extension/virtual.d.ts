/** Made at build time by `scripts/vite-fhir-definitions.ts`. */
declare module 'virtual:fhir-definitions' {
  export const definitions: unknown[];
  export const checked: string[];
}
/** Made at build time by `scripts/vite-fhir-elements.ts`: type → element → its type, with `*` before that of a list. */
declare module 'virtual:fhir-elements' {
  export const elements: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

declare module '@lhncbc/ucum-lhc' {
  /** The part of the library that is used; it brings no types. */
  interface Converted {
    readonly status: 'succeeded' | 'failed' | 'error';
    readonly toVal: number | null;
  }
  export const UcumLhcUtils: {
    getInstance(): { convertUnitTo(from: string, value: number, to: string): Converted };
  };
}

/** Made at build time by `scripts/vite-icons.ts`. */
declare module 'virtual:icons' {
  export const icons: Readonly<Record<string, string>>;
}
