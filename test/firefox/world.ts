import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { findFirefox, launchFirefox, type Firefox } from '../../scripts/lib/firefox.ts';
import { BUILT_FOR_FIREFOX } from '../../scripts/lib/paths.ts';
import { extensionFor, startStack, type Stack } from '../../scripts/lib/stack.ts';

export interface World {
  /** The whole network, shared by the tests of one file. */
  readonly stack: () => Stack;
  /** A Firefox with the extension and a profile of its own; closed after the test. */
  readonly newBrowser: (preferences?: Readonly<Record<string, unknown>>) => Promise<Firefox>;
  /** Puts a file on the disk. @returns its path */
  readonly file: (name: string, content: string | Uint8Array) => Promise<string>;
}

/** Tests in real Firefox; all of them are skipped where there is none. */
export function inFirefox(tests: (world: World) => void): void {
  const executablePath = findFirefox();
  describe.skipIf(executablePath === undefined)('in Firefox', () => {
    let stack: Stack;
    let extensionDir: string;
    const open: Firefox[] = [];

    beforeAll(async () => {
      stack = await startStack();
      extensionDir = await extensionFor(stack.networkFile, join(stack.dir, 'firefox'), BUILT_FOR_FIREFOX);
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((firefox) => firefox.close()));
    });
    afterAll(() => stack.stop());

    tests({
      stack: () => stack,
      async newBrowser(preferences = {}) {
        const firefox = await launchFirefox({ extensionDir, executablePath: executablePath ?? '', preferences });
        open.push(firefox);
        return firefox;
      },
      async file(name, content) {
        const path = join(stack.dir, name);
        await writeFile(path, content);
        return path;
      },
    });
  });
}
