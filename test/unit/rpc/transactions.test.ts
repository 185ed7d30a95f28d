import { Interface, parseEther, toBeHex, toQuantity, Transaction } from 'ethers';
import { describe, expect, it } from 'vitest';
import { KNOWN_CALLS, meaningOf } from '../../../extension/core/registry/known-calls.ts';
import { registryInterface, Role } from '../../../extension/core/registry/abi.ts';
import { replace, sentTransactions } from '../../../extension/core/wallet/transactions.ts';
import type { TransactionView } from '../../../extension/rpc/prompts/transaction.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';
const NOTE = `0x${'11'.repeat(32)}`;
const payments = new Interface(KNOWN_CALLS.payments);

/** A wallet with ether, connected to the site. */
async function richWallet() {
  const world = await walletWorld();
  const { session, evm } = world;
  await evm.provider.send('hardhat_setBalance', [session.address, toBeHex(parseEther('1'))]);
  const [me] = (await world.connect(SITE)) as [string];
  const sendIt = (transaction: object) => world.ask(SITE, 'eth_sendTransaction', [{ from: me, ...transaction }]);
  /** Shows the one prompt that is open. */
  const shown = async () => (await world.prompts.view(await world.prompt())) as TransactionView & { id: string };
  /** Approves it as the person does who read it. */
  const yes = async () => {
    const { fee } = await shown();
    const approval = await world.prompt();
    await world.approvals.settle(approval.id, { result: await world.prompts.carryOut(approval, { fee }) });
  };
  const hospital = evm.who.hospital.address;
  const bill = {
    to: world.network.payments,
    value: toBeHex(1_000n),
    data: payments.encodeFunctionData('payBill', [hospital, NOTE]),
  };
  const autoMine = (on: boolean) => evm.provider.send('evm_setAutomine', [on]);
  return { ...world, me, sendIt, shown, yes, hospital, bill, autoMine };
}

