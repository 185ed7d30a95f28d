import { termsOf } from '../core/care/terms.ts';
import { FHIR_JSON } from '../core/fhir/media-type.ts';
import { isSalusError } from '../core/errors.ts';
import { PURPOSES } from '../core/consent/purposes.ts';
import { readSignable, type SignRequest } from '../core/signing/signable.ts';
import { SECTIONS } from '../core/records/sections.ts';
import { networkKey, type Network } from '../core/network/descriptor.ts';
import { isSecureOrigin } from '../core/secure-origin.ts';
import type { NetworksPort, StoragePort } from '../core/wallet/ports.ts';
import type { Session } from '../core/wallet/session.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { readSealedMessage } from '../core/signing/sealed-message.ts';
import type { Prompts } from './prompts.ts';
import type { Approvals } from './approvals.ts';
import { RpcCode, RpcError } from './errors.ts';
import type { DecryptRequest, MessageKeyRequest } from './params/account.ts';
import { isNodeMethod, type Chain, type TransactionRequest } from './params/chain.ts';
import type {
  AccessRequest,
  ConsentId,
  ListRequest,
  ReadRequest,
  VerifyRequest,
  WriteRequest,
} from './params/health.ts';
import { METHODS, parseRequest, type WireRequest } from './schema.ts';
import { checkSignable, checkTransaction } from './sign-rules.ts';
import { chainHex, networkSeen, tellingChain } from './site-network.ts';
import { SiteUse } from './site-use.ts';
import { checkCarriesOut, listForSite, readForSite, verifyForSite } from './site-records.ts';
import {
  accountPermission,
  consentsOf,
  disconnect,
  endConsentOf,
  permissionsOf,
  requirePayersAsk,
} from './site-permissions.ts';

/** Who sent a request, as the browser vouches for it; nothing in it comes from the page. */
export interface Caller {
  readonly origin: string;
  /** The document the request came from; ends with it. */
  readonly documentId: string;
  readonly topFrame: boolean;
}

export interface ServerParts {
  readonly wallet: Wallet;
  readonly approvals: Approvals;
  readonly storage: StoragePort;
  readonly standing: Prompts['standing'];
  /** Puts a question to the health network's node. @throws NodeError with the node's own answer */
  readonly askNode: (method: string, params: readonly unknown[]) => Promise<unknown>;
  readonly networks: NetworksPort;
  readonly version: string;
  /** Tells pages of a site what changed. */
  readonly notify: (origin: string, event: string, data: unknown) => Promise<void>;
  /** Tells sites what is new in what is known of the chain. */
  readonly tellSites: (session: Session) => Promise<void>;
  /** Tells the wallet's own screens to look again. */
  readonly changed: () => void;
}

/** Answers what pages ask. Page → validate → authorise → (ask the person) → core; there is no other way in. */
export class RpcServer {
  readonly #parts: ServerParts;
  readonly #siteUse = new SiteUse();

  constructor(parts: ServerParts) {
    this.#parts = { ...parts, notify: tellingChain(parts.networks, parts.notify) };
  }

