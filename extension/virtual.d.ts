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

declare module 'slip39/src/slip39_helper.js' {
  /** The part of the library that is used; it brings no types. Bytes are plain arrays of numbers. */
  export interface Slip39Helper {
    readonly WORD_LIST: readonly string[];
    /** @param identifier 2 bytes */
    readonly crypt: (
      secret: number[],
      passphrase: string,
      iterationExponent: number,
      identifier: number[],
      extendable: number,
    ) => number[];
    readonly encodeMnemonic: (
      identifier: number[],
      extendable: number,
      iterationExponent: number,
      groupIndex: number,
      groupThreshold: number,
      groupCount: number,
      memberIndex: number,
      memberThreshold: number,
      value: number[],
    ) => string;
    /** 15 random bits in 2 bytes. */
    readonly generateIdentifier: () => number[];
    readonly splitSecret: (threshold: number, shares: number, secret: number[]) => number[][];
    readonly validateMnemonic: (mnemonic: string) => boolean;
    readonly combineMnemonics: (mnemonics: readonly string[], passphrase: string) => number[];
  }
  const helper: Slip39Helper;
  export default helper;
}
