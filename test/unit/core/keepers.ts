import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Wallet } from 'ethers';
import { onTestFinished } from 'vitest';
import { toHex, random } from '../../../extension/core/bytes.ts';
import type { AskKeeper } from '../../../extension/core/custody/keepers.ts';
import type { Custody } from '../../../extension/core/network/descriptor.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { ChainError } from '../../../manager/chain.ts';
import { ManagerError } from '../../../manager/errors.ts';
import { openKeeper, type Keeper } from '../../../manager/keeper/keeper.ts';
import { temporaryFolder } from '../manager/fixtures.ts';
import { serveHttp } from '../manager/http-service.ts';
import { serveChain } from '../manager/keeper-world.ts';
import { CHAIN_ID, type Registry, type startEvm } from './evm.ts';

const PATHS = { '/v1/read': 'read', '/v1/seal': 'seal', '/v1/log': 'log' } as const;
type Evm = Awaited<ReturnType<typeof startEvm>>;
type Asked = Parameters<AskKeeper>;
type Answer = Awaited<ReturnType<AskKeeper>>;

/** Three keepers as they are, on a test's chain, of whom each can be made to answer otherwise. */
export async function startKeepers(evm: Pick<Evm, 'provider' | 'who' | 'impersonate'>) {
  const node = await serveChain((method, params) => evm.provider.send(method, params));
  const own = await Promise.all(
    Array.from({ length: 3 }, async () => ({
      dataDir: await temporaryFolder(),
      sponsorKey: Wallet.createRandom().privateKey,
      keeperSecret: toHex(random(32)),
    })),
  );
  const secrets = own.map(({ keeperSecret }) => keeperSecret);
  const registries: Registry[] = [];
  let keepers: readonly Keeper[] = [];
  const closeAll = async () => void (await Promise.all(keepers.map((keeper) => keeper.close())));
  onTestFinished(closeAll);

  /** Has them keep the keys of a registry from now on, and those of the ones before it. @returns what its network says of them */
  async function serve(registry: Registry): Promise<Custody> {
    const [newest, ...earlier] = [registry, ...registries].map(({ network }) => network.registry);
    registries.unshift(registry);
    await closeAll();
    keepers = await Promise.all(
      own.map((keeper) =>
        openKeeper({
          ...keeper,
          rpcUrl: node.url,
          chainId: CHAIN_ID,
          registry: newest ?? '',
          earlier,
          finality: 'latest',
          fromBlock: 0,
          readsPerHour: 100_000,
        }),
      ),
    );
    for (const { account, key } of keepers) {
      await registry.as(evm.who.registrar).getFunction('enrol').send(account, Role.EhrManager);
      const itself = registry.as(await evm.impersonate(account));
      await itself.getFunction('setKey').send(key);
    }
    return {
      threshold: 2,
      keepers: keepers.map(({ account, key, logKey: log }, i) => {
        return { url: urlOf(i), account: account.toLowerCase(), key, log, operator: `Operator ${i}` };
      }),
    };
  }

  const http = await serveHttp(async ({ url, body, headers }) => {
    const [, keeper = '', route = ''] = /^(\/\d)(\/.*)$/.exec(url.pathname) ?? [];
    const given = await ask(`${http}${keeper}`, route as Asked[1], JSON.parse(body.toString()), headers.authorization);
    if (given === undefined) throw new Error('no answer');
    const type = { 'content-type': 'application/json' };
    return { status: given.status, headers: type, body: JSON.stringify(given.body) };
  });
  const urlOf = (i: number) => `${http}/${i}`;
  /** What was asked, and of whom. */
  const asked: { keeper: number; path: Asked[1] }[] = [];
  /** What a keeper makes of its own answer. */
  const instead = new Map<number, (answer: () => Promise<Answer>, asked: Asked) => Promise<Answer>>();
  const answer = async (keeper: Keeper, [, path, body, authorization]: Asked): Promise<Answer> => {
    try {
      if (path === '/v1/shares') return { status: 200, body: { signature: await keeper.deal(body, authorization) } };
      if (path === '/v1/erase') return { status: 200, body: { signature: await keeper.erase(body) } };
      if (path === '/v1/withdrawn')
        return { status: 200, body: { signature: await keeper.withdrawn(body, () => Promise.resolve()) } };
      return { status: 200, body: { sealed: await keeper[PATHS[path]](body) } };
    } catch (error) {
      if (error instanceof ManagerError) return { status: error.status, body: error.toBody() };
      if (error instanceof ChainError) return { status: 503, body: {} };
      throw error;
    }
  };
  const ask: AskKeeper = (...question) => {
    const at = keepers.findIndex((_, i) => urlOf(i) === question[0]);
    const keeper = keepers[at];
    if (keeper === undefined) return Promise.resolve(undefined);
    asked.push({ keeper: at, path: question[1] });
    // Over the wire and back.
    const sent = JSON.parse(JSON.stringify(question)) as Asked;
    const itself = () => answer(keeper, sent);
    return instead.get(at)?.(itself, sent) ?? itself();
  };
  /** Digests of the keyrings that each of them keeps. */
  const kept = () =>
    own.map(({ dataDir }) => {
      const db = new DatabaseSync(join(dataDir, 'keeper.sqlite'), { readOnly: true });
      const rows = db.prepare('SELECT digest FROM keyrings').all();
      db.close();
      return rows.map(({ digest }) => toHex(digest as Uint8Array));
    });
  const reads = () => asked.filter(({ path }) => path === '/v1/read').length;
  return { serve, ask, secrets, asked, reads, kept, instead, node };
}