  /** Of the health network that this site may know of, as `eth_chainId` gives it. */
  async chainIdFor(origin: string): Promise<string> {
    return chainHex(await this.#networkFor(origin));
  }

  /** @throws RpcError, SalusError: told to the page by `toRpcError` */
  async handle(request: WireRequest, caller: Caller): Promise<unknown> {
    if (!caller.topFrame) {
      throw new RpcError(
        RpcCode.Unauthorized,
        'Only a page of its own may ask the wallet, not a frame inside one.',
        'frame',
      );
    }
    if (!isSecureOrigin(caller.origin)) {
      throw new RpcError(RpcCode.Unauthorized, 'Only a page that came over https may ask the wallet.', 'insecure-page');
    }
    const { method, params } = parseRequest(request);
    const key = `${caller.documentId}/${request.id}`;
    if (isNodeMethod(method)) return this.#askNode(caller.origin, method, params as unknown[] | undefined);
    switch (method) {
      case 'eth_chainId':
        return this.chainIdFor(caller.origin);
      case 'net_version':
        return String((await this.#networkFor(caller.origin)).chainId);
      case 'eth_accounts':
        return this.accounts(caller.origin);
      case 'eth_requestAccounts':
        return this.#connect(caller.origin, key);
      case 'personal_sign':
      case 'eth_signTypedData':
      case 'eth_signTypedData_v3':
      case 'eth_signTypedData_v4':
        return this.#sign(caller.origin, key, params as SignRequest);
      case 'eth_getEncryptionPublicKey':
        return this.#forAccount('messageKey', caller.origin, key, params as MessageKeyRequest);
      case 'eth_decrypt':
        return this.#forAccount('decrypt', caller.origin, key, params as DecryptRequest);
      case 'eth_sendTransaction':
        return this.#sendTransaction(caller.origin, key, params as TransactionRequest);
      case 'wallet_getPermissions':
        return this.#permissions(caller.origin);
      case 'wallet_requestPermissions':
        return [accountPermission(caller.origin, await this.#connect(caller.origin, key))];
      case 'wallet_revokePermissions':
        return this.#revoke(caller.origin);
      case 'wallet_switchEthereumChain':
        return this.#switchChain(caller.origin, key, params as Chain);
      case 'wallet_addEthereumChain':
        return this.#addChain(caller.origin, params as Chain);
      case 'health_addNetwork':
        return this.#addNetwork(caller.origin, key, params as Network);
      case 'health_getCapabilities':
        return this.#capabilities(caller.origin);
      case 'health_getConsents':
        return consentsOf(await this.#connected(caller.origin), caller.origin);
      case 'health_endConsent':
        return this.#endConsent(caller.origin, params as ConsentId);
      case 'health_requestAccess':
        return this.#requestAccess(caller.origin, key, params as AccessRequest);
      case 'health_listRecords':
        return this.#list(caller.origin, params as ListRequest);
      case 'health_readRecord':
        return this.#read(caller.origin, params as ReadRequest);
      case 'health_verifyRecord':
        return this.#verify(caller.origin, params as VerifyRequest);
      case 'health_writeRecord':
        return this.#write(caller.origin, key, params as WriteRequest);
    }
  }

  /** The account, if this site may see it and the wallet is unlocked; else nothing, which tells the page nothing. */
  async accounts(origin: string): Promise<string[]> {
    try {
      const session = await this.#parts.wallet.session();
      const { sites } = await session.state.read();
      return sites.some((s) => s.origin === origin) ? [session.address.toLowerCase()] : [];
    } catch (error) {
      if (isSalusError(error)) return [];
      throw error;
    }
  }

  async #connect(origin: string, requestKey: string): Promise<string[]> {
    const accounts = await this.accounts(origin);
    if (accounts.length > 0) return accounts;
    return (await this.#parts.approvals.ask({ kind: 'connect', requestKey, origin, params: {} })) as string[];
  }

  /**
   * Asks the person, once `check` has let the request through. One that is asked again after a worker's death was let through before:
   * it waits for the person, who may have to unlock the wallet first.
   */
  async #askChecked(question: Parameters<Approvals['ask']>[0], check: () => Promise<void>): Promise<unknown> {
    if (!(await this.#parts.approvals.knows(question.requestKey))) await check();
    return this.#parts.approvals.ask(question);
  }

  /** Asks the person to sign. What no page may have signed never comes before them. */
  #sign(origin: string, requestKey: string, request: SignRequest): Promise<unknown> {
    const question = { kind: 'sign' as const, requestKey, origin, params: request };
    return this.#askChecked(question, () => this.#checkSignable(origin, request));
  }

  /** Asks the person for something that a connected site may have of the account it sees. */
  #forAccount(
    kind: 'messageKey' | 'decrypt',
    origin: string,
    requestKey: string,
    request: MessageKeyRequest | DecryptRequest,
  ): Promise<unknown> {
    return this.#askChecked({ kind, requestKey, origin, params: request }, async () => {
      await this.#connectedAs(origin, request.address);
      if ('data' in request) readSealedMessage(request.data);
    });
  }

  async #checkSignable(origin: string, request: SignRequest): Promise<void> {
    const { address, deployments } = await this.#connectedAs(origin, request.address);
    const registries = deployments.map(({ registry }) => registry);
    checkSignable(readSignable(request), {
      origin,
      address,
      chainId: this.#parts.networks.current.chainId,
      registries,
    });
  }

  #sendTransaction(origin: string, requestKey: string, request: TransactionRequest): Promise<unknown> {
    return this.#askChecked({ kind: 'transaction', requestKey, origin, params: request }, async () => {
      const { client } = await this.#connectedAs(origin, request.from);
      checkTransaction(request, client.network);
    });
  }

  /** The chain as the health network's node has it. Only for connected sites: others need not know which node that is. */
  async #askNode(origin: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
    await this.#connected(origin);
    return this.#parts.askNode(method, params);
  }

  /** Permissions of a connected site; none of any other, in every state of the wallet alike. */
  async #permissions(origin: string) {
    if ((await this.accounts(origin)).length === 0) return [];
    return permissionsOf(await this.#connected(origin), origin);
  }

  /** Disconnects a site that wants to be; needs nobody's consent. */
  async #revoke(origin: string): Promise<null> {
    if ((await this.accounts(origin)).length === 0) return null;
    await disconnect(await this.#connected(origin), origin);
    await this.#parts.approvals.rejectAll(origin);
    this.#parts.changed();
    await this.#parts.notify(origin, 'accountsChanged', []);
    return null;
  }

  async #endConsent(origin: string, { consentId }: ConsentId) {
    await endConsentOf(await this.#connected(origin), origin, consentId);
    this.#parts.changed();
    await this.#parts.notify(origin, 'consentChanged', { consentId, live: false });
    return { consentId, live: false };
  }

  async #switchChain(origin: string, requestKey: string, { chainId }: Chain): Promise<unknown> {
    const { networks, approvals } = this.#parts;
    const known = await approvals.knows(requestKey);
    if (!known) {
      if (BigInt(chainId) === BigInt((await this.#networkFor(origin)).chainId)) return null;
      await this.#connected(origin);
    }
    const network = (await networks.list()).find((n) => BigInt(n.chainId) === BigInt(chainId));
    if (network === undefined) {
      throw new RpcError(
        RpcCode.UnrecognizedChain,
        'This wallet knows no health network on that chain. Use health_addNetwork.',
        'wrong-chain',
      );
    }
    return approvals.ask({ kind: 'network', requestKey, origin, params: { network, use: true } });
  }

  /** A chain alone is of no use to this wallet, so none is added; one it is on already needs nothing. */
  async #addChain(origin: string, { chainId }: Chain): Promise<null> {
    const known = (await this.#isConnected(origin))
      ? await this.#parts.networks.list()
      : [await this.#networkFor(origin)];
    if (known.some((n) => BigInt(n.chainId) === BigInt(chainId))) return null;
    throw new RpcError(
      RpcCode.InvalidParams,
      'This wallet follows health networks, not chains. Give the network’s description with health_addNetwork.',
      'use-health-methods',
    );
  }

  /** A network the wallet has already stays as it was described: no site puts other nodes under a name the person trusts. */
  async #addNetwork(origin: string, requestKey: string, network: Network): Promise<unknown> {
    const { networks, approvals } = this.#parts;
    if (!(await approvals.knows(requestKey))) {
      await this.#connected(origin);
      if ((await networks.list()).some((n) => networkKey(n) === networkKey(network))) return null;
    }
    return approvals.ask({ kind: 'network', requestKey, origin, params: { network, use: false } });
  }

  async #capabilities(origin: string) {
    const network = await this.#networkFor(origin);
    return {
      version: this.#parts.version,
      api: 'health/1',
      methods: Object.keys(METHODS),
      networks: [{ name: network.name, chainId: chainHex(network) }],
      sections: SECTIONS,
      purposes: PURPOSES,
    };
  }

  async #requestAccess(origin: string, requestKey: string, request: AccessRequest): Promise<unknown> {
    if (!(await this.#parts.approvals.knows(requestKey))) {
      const session = await this.#connected(origin).catch(() => undefined);
      if (session !== undefined) await requirePayersAsk(session, request);
      const answer = session && (await this.#parts.standing(session, origin, request));
      if (answer !== undefined) {
        this.#parts.changed();
        return answer;
      }
    }
    return this.#parts.approvals.ask({ kind: 'access', requestKey, origin, params: request });
  }

  async #list(origin: string, query: ListRequest) {
    const session = await this.#connected(origin);
    await session.catalogue.sync();
    // What is listed is no news afterwards.
    await this.#parts.tellSites(session);
    // A provider who was vouched for a moment ago registers its key now, not at the next alarm.
    void this.#parts.wallet.sync();
    return listForSite(session, query, this.#siteUse.of(session, origin, query.purpose));
  }

  async #read(origin: string, request: ReadRequest) {
    const session = await this.#connected(origin);
    return readForSite(session, request, this.#siteUse.of(session, origin, request.purpose));
  }

  async #verify(origin: string, request: VerifyRequest) {
    const session = await this.#connected(origin);
    return verifyForSite(session, request, this.#siteUse.of(session, origin, request.purpose));
  }

  /** The file is taken in hand once the request is accepted; one that is asked again after a worker's death has it in hand already. */
  async #write(origin: string, requestKey: string, { patient, section, resource, fulfils, bundle }: WriteRequest) {
    const stage = (): Promise<string> => {
      const text = JSON.stringify(bundle ?? resource);
      return this.#parts.storage.stage(new Blob([text], { type: FHIR_JSON }), 'offer.json', origin);
    };
    const question =
      patient === undefined
        ? { kind: 'offer' as const, params: { section } }
        : { kind: 'write' as const, params: { patient, section, order: resource && termsOf(resource), fulfils } };
    return this.#askChecked({ ...question, requestKey, origin, stage }, async () => {
      const session = await this.#connected(origin);
      if (patient === undefined || fulfils === undefined || resource === undefined) return;
      // A pharmacy or a lab is chosen for treatment.
      await checkCarriesOut(session, { patient, fulfils, resource }, this.#siteUse.of(session, origin, 'TREAT'));
    });
  }

  async #isConnected(origin: string): Promise<boolean> {
    return (await this.accounts(origin)).length > 0;
  }

  async #networkFor(origin: string): Promise<Network> {
    return networkSeen(this.#parts.networks, await this.#isConnected(origin));
  }

  /** @param account that the request names */
  async #connectedAs(origin: string, account: string) {
    const session = await this.#connected(origin);
    if (account.toLowerCase() === session.address.toLowerCase()) return session;
    throw new RpcError(RpcCode.Unauthorized, 'This is not the account that this site sees.', 'not-your-account');
  }

  async #connected(origin: string) {
    const unauthorized = () =>
      new RpcError(RpcCode.Unauthorized, 'Ask for an account first (eth_requestAccounts).', 'not-connected');
    const session = await this.#parts.wallet.session().catch(() => undefined);
    if (session === undefined) throw unauthorized();
    const { sites } = await session.state.read();
    if (!sites.some((s) => s.origin === origin)) throw unauthorized();
    return session;
  }
}
