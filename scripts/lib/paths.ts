import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const OUTPUT = join(ROOT, '.output');
/** What the contracts are compiled to: as they are deployed where `SALUS_CONTRACTS` says so, as hardhat.config.ts reads it too. */
export const CONTRACTS = join(ROOT, process.env['SALUS_CONTRACTS'] ?? '.output/contracts');
/** What is compiled as it is deployed. */
export const PRODUCTION_CONTRACTS = '.output/contracts-production';
/** Where `wxt build` puts the extension. */
export const BUILT_EXTENSION = join(OUTPUT, 'chrome-mv3');
export const BUILT_FOR_FIREFOX = join(OUTPUT, 'firefox-mv3');
export const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