describe('a transaction that a site asks for', () => {
  it('is shown in words with its cost, and sent after a yes', async () => {
    const { sendIt, shown, yes, bill, hospital, evm, session } = await richWallet();
    const answer = sendIt(bill);
    const view = await shown();
    expect(view).toMatchObject({
      kind: 'transaction',
      value: '1000',
      outlook: 'works',
      meaning: {
        kind: 'known',
        contract: 'payments',
        name: 'payBill',
        fields: [
          { path: 'payee', type: 'address', value: hospital },
          { path: 'commitment', type: 'bytes32', value: NOTE },
        ],
      },
      known: [{ address: hospital, role: Role.Hospital, active: true }],
    });
    await yes();
    const receipt = await evm.provider.getTransactionReceipt((await answer) as string);
    expect(receipt).toMatchObject({ status: 1, from: session.address });
    expect(receipt!.gasUsed * receipt!.gasPrice).toBeLessThanOrEqual(BigInt(view.fee));
    expect(await sentTransactions(session)).toMatchObject([{ hash: receipt!.hash, status: 'done', origin: SITE }]);
  });

  it('that would fail is said to, before anything is signed', async () => {
    const { sendIt, shown, bill, me, approvals } = await richWallet();
    const toNobody = payments.encodeFunctionData('payBill', [me.replace(/..$/, '00'), NOTE]);
    const answer = sendIt({ ...bill, data: toNobody });
    const { id, outlook } = await shown();
    expect(outlook).toBe('fails');
    await approvals.refuse(id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
  });

  it('that the account cannot pay for is said to be too dear', async () => {
    const { sendIt, shown, bill, approvals } = await richWallet();
    const answer = sendIt({ ...bill, value: toBeHex(parseEther('2')) });
    const { id, outlook } = await shown();
    expect(outlook).toBe('too-dear');
    await approvals.refuse(id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
  });

  it('has the wallet’s own fee, whatever the site says', async () => {
    const { sendIt, yes, bill, evm } = await richWallet();
    const answer = sendIt({
      ...bill,
      maxPriorityFeePerGas: toBeHex(parseEther('0.001')),
      gas: '0x1c9c380',
      nonce: '0x64',
    });
    await yes();
    const sent = await evm.provider.getTransaction((await answer) as string);
    expect(sent!.maxPriorityFeePerGas).toBeLessThan(parseEther('0.00001'));
    expect(sent).toMatchObject({ nonce: 0 });
  });

  it('cannot cost more than the person saw', async () => {
    const { sendIt, prompt, prompts, approvals, bill, session } = await richWallet();
    const answer = sendIt(bill);
    const approval = await prompt();
    const { fee } = (await prompts.view(approval)) as TransactionView;
    await expect(prompts.carryOut(approval, { fee: String(BigInt(fee) - 1n) })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(prompts.carryOut(approval, {})).rejects.toMatchObject({ code: 'bad-request' });
    await approvals.refuse(approval.id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
    expect(await sentTransactions(session)).toEqual([]);
  });

  it('is sent once, also when a yes is carried out again because the worker died before its answer', async () => {
    const { sendIt, prompt, prompts, approvals, bill, session } = await richWallet();
    const answer = sendIt(bill);
    const approval = await prompt();
    const { fee } = (await prompts.view(approval)) as TransactionView;
    const hash = await prompts.carryOut(approval, { fee });
    expect(await prompts.carryOut(approval, { fee })).toBe(hash);
    await approvals.settle(approval.id, { result: hash });
    expect(await answer).toBe(hash);
    expect(await sentTransactions(session)).toHaveLength(1);
  });

  it.each(['grant', 'revoke', 'rotate', 'addRecord', 'join', 'setKey', 'multicall', 'request'])(
    'never is the registry’s “%s”, which is asked for by the health methods',
    async (name) => {
      const { sendIt, network, approvals } = await richWallet();
      const data = `${registryInterface.getFunction(name)!.selector}${'00'.repeat(64)}`;
      await expect(sendIt({ to: network.registry, data })).rejects.toMatchObject({ reason: 'use-health-methods' });
      expect(await approvals.pending()).toEqual([]);
    },
  );

  it('hides nothing behind a call that has words', () => {
    const network = { registry: `0x${'22'.repeat(20)}`, payments: `0x${'33'.repeat(20)}` } as never;
    const call = payments.encodeFunctionData('release', [NOTE]);
    const to = `0x${'33'.repeat(20)}`;
    expect(meaningOf(network, to, call).kind).toBe('known');
    expect(meaningOf(network, to, `${call}00`).kind).toBe('forbidden');
    expect(meaningOf(network, to, '0x').kind).toBe('forbidden');
    expect(meaningOf(network, `0x${'44'.repeat(20)}`, call).kind).toBe('unknown');
    expect(meaningOf(network, `0x${'44'.repeat(20)}`, '0x').kind).toBe('transfer');
  });

  it('is for this chain, this account and a connected site only', async () => {
    const { sendIt, ask, bill, me } = await richWallet();
    await expect(sendIt({ ...bill, chainId: '0x1' })).rejects.toMatchObject({ reason: 'wrong-chain' });
    await expect(sendIt({ ...bill, from: bill.to })).rejects.toMatchObject({ reason: 'not-your-account' });
    await expect(ask('https://other.example', 'eth_sendTransaction', [{ from: me, ...bill }])).rejects.toMatchObject({
      reason: 'not-connected',
    });
    await expect(sendIt({ data: '0x6000' })).rejects.toMatchObject({ code: -32_602 }); // no contract is made
  });
});

describe('a transaction that waits', () => {
  it('is sped up by the same again for a higher fee, and both are told apart', async () => {
    const { sendIt, yes, bill, session, evm, autoMine } = await richWallet();
    await autoMine(false);
    const answer = sendIt(bill);
    await yes();
    const first = (await answer) as string;
    expect(await sentTransactions(session)).toMatchObject([{ status: 'waiting' }]);
    const second = await replace(session, first, 'speedUp');
    await evm.mine(1);
    expect(await sentTransactions(session)).toMatchObject([
      { hash: second, status: 'done', kind: 'speedUp', replaces: first },
      { hash: first, status: 'replaced' },
    ]);
    const [a, b] = [await evm.provider.getTransaction(second), Transaction.from({ data: bill.data })];
    expect(a!.data).toBe(b.data);
  });

  it('is cancelled by nothing to oneself in its place', async () => {
    const { sendIt, yes, bill, session, evm, autoMine } = await richWallet();
    await autoMine(false);
    const answer = sendIt(bill);
    await yes();
    const instead = await replace(session, (await answer) as string, 'cancel');
    await evm.mine(1);
    expect(await sentTransactions(session)).toMatchObject([
      { hash: instead, status: 'done', to: session.address, value: '0', data: '0x' },
      { status: 'replaced' },
    ]);
    await expect(replace(session, (await answer) as string, 'cancel')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leaves the next one a place of its own', async () => {
    const { sendIt, yes, bill, session, evm, autoMine } = await richWallet();
    await autoMine(false);
    for (let n = 0; n < 3; n++) {
      const answer = sendIt({ ...bill, value: toBeHex(BigInt(1_000 + n)) });
      await yes();
      await answer;
    }
    expect((await sentTransactions(session)).map((t) => t.nonce)).toEqual([2, 1, 0]);
    await evm.mine(1);
    expect((await sentTransactions(session)).map((t) => t.status)).toEqual(['done', 'done', 'done']);
  });
});

describe('what became of transactions', () => {
  /** A wallet that sent two, and what its node says in place of the truth. */
  async function sentTwo() {
    const w = await richWallet();
    const hashes: string[] = [];
    for (let n = 0; n < 2; n++) {
      const answer = w.sendIt({ ...w.bill, value: toBeHex(BigInt(1_000 + n)) });
      await w.yes();
      hashes.unshift((await answer) as string);
    }
    const { provider } = w.session.client;
    const really = provider.send.bind(provider);
    const says = (change: (method: string, hash: unknown) => unknown) => {
      provider.send = (method: string, params: unknown[]): Promise<unknown> => {
        const changed = change(method, params[0]);
        if (changed instanceof Error) return Promise.reject(changed);
        return changed === undefined ? really(method, params) : Promise.resolve(changed);
      };
    };
    const statuses = async () => (await sentTransactions(w.session)).map((t) => t.status);
    return { ...w, hashes, says, statuses };
  }

  it.each([
    ['a word', 'soon'],
    ['a status of its own', { status: '0x2' }],
    ['no status', { blockNumber: '0x1' }],
    ['a list', []],
    ['a failure', new Error('429')],
  ])('is told of the others when a receipt is %s', async (_, odd) => {
    const { hashes, says, statuses } = await sentTwo();
    says((method, hash) => (method === 'eth_getTransactionReceipt' && hash === hashes[0] ? odd : undefined));
    expect(await statuses()).toEqual(['unknown', 'done']);
  });

  it('is not “replaced” while the receipt is late', async () => {
    const { says, statuses } = await sentTwo();
    says((method) => (method === 'eth_getTransactionReceipt' ? null : undefined));
    expect(await statuses()).toEqual(['waiting', 'waiting']);
    says((method) => (/Receipt|ByHash/.test(method) ? null : undefined));
    expect(await statuses()).toEqual(['waiting', 'waiting']);
  });

  it('is not known while the node is away or counts oddly, and nothing is lost', async () => {
    const { says, statuses } = await sentTwo();
    says(() => new Error('away'));
    expect(await statuses()).toEqual(['unknown', 'unknown']);
    says((method) => (method === 'eth_getTransactionCount' ? '0xzz' : undefined));
    expect(await statuses()).toEqual(['done', 'done']);
  });
});

describe('what only reads the chain', () => {
  it('is answered by the health network’s node, its refusals with the revert data', async () => {
    const { ask, me, network, bill, evm } = await richWallet();
    expect(BigInt((await ask(SITE, 'eth_blockNumber')) as string)).toBe(BigInt(await evm.provider.getBlockNumber()));
    expect(await ask(SITE, 'eth_getBalance', [me, 'latest'])).toBe(toQuantity(parseEther('1')));
    const role = registryInterface.encodeFunctionData('isActive', [me]);
    expect(BigInt((await ask(SITE, 'eth_call', [{ to: network.registry, data: role }, 'latest'])) as string)).toBe(1n);
    await expect(
      ask(SITE, 'eth_call', [{ to: bill.to, data: payments.encodeFunctionData('release', [NOTE]) }, 'latest']),
    ).rejects.toMatchObject({ name: 'NodeError', code: expect.any(Number) as number });
  });

  it('is not for sites that are not connected, whatever state the wallet is in', async () => {
    const { ask, state } = await walletWorld();
    const refused = { code: 4100, reason: 'not-connected' };
    await expect(ask(SITE, 'eth_blockNumber')).rejects.toMatchObject(refused);
    state.locked = true;
    await expect(ask(SITE, 'eth_blockNumber')).rejects.toMatchObject(refused);
  });
});
