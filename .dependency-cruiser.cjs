/** Dependencies point inward: entrypoints → ui, rpc, adapters → core. `npm run check` fails when one points out. */
const from = (name, path, to, comment, extra = {}) => ({
  name,
  severity: 'error',
  comment,
  from: { path, ...extra },
  to,
});
const BROWSER_PACKAGES = 'node_modules/(webextension-polyfill|wxt|svelte|idb|helia|@helia|@wxt-dev)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: '^(virtual:|#i18n|@medplum/fhirtypes|@solidity-parser/parser/dist/src/ast-types)',
      },
    },
    from(
      'core-is-inside',
      '^extension/core/',
      { path: '^extension/(rpc|ui|adapters|entrypoints)/' },
      'The domain knows nothing of what surrounds it.',
    ),
    from('core-has-no-browser', '^extension/core/', { path: BROWSER_PACKAGES }, 'The domain runs in plain Node.'),
    from(
      'rpc-only-to-core',
      '^extension/rpc/',
      { path: '^extension/(ui|adapters|entrypoints)/' },
      'The provider API talks to the domain alone.',
    ),
    from(
      'adapters-not-to-screens',
      '^extension/adapters/',
      { path: '^extension/(ui|entrypoints)/' },
      'Adapters are called; they do not call screens.',
    ),
    from(
      'ui-not-to-storage',
      '^extension/ui/',
      { path: '^extension/(entrypoints|adapters/(storage|network|sponsor))' },
      'Screens ask the background, never the store.',
    ),
    from(
      'one-context-never-imports-another',
      '^extension/entrypoints/([^/.]+)',
      { path: '^extension/entrypoints/', pathNot: '^extension/entrypoints/$1' },
      'Contexts speak by messages.',
    ),
    from(
      'nothing-imports-an-entrypoint',
      '^(extension/(core|rpc|ui|adapters)|portal|manager)/',
      { path: '^extension/entrypoints/' },
      'Doorways are entered, not imported.',
    ),
    from(
      'manager-only-to-core',
      '^manager/',
      { path: '^(extension/(rpc|ui|adapters|entrypoints)|portal)/' },
      'A manager shares the domain and nothing else.',
    ),
    from('sdk-stands-alone', '^portal/sdk/', { path: '^portal/(?!sdk/)' }, 'The SDK does not know the sample portal.'),
    from(
      'product-not-to-tests',
      '^(extension|portal|manager|contracts)/',
      { path: '^(test|bench|scripts)/' },
      'Tests know the product, not the reverse.',
    ),
    from(
      'scripts-not-to-bench',
      '^scripts/',
      { path: '^bench/' },
      'The bench is a program of its own: scripts start it and know nothing of it.',
    ),
    from(
      'bench-only-to-script-helpers',
      '^bench/',
      { path: '^scripts/(?!lib/)' },
      'What scripts and bench share is in scripts/lib.',
    ),
    from(
      'script-helpers-stand-alone',
      '^scripts/lib/',
      { path: '^(test|bench|scripts/(?!lib/|vite-))' },
      'Helpers are called by scripts, tests and bench; they call none of them.',
    ),
  ],
  options: {
    doNotFollow: { path: '(node_modules|^[.]wxt)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types', 'svelte'],
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
    },
  },
};
