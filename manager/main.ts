import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ChainError, requireChain } from './chain.ts';
import { readConfig, type Config } from './config.ts';
import { ConfigError } from './settings.ts';
import { connectChain } from './ethers-chain.ts';
import { collectGarbage } from './blocks/garbage.ts';
import { openKeeper, type Keeper } from './keeper/keeper.ts';
import { releasingInThreads } from './keeper/release-threads.ts';
import { openLinkStore } from './links/sqlite-links.ts';
import { logOptions } from './log.ts';
import { openManagerStore } from './manager-store.ts';
import { openBlocks } from './blocks/open.ts';
import { Pins } from './blocks/pins.ts';
import { createLettingGo } from './blocks/withdrawn.ts';
import { createServer } from './server.ts';
import { createSponsor } from './sponsor/sponsor.ts';
import { UploadGate } from './uploads/gate.ts';
import { UploadQuotas } from './uploads/quota.ts';

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;
const COLLECT_EVERY_MS = 3_600_000;
/** How often it is looked after what was sent to the chain, and after the log of openings. */
const TEND_EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
/** What requests under way get to finish in, when the process is told to stop. */
const STOP_MS = 10_000;

/** Starts a manager; the promise settles when it listens. */
async function start({ sponsorKey, keeperSecret, rpcUrl, database, pinningToken, ...config }: Config): Promise<void> {
  const chain = connectChain({ ...config, sponsorKey, rpcUrl });
  await refuseWrongChain();
  await mkdir(config.dataDir, { recursive: true });
  const [{ blocks, disk }, pins] = await Promise.all([
    openBlocks({ ...config, pinningToken }),
    Pins.open(join(config.dataDir, 'pins')),
  ]);
  const gate = new UploadGate();
  const store = openManagerStore(join(config.dataDir, 'manager.sqlite'));
  const links = openLinkStore(join(config.dataDir, 'links.sqlite'));
  const quotas = new UploadQuotas(config, store.uploads);
  const rows = store.outgoing(`${config.chainId}/${chain.sponsor.address}`);
  const sponsor = createSponsor({ account: chain.sponsor, rows, config });
  const keeper =
    keeperSecret === undefined
      ? undefined
      : await openKeeper(
          { ...config, sponsorKey, keeperSecret, rpcUrl, database },
          { releasing: releasingInThreads(availableParallelism()) },
        );
  // Standard output is for the one line below; the log goes to standard error.
  const logger = logOptions(config.logLevel, process.stderr);
  const lettingGo =
    keeper &&
    createLettingGo({
      blocks,
      pins,
      withdrawn: (after) => keeper.withdrawnRoots(after),
      isWithdrawn: (root) => keeper.isWithdrawn(root),
      onLetGo: () => void collect(app),
    });
  const app: FastifyInstance = await createServer({
    config,
    blocks,
    pins,
    gate,
    quotas,
    chain,
    sponsor,
    links: links.rows,
    ...(keeper && { keeper }),
    ...(lettingGo && { lettingGo }),
    logger,
  });

  await collect(app);
  await dropLinks(app);
  // What was signed before the process ended is sent before anything else is.
  void tend(app);
  // The first time takes longest, and nobody should wait for it.
  if (keeper) void beginLog(app, keeper);
  const url = await app.listen({ port: config.port, host: config.host, listenTextResolver: () => 'listening' });
  const timers = [
    setInterval(() => void collect(app), COLLECT_EVERY_MS),
    setInterval(() => void tend(app), TEND_EVERY_MS),
    setInterval(() => void dropLinks(app), MINUTE_MS),
  ];
  if (keeper) {
    timers.push(setInterval(() => void confirm(app, keeper), TEND_EVERY_MS));
    timers.push(setInterval(() => void letGo(app), TEND_EVERY_MS));
    timers.push(setInterval(() => void report(app, keeper), TEND_EVERY_MS));
    const everyMs = config.anchorEveryMinutes * MINUTE_MS;
    if (everyMs > 0) timers.push(setInterval(() => void anchor(app, keeper), everyMs));
  }
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  async function refuseWrongChain(): Promise<void> {
    try {
      await requireChain(chain, config.chainId);
    } catch (error) {
      // A node that is down may come up later; meanwhile blocks are served, and what needs the chain is refused.
      if (!(error instanceof ChainError) || error.code === 'wrong-chain') throw error;
    }
  }

  /** Never throws: a collection that fails is tried again an hour later, and the node can serve without it. */
  async function collect({ log }: FastifyInstance): Promise<void> {
    if (!disk) return;
    try {
      const collection = await collectGarbage({ blocks: disk, pins, gate });
      if (!collection) return;
      if (collection.damaged > 0)
        log.error(collection, 'pins are damaged, nothing was collected; restore their blocks');
      else log.info(collection, 'collected garbage');
    } catch (error) {
      log.error({ err: error }, 'garbage collection failed');
    }
  }

  /** Never throws: it is tried again soon. */
  async function tend({ log }: FastifyInstance): Promise<void> {
    try {
      await sponsor.outbox.tend();
    } catch (error) {
      log.warn({ err: error }, 'what was sent to the chain could not be looked after');
    }
  }

  /** Never throws: what is over is given to nobody, whether it is still there or not, and it is tried again soon. */
  async function dropLinks({ log }: FastifyInstance): Promise<void> {
    try {
      await links.rows.sweep(Math.floor(Date.now() / 1000));
    } catch (error) {
      log.error({ err: error }, 'health links that are over could not be deleted');
    }
  }

  /** Never throws: whoever asks the keeper for something has it try again. */
  async function catchUp({ log }: FastifyInstance, following: Keeper): Promise<void> {
    try {
      await following.catchUp();
    } catch (error) {
      log.error({ err: error }, 'the chain could not be followed');
    }
  }

  /** What was written before the process ended is confirmed and anchored now: the next time may never come. */
  async function beginLog(server: FastifyInstance, following: Keeper): Promise<void> {
    await catchUp(server, following);
    await letGo(server);
    await confirm(server, following);
    if (config.anchorEveryMinutes > 0) await anchor(server, following);
  }

  /** Never throws: it is tried again soon. */
  async function confirm({ log }: FastifyInstance, following: Keeper): Promise<void> {
    try {
      await following.confirm();
    } catch (error) {
      log.warn({ err: error, ...following.logState }, 'the log of openings is not confirmed');
    }
  }

  /** Never throws: it is tried again at the next time. */
  async function anchor({ log }: FastifyInstance, following: Keeper): Promise<void> {
    try {
      await following.catchUp();
      const { outbox } = sponsor;
      if (await following.anchor({ account: chain.sponsor, outbox })) log.info('anchored the log of openings');
    } catch (error) {
      log.error({ err: error }, 'the log of openings could not be anchored');
    }
  }

  /** Never throws: it is tried again soon. */
  async function report({ log }: FastifyInstance, following: Keeper): Promise<void> {
    try {
      const reported = await following.report({ account: chain.sponsor, outbox: sponsor.outbox });
      if (reported > 0) log.info({ reported }, 'reported requests without consent');
    } catch (error) {
      log.warn({ err: error }, 'requests without consent could not be reported');
    }
  }

  /** Never throws: it is tried again soon. */
  async function letGo({ log }: FastifyInstance): Promise<void> {
    try {
      await lettingGo?.run();
    } catch (error) {
      log.warn({ err: error }, 'what patients withdrew could not be let go of');
    }
  }

  async function stop(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await app.close();
    chain.close();
    await keeper?.close();
    store.close();
    links.close();
  }
}

try {
  await start(readConfig(process.env));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`manager: ${message}\n`);
  process.exit(
    error instanceof ConfigError || (error instanceof ChainError && error.code === 'wrong-chain') ? EXIT_CONFIG : 1,
  );
}
