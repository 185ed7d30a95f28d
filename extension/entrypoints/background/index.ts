import { defineBackground } from 'wxt/utils/define-background';
import { startBackground } from './start.ts';

// Firefox's background page loads what it hosts by `import()`, which takes a module; a service worker is best one file.
export default defineBackground({ type: { firefox: 'module' }, main: startBackground });
