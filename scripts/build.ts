import { build } from './lib/build.ts';

/** Builds the contracts, the extension for both browsers, and the portal's pages. */
await build();
