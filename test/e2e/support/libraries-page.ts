import {
  connect,
  createConfig,
  disconnect,
  getConnection,
  reconnect,
  signMessage,
  signTypedData as wagmiSignTypedData,
  type Config,
} from '@wagmi/core';
import { BrowserProvider, Contract, parseEther, type Eip1193Provider, type TransactionResponse } from 'ethers';
import {
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  getAddress,
  http,
  parseAbi,
  type EIP1193Provider,
} from 'viem';

interface Announced {
  readonly info: { readonly rdns: string };
  readonly provider: Eip1193Provider & EIP1193Provider;
}

/** What is signed in every one of these tests. */
const types = { Visit: [{ name: 'day', type: 'string' }] } as const;
const visit = (chainId: number, day: string) => ({
  domain: { name: 'Riverside visits', chainId },
  types,
  primaryType: 'Visit' as const,
  message: { day },
});

/** The wallet among those that announce themselves (EIP-6963), as each library's documentation says to find one. */
function findProvider(): Promise<Announced['provider']> {
  return new Promise((resolve) => {
    window.addEventListener('eip6963:announceProvider', (event) => {
      const { info, provider } = (event as CustomEvent<Announced>).detail;
      if (info.rdns === 'health.salus.wallet') resolve(provider);
    });
    window.dispatchEvent(new Event('eip6963:requestProvider'));
  });
}

/** The network as the libraries want to be told of it. */
const chainOf = (id: number, rpcUrl: string) =>
  defineChain({
    id,
    name: 'Local health network',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });

