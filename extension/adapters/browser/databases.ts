/** A database that other contexts do not let go of within so long is tried again at another time. */
const LET_GO_MS = 10_000;

/** Deletes an IndexedDB. @throws Error while others do not let go of it */
export const deleteDatabase = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = () => reject(new Error('a database is still there'));
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = failed;
    setTimeout(failed, LET_GO_MS);
  });
