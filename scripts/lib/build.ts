import { bin } from './paths.ts';
import { buildContracts } from './chain.ts';
import { unlessFresh, type Made } from './fresh.ts';
import { runCommand } from './processes.ts';

/** What every bundle depends on besides its own sources. */
const TOOLS = ['package-lock.json', 'tsconfig.json', 'svelte.config.js'];

const EXTENSION: Omit<Made, 'name' | 'to'> = {
  from: [
    'extension',
    'wxt.config.ts',
    'scripts/vite-fhir-definitions.ts',
    'scripts/vite-fhir-elements.ts',
    'scripts/vite-lean-modules.ts',
    'scripts/vite-slip39.ts',
    'scripts/lib/fhir-definitions.ts',
    ...TOOLS,
  ],
};
type Build = Made & { readonly command: readonly [string, ...string[]] };
/** What can be built besides the contracts. */
const BUILDS = {
  chrome: {
    name: 'the extension for Chromium',
    ...EXTENSION,
    to: ['.output/chrome-mv3'],
    command: ['wxt', 'build', '-b', 'chrome'],
  },
  firefox: {
    name: 'the extension for Firefox',
    ...EXTENSION,
    to: ['.output/firefox-mv3'],
    command: ['wxt', 'build', '-b', 'firefox'],
  },
  portal: {
    name: 'the portal',
    from: ['portal', 'extension', ...TOOLS],
    to: ['.output/portal'],
    command: ['vite', 'build', '-c', 'portal/vite.config.ts', '--logLevel', 'warn'],
  },
} as const satisfies Readonly<Record<string, Build>>;
export type Product = keyof typeof BUILDS;
const ALL = Object.keys(BUILDS) as Product[];

/** Builds the contracts and these products, as far as they changed since the last time. */
export async function build(products: readonly Product[] = ALL): Promise<void> {
  await buildContracts();
  for (const product of products) {
    const { command, ...made }: Build = BUILDS[product];
    const [tool, ...args] = command;
    await unlessFresh(made, async () => {
      if ((await runCommand(bin(tool), args)) !== 0) throw new Error(`${made.name} does not build`);
    });
  }
}
