import { isError } from 'ethers';
import { KeyWork } from '../../../extension/core/custody/key-work.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { MessageBox } from '../../../extension/adapters/crypto/message-box.ts';
import { nodeAsker } from '../../../extension/adapters/rpc-node.ts';
import { SalusError } from '../../../extension/core/errors.ts';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import type { NetworksPort } from '../../../extension/core/wallet/ports.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { Session } from '../../../extension/core/wallet/session.ts';
import type { Wallet } from '../../../extension/core/wallet/wallet.ts';
import { Approvals, type PromptWindows } from '../../../extension/rpc/approvals.ts';
import { createPrompts } from '../../../extension/rpc/prompts.ts';
import { RpcServer } from '../../../extension/rpc/server.ts';
import { SiteNews } from '../../../extension/rpc/site-news.ts';
import { startEvm } from '../core/evm.ts';
import { startKeepers } from '../core/keepers.ts';
import { MemoryRows } from '../core/memory-rows.ts';
import { MemoryStorage } from '../core/memory-storage.ts';
import { fill } from '../core/support.ts';

/** A patient's wallet and a doctor on a chain of the test's own, and the server that answers pages. */
export async function walletWorld() {
  const evm = await startEvm();
  const payer = evm.next();
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const deployed = await evm.deploy();
  const { contract, as } = deployed;
  const keepers = await startKeepers(evm);
  const network = { ...deployed.network, custody: await keepers.serve(deployed) };
  const blocks = new MemoryStorage().blocks;
  const storage = new MemoryStorage(blocks);

  async function open(seed: number, own: MemoryStorage): Promise<Session> {
    const slot: { value?: unknown } = {};
    const rows = new MemoryRows();
    return new Session(await Keyring.fromEntropy(fill(32, seed)), {
      clients: [new RegistryClient(network, evm.node().provider)],
      storage: own,
      sponsor: {
        async submit(calls, to) {
          const data = contract.interface.encodeFunctionData('multicall', [calls]);
          const transaction = await payer.sendTransaction({ to, data }).catch((error: unknown) => {
            if (!isError(error, 'CALL_EXCEPTION')) throw error;
            throw new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
          });
          await transaction.wait();
          return transaction.hash;
        },
      },
      keyWork: new KeyWork(nobleGroup),
      askKeeper: keepers.ask,
      stateSlot: () => ({
        read: () => Promise.resolve(slot.value),
        write: (value) => Promise.resolve(void (slot.value = value)),
      }),
      catalogueStore: () => rows,
      now,
    });
  }
  const session = await open(1, storage);
  const doctor = await open(2, new MemoryStorage(blocks));
  await session.state.update((s) => ({ ...s, kind: 'patient' }));
  await ensureMembership(session);
  await as(evm.who.hospital).getFunction('enrol').send(doctor.address, Role.Doctor);
  await doctor.state.update((s) => ({ ...s, kind: 'provider' }));
  await ensureMembership(doctor);

  const events: unknown[][] = [];
  const tellSite = (...event: unknown[]) => Promise.resolve(void events.push(event));
  const news = new SiteNews(tellSite);
  const { notify } = news;
  /** `acting`: whose wallet it is, where that is neither the patient's nor the doctor's. */
  const state = { locked: false, ownNetwork: false, isDoctor: false, acting: undefined as Session | undefined };
  const wallet = {
    session: () =>
      state.locked
        ? Promise.reject(new SalusError('vault-locked', 'locked'))
        : Promise.resolve(state.acting ?? (state.isDoctor ? doctor : session)),
    oneOfSeveral: () => Promise.resolve(undefined),
    sync: () => Promise.resolve(),
  } as unknown as Wallet;
  const stored = new Map<string, unknown>();
  const opened: string[] = [];
  const windows: PromptWindows = {
    open: (id) => Promise.resolve(opened.push(id)),
    focus: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const memory = {
    get: (key: string) => Promise.resolve(structuredClone(stored.get(key))),
    set: (key: string, value: unknown) => Promise.resolve(void stored.set(key, structuredClone(value))),
    remove: (key: string) => Promise.resolve(void stored.delete(key)),
  };
  const approvals = new Approvals(memory, windows, Date.now);
  const added: Network[] = [];
  const chosen: string[] = [];
  const called: Network[] = [];
  const networks: NetworksPort = {
    current: network,
    get isBuiltIn() {
      return !state.ownNetwork;
    },
    list: () => Promise.resolve([network, ...added]),
    add: (one) => Promise.resolve(void added.push(one)),
    remove: () => Promise.resolve(),
    choose: (key) => Promise.resolve(void chosen.push(key)),
    answers: (one) => {
      called.push(one);
      return Promise.resolve(one.rpcUrl === network.rpcUrl);
    },
  };
  /** Of whoever's wallet it is. */
  const inHand = new Proxy(storage, {
    get(_, name) {
      const own = (state.acting?.storage ?? storage) as MemoryStorage;
      const member: unknown = Reflect.get(own, name);
      return typeof member === 'function' ? (member.bind(own) as unknown) : member;
    },
  });
  const prompts = createPrompts({ wallet, networks, storage: inHand, messages: new MessageBox(), notify });
  const changed = () => undefined;
  const server = new RpcServer({
    wallet,
    approvals,
    storage: inHand,
    standing: prompts.standing,
    askNode: nodeAsker(session.client.provider),
    networks,
    tellSites: (one) => news.tell(one),
    version: '1',
    notify,
    changed,
  });

  let requests = 0;
  /** Asks as a page of `origin` does. @param id of a request that is made again */
  const ask = (origin: string, method: string, params?: unknown, id = String(++requests)): Promise<unknown> => {
    const caller = { origin, documentId: origin, topFrame: true };
    return server.handle({ id: id.padStart(32, '0'), method, ...(params !== undefined && { params }) }, caller);
  };
  /** Waits for the one prompt that is open. */
  async function prompt() {
    for (let tries = 0; tries < 200; tries++) {
      const [approval] = await approvals.pending();
      if (approval !== undefined) return approval;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error('no prompt came up');
  }
  /** Approves it as the person does. */
  async function approve(): Promise<void> {
    const approval = await prompt();
    await approvals.settle(approval.id, { result: await prompts.carryOut(approval, {}) });
  }
  async function connect(origin: string): Promise<unknown> {
    const answer = ask(origin, 'eth_requestAccounts');
    await approve();
    return answer;
  }
  /** Gives the doctor access for an hour, as if `origin` had asked for it. @returns consent id */
  async function consentFor(origin: string): Promise<string> {
    const until = Math.floor(Date.now() / 1000) + 3_600;
    const { consent } = await giveConsent(session, {
      origin,
      recipient: doctor.address,
      purpose: 'TREAT',
      reason: 'test',
      sections: ['allergies'],
      rights: ['read'],
      until,
    });
    return consent.consentId;
  }
  /** A wallet of somebody whom the network does not know. */
  const stranger = (seed: number): Promise<Session> => open(seed, new MemoryStorage(blocks));
  /** Somebody else whom the hospital vouches for, or another who may enrol that role, in a wallet of their own. */
  async function hire(seed: number, role: Role, by = evm.who.hospital): Promise<Session> {
    const member = await stranger(seed);
    await as(by).getFunction('enrol').send(member.address, role);
    await member.state.update((s) => ({ ...s, kind: 'provider' }));
    await ensureMembership(member);
    return member;
  }
  /** Lets time go by for the wallets. */
  const pass = (seconds: number) => void (ahead += seconds * 1_000);
  return {
    pass,
    added,
    chosen,
    called,
    evm,
    registry: as,
    session,
    doctor,
    state,
    network,
    events,
    news,
    tellSite,
    opened,
    approvals,
    prompts,
    ask,
    prompt,
    approve,
    connect,
    consentFor,
    hire,
    stranger,
  };
}
