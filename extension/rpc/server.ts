import { isSalusError } from '../core/errors.ts';
import { PURPOSES } from '../core/consent/purposes.ts';
import { fromUtf8, toBase64 } from '../core/bytes.ts';
import { listShared } from '../core/wallet/list-records.ts';
import { readRecord } from '../core/wallet/read-record.ts';
import type { RecordItem } from '../core/records/book.ts';
import { SECTIONS } from '../core/records/sections.ts';
import { Role } from '../core/registry/abi.ts';
import type { StoragePort } from '../core/wallet/ports.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import type { Approvals } from './approvals.ts';
import { RpcCode, RpcError } from './errors.ts';
import { parseRequest, type ListRequest, type ReadRequest, type WireRequest, type WriteRequest } from './schema.ts';

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
  readonly chainId: number;
  readonly networkName: string;
  readonly version: string;
}

const hex = (n: number): string => `0x${n.toString(16)}`;

/** Answers what pages ask. Page → validate → authorise → (ask the person) → core; there is no other way in. */
export class RpcServer {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** @throws RpcError, SalusError: told to the page by `toRpcError` */
  async handle(request: WireRequest, caller: Caller): Promise<unknown> {
    if (!caller.topFrame || !/^https?:\/\/[^/]+$/.test(caller.origin)) {
      throw new RpcError(
        RpcCode.Unauthorized,
        'Only a page of its own may ask the wallet, not a frame inside one.',
        'frame',
      );
    }
    const { method, params } = parseRequest(request);
    const key = `${caller.documentId}/${request.id}`;
    switch (method) {
      case 'eth_chainId':
        return hex(this.#parts.chainId);
      case 'net_version':
        return String(this.#parts.chainId);
      case 'eth_accounts':
        return this.#accounts(caller.origin);
      case 'eth_requestAccounts':
        return this.#connect(caller.origin, key);
      case 'health_getCapabilities':
        return this.#capabilities();
      case 'health_requestAccess':
        return this.#parts.approvals.ask({ kind: 'access', requestKey: key, origin: caller.origin, params: params });
      case 'health_listRecords':
        return this.#list(caller.origin, params as ListRequest);
      case 'health_readRecord':
        return this.#read(caller.origin, params as ReadRequest);
      case 'health_writeRecord':
        return this.#write(caller.origin, key, params as WriteRequest);
    }
  }

  /** The account, if this site may see it and the wallet is unlocked; else nothing, which tells the page nothing. */
  async #accounts(origin: string): Promise<string[]> {
    try {
      const session = await this.#parts.wallet.session();
      const { sites } = await session.state.read();
      return sites.some((s) => s.origin === origin) ? [session.address.toLowerCase()] : [];
    } catch (error) {
      if (isSalusError(error)) return [];
      throw error;
    }
  }

  async #connect(origin: string, requestKey: string): Promise<unknown> {
    const accounts = await this.#accounts(origin);
    if (accounts.length > 0) return accounts;
    return this.#parts.approvals.ask({ kind: 'connect', requestKey, origin, params: {} });
  }

  #capabilities() {
    return {
      version: this.#parts.version,
      api: 'health/1',
      networks: [{ name: this.#parts.networkName, chainId: hex(this.#parts.chainId) }],
      sections: SECTIONS,
      purposes: PURPOSES,
    };
  }

  async #list(origin: string, query: ListRequest) {
    const session = await this.#connected(origin);
    // A provider who was vouched for a moment ago registers its key now, not at the next alarm.
    void this.#parts.wallet.sync();
    const { items, unreadable } = await listShared(session, query.patient);
    const matching = items.filter((item) => matchesQuery(item, query));
    const start = query.after === undefined ? 0 : matching.findIndex((i) => i.id === query.after) + 1;
    const page = matching.slice(start, start + query.limit);
    const next = start + query.limit < matching.length ? page.at(-1)?.id : undefined;
    return { records: page.map(toPage), total: matching.length, unreadable: unreadable.length, ...(next && { next }) };
  }

  async #read(origin: string, { patient, id }: ReadRequest) {
    const session = await this.#connected(origin);
    if (patient.toLowerCase() === session.address.toLowerCase()) throw notForSites();
    const { item, bytes, provenance } = await readRecord(session, patient, id);
    const { author, vouchedBy, ...place } = provenance;
    const who = {
      address: author.address,
      role: roleName(author.role),
      active: author.active,
      vouchedBy: vouchedBy?.address,
    };
    const content =
      item.mediaType === 'application/fhir+json'
        ? { resource: JSON.parse(fromUtf8(bytes)) as unknown }
        : { bytes: toBase64(bytes) };
    return { ...toPage(item), ...content, provenance: { ...place, author: who } };
  }

  async #write(origin: string, requestKey: string, write: WriteRequest) {
    const ask = async (kind: 'offer' | 'write', params: unknown) => {
      // Asked again after a worker's death: the file is already in hand.
      if (await this.#parts.approvals.knows(requestKey)) {
        return this.#parts.approvals.ask({ kind, requestKey, origin, params });
      }
      const text = JSON.stringify(write.bundle ?? write.resource);
      const job = await this.#parts.storage.stage(new Blob([text], { type: 'application/json' }), 'offer.json', origin);
      return this.#parts.approvals.ask({ kind, requestKey, origin, params, job });
    };
    const { patient, section } = write;
    if (patient === undefined) return ask('offer', { section });
    await this.#connected(origin);
    return ask('write', { patient, section });
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

const notForSites = () =>
  new RpcError(
    RpcCode.Unauthorized,
    'A site reads a record through a recipient the patient gave access to.',
    'no-consent',
  );

const roleName = (role: Role): string => Object.entries(Role).find(([, n]) => n === role)?.[0] ?? 'None';

const toPage = ({
  id,
  patient,
  author,
  section,
  type,
  title,
  date,
  code,
  mediaType,
  size,
  block,
  transaction,
}: RecordItem) => ({
  id,
  patient,
  author,
  section,
  type,
  title,
  date,
  code,
  mediaType,
  size,
  block,
  transactionHash: transaction,
});

function matchesQuery(item: RecordItem, { section, code, from, to }: ListRequest): boolean {
  if (section !== undefined && item.section !== section) return false;
  if (code !== undefined && item.code !== code && item.code?.split('|')[1] !== code) return false;
  if (from !== undefined && (item.date === undefined || item.date < from)) return false;
  return to === undefined || (item.date !== undefined && item.date.slice(0, to.length) <= to);
}
