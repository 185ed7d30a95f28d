/// <reference types="mocha" />
import { interfaceBlockstoreTests } from 'interface-blockstore-tests';
import 'mocha/mocha.js';
import { openDatabase } from '../../../extension/adapters/storage/database.ts';
import { IdbBlockstore } from '../../../extension/adapters/storage/idb-blockstore.ts';

export interface SuiteResult {
  readonly passes: number;
  /** Name and reason of each. */
  readonly failures: readonly string[];
}

/** A reporter that says nothing: the spec asks for the numbers. */
class Silent {}

/** Runs the public `interface-blockstore-tests` in this page, each test on a database of its own. */
export async function runPublicSuite(): Promise<SuiteResult> {
  mocha.setup({ ui: 'bdd', reporter: Silent as unknown as Mocha.ReporterConstructor });
  const stop = new WeakMap<IdbBlockstore, () => void>();
  let count = 0;
  describe('IdbBlockstore', () =>
    interfaceBlockstoreTests({
      async setup() {
        const db = await openDatabase(`suite-${count++}`);
        const store = new IdbBlockstore(db);
        stop.set(store, () => db.close());
        return store;
      },
      teardown: (store) => stop.get(store)?.(),
    }));
  const failures: string[] = [];
  let passes = 0;
  return new Promise((resolve) => {
    mocha
      .run(() => resolve({ passes, failures }))
      .on('pass', () => passes++)
      .on('fail', (test: Mocha.Runnable, error: Error) => failures.push(`${test.fullTitle()}: ${error.message}`));
  });
}