/** What a bill of the health network's is paid with, as in its contract. */
const PAY_BILL = ['function payBill(address payee, bytes32 commitment) payable'] as const;
/** A bill is paid once, and tests share a chain: each call has one of its own. */
const newBill = (): `0x${string}` =>
  `0x${[...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
const PRICE = parseEther('0.01');

/** How each library has the wallet pay a bill, and what it makes of the receipt. */
const pay = {
  async ethers(_id: number, _rpcUrl: string, payments: string, payee: string) {
    const signer = await new BrowserProvider(await findProvider()).getSigner();
    const contract = new Contract(payments, PAY_BILL, signer);
    const sent = (await contract
      .getFunction('payBill')
      .send(payee, newBill(), { value: PRICE })) as TransactionResponse;
    const receipt = await sent.wait();
    return { hash: sent.hash, succeeded: receipt?.status === 1, from: receipt?.from, to: receipt?.to };
  },

  async viem(id: number, rpcUrl: string, payments: `0x${string}`, payee: `0x${string}`) {
    const [chain, transport] = [chainOf(id, rpcUrl), custom(await findProvider())];
    const client = createWalletClient({ chain, transport });
    const [account] = await client.requestAddresses();
    if (account === undefined) throw new Error('the wallet gave no account');
    const hash = await client.writeContract({
      account,
      address: payments,
      abi: parseAbi(PAY_BILL),
      functionName: 'payBill',
      args: [payee, newBill()],
      value: PRICE,
    });
    const { status, from, to } = await createPublicClient({ chain, transport }).waitForTransactionReceipt({ hash });
    return { hash, succeeded: status === 'success', from: getAddress(from), to: to && getAddress(to) };
  },
} as const;

type Bill = readonly [id: number, rpcUrl: string, payments: `0x${string}`, payee: `0x${string}`];

/** The wagmi configuration of this page: kept, as a page keeps it. */
let config: Config | undefined;
const wagmi = (id: number, rpcUrl: string): Config =>
  (config ??= createConfig({
    chains: [chainOf(id, rpcUrl)],
    transports: { [id]: http(rpcUrl) },
    multiInjectedProviderDiscovery: true,
  }));

/** What the provider rejected with, however deep the library put it. */
function codeOf(error: unknown): number | string {
  for (let e = error; typeof e === 'object' && e !== null; e = Reflect.get(e, 'cause') ?? Reflect.get(e, 'error')) {
    const code: unknown = Reflect.get(e, 'code');
    if (typeof code === 'number' || code === 'ACTION_REJECTED') return code;
  }
  return String(error);
}

const api = {
  accounts: async (): Promise<unknown> => (await findProvider()).request({ method: 'eth_accounts' }),

  connect: async (): Promise<unknown> => (await findProvider()).request({ method: 'eth_requestAccounts' }),

  async ethers(text: string, day: string) {
    const provider = new BrowserProvider(await findProvider());
    const signer = await provider.getSigner();
    const { chainId } = await provider.getNetwork();
    const { domain, types: fields, message } = visit(Number(chainId), day);
    return {
      account: await signer.getAddress(),
      chainId: Number(chainId),
      text: await signer.signMessage(text),
      typed: await signer.signTypedData(domain, { Visit: [...fields.Visit] }, message),
    };
  },

  async viem(id: number, rpcUrl: string, text: string, day: string) {
    const client = createWalletClient({ chain: chainOf(id, rpcUrl), transport: custom(await findProvider()) });
    const [account] = await client.requestAddresses();
    if (account === undefined) throw new Error('the wallet gave no account');
    await client.switchChain({ id });
    return {
      account,
      chainId: await client.getChainId(),
      permissions: (await client.getPermissions()).map((permission) => permission.parentCapability),
      text: await client.signMessage({ account, message: text }),
      typed: await client.signTypedData({ account, ...visit(id, day) }),
    };
  },

  async wagmi(id: number, rpcUrl: string, text: string, day: string) {
    const own = wagmi(id, rpcUrl);
    const connector = own.connectors.find((c) => c.id === 'health.salus.wallet');
    if (connector === undefined) throw new Error('the wallet is not among the connectors');
    const { accounts, chainId } = await connect(own, { connector });
    return {
      account: accounts[0],
      chainId,
      text: await signMessage(own, { message: text }),
      typed: await wagmiSignTypedData(own, visit(id, day)),
    };
  },

  /** What wagmi thinks of the connection now. */
  wagmiState(id: number, rpcUrl: string) {
    const { status, address } = getConnection(wagmi(id, rpcUrl));
    return { status, address };
  },

  /** As a page does when it is loaded again. @returns how many connections were taken up */
  async wagmiReconnect(id: number, rpcUrl: string) {
    return (await reconnect(wagmi(id, rpcUrl))).length;
  },

  wagmiDisconnect: async (id: number, rpcUrl: string) => disconnect(wagmi(id, rpcUrl)),

  /** What ethers and viem read from the chain through the wallet alone. */
  async reads(address: `0x${string}`) {
    const provider = await findProvider();
    const ethers = new BrowserProvider(provider);
    const viem = createPublicClient({ transport: custom(provider) });
    return {
      codes: [await ethers.getCode(address), (await viem.getCode({ address })) ?? '0x'],
      balances: [String(await ethers.getBalance(address)), String(await viem.getBalance({ address }))],
      blocks: [await ethers.getBlockNumber(), Number(await viem.getBlockNumber())],
    };
  },

  /** Pays a bill of the network's, and awaits the receipt through the wallet alone. */
  pays: (library: keyof typeof pay, ...bill: Bill) => pay[library](...bill),

  paymentRefused: (library: keyof typeof pay, ...bill: Bill): Promise<number | string> =>
    pay[library](...bill).then(() => 'paid', codeOf),

  /** How each library tells that the person said no. */
  async refused(library: 'ethers' | 'viem' | 'wagmi', id: number, rpcUrl: string) {
    const asked = {
      ethers: async () => new BrowserProvider(await findProvider()).getSigner(),
      viem: async () => createWalletClient({ transport: custom(await findProvider()) }).requestAddresses(),
      wagmi: async () => {
        const own = wagmi(id, rpcUrl);
        const connector = own.connectors.find((c) => c.id === 'health.salus.wallet');
        if (connector !== undefined) await connect(own, { connector });
      },
    };
    return asked[library]().then(() => 'approved', codeOf);
  },
};

export type LibrariesPage = typeof api;
declare global {
  interface Window {
    libraries: LibrariesPage;
  }
}
window.libraries = api;
