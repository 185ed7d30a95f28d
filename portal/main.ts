import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { profileBlock } from './clinic-profile.ts';
import { ConfigError } from '../manager/settings.ts';
import { readConfig, type Config } from './config.ts';
import { connectHospitalChain } from './ethers-hospital-chain.ts';
import { introduce, untilDone } from './introduce.ts';
import { publishBlock } from './publish-block.ts';
import { profileName } from './profile-name.ts';
import { createServer } from './server.ts';
import { openStaffFile } from './staff/staff-file.ts';

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;
/** What requests under way get to finish in, when the process is told to stop. */
const STOP_MS = 10_000;
const PAGES_DIR = fileURLToPath(new URL('../.output/portal/', import.meta.url));

/** Starts the portal, then makes the hospital known to wallets; settles when both are done, or the process is told to stop. */
async function start({ hospitalKey, administrators, network, ...config }: Config): Promise<void> {
  if (!existsSync(PAGES_DIR)) {
    throw new ConfigError('The pages are not built. Run: npx vite build -c portal/vite.config.ts');
  }
  const chain = connectHospitalChain(network, hospitalKey);
  const file = await openStaffFile(config.dataDir);
  let introduced = false;
  let origin = config.origin ?? '';
  const app = await createServer({
    chain,
    file,
    registry: network.registry,
    place: () => ({ origin, chainId: network.chainId }),
    isAdministrator: (address) => address === chain.address || administrators.includes(address),
    publish: async (block) => (await publishBlock(network, hospitalKey, block)).length >= network.durableAt,
    nameOf: (profile) => profileName(network.managers, profile),
    now: () => Math.floor(Date.now() / 1000),
    pagesDir: PAGES_DIR,
    introduced: () => introduced,
    logStream: process.stderr,
  });
  const url = await app.listen({ port: config.port, host: config.host, listenTextResolver: () => 'listening' });
  origin = config.origin ?? new URL(url).origin;
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url })}\n`);

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  const block = await profileBlock();
  const attempt = async () => {
    const upload = async () => (await publishBlock(network, hospitalKey, block)).length;
    const { managers, durableAt } = network;
    await introduce({ chain, profile: block.cid, managers: managers.length, durableAt, upload, origin });
    introduced = true;
  };
  const tell = (message: string, seconds: number) =>
    void process.stderr.write(`portal: ${message} Trying again in ${seconds} s.\n`);
  await untilDone(attempt, tell, stopping.signal);

  async function stop(): Promise<void> {
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stopping.abort();
    await app.close();
    chain.close();
  }
}

try {
  await start(readConfig(process.env));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`portal: ${message}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
