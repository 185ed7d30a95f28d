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
import { serveChain } from '../manager/keeper-world.ts';
import { CHAIN_ID, type Registry } from './evm.ts';
import type { world } from './wallets.ts';

const PATHS = { '/v1/read': 'read', '/v1/seal': 'seal', '/v1/log': 'log' } as const;
type Asked = Parameters<AskKeeper>;
type Answer = Awaited<ReturnType<AskKeeper>>;

/** Three keepers as they are, on a test's chain, of whom each can be made to answer otherwise. */
export async function startKeepers(w: Awaited<ReturnType<typeof world>>, registry: Registry) {
  const node = await serveChain((method, params) => w.evm.provider.send(method, params) as Promise<unknown>);
  const keepers: Keeper[] = [];
  const secrets: string[] = [];
  for (let i = 0; i < 3; i++) {
    const keeperSecret = toHex(random(32));
    secrets.push(keeperSecret);
    const keeper = await openKeeper({
      dataDir: await temporaryFolder(),
      rpcUrl: node.url,
      chainId: CHAIN_ID,
      registry: registry.network.registry,
      earlier: [],
      sponsorKey: Wallet.createRandom().privateKey,
      finality: 'latest',
      fromBlock: 0,
      readsPerHour: 100_000,
      keeperSecret,
    });
    onTestFinished(() => keeper.close());
    await registry.as(w.evm.who.registrar).getFunction('enrol').send(keeper.account, Role.EhrManager);
    await registry
      .as(await w.evm.impersonate(keeper.account))
      .getFunction('setKey')
      .send(keeper.key);
    keepers.push(keeper);
  }
  const urlOf = (i: number) => `http://keeper-${i}.test`;
  const custody: Custody = {
    threshold: 2,
    keepers: keepers.map(({ account, key, logKey: log }, i) => {
      return { url: urlOf(i), account: account.toLowerCase(), key, log, operator: `Operator ${i}` };
    }),
  };
  /** What was asked, and of whom. */
  const asked: { keeper: number; path: Asked[1] }[] = [];
  /** What a keeper makes of its own answer. */
  const instead = new Map<number, (answer: () => Promise<Answer>, asked: Asked) => Promise<Answer>>();
  const answer = async (keeper: Keeper, [, path, body, authorization]: Asked): Promise<Answer> => {
    try {
      if (path === '/v1/shares') return { status: 200, body: { signature: await keeper.deal(body, authorization) } };
      return { status: 200, body: { sealed: await keeper[PATHS[path]](body) } };
    } catch (error) {
      if (error instanceof ManagerError) return { status: error.status, body: error.toBody() };
      if (error instanceof ChainError) return { status: 503, body: {} };
      throw error;
    }
  };
  w.asking.ask = (...question) => {
    const at = keepers.findIndex((_, i) => urlOf(i) === question[0]);
    const keeper = keepers[at];
    if (keeper === undefined) return Promise.resolve(undefined);
    asked.push({ keeper: at, path: question[1] });
    // Over the wire and back.
    const sent = JSON.parse(JSON.stringify(question)) as Asked;
    const own = () => answer(keeper, sent);
    return instead.get(at)?.(own, sent) ?? own();
  };
  const reads = () => asked.filter(({ path }) => path === '/v1/read').length;
  return { custody, keepers, secrets, asked, reads, instead, node };
}
