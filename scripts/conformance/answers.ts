import { Wallet } from 'ethers';
import { saysItCarriesOut } from '../../extension/core/care/carried-out.ts';
import { PURPOSES } from '../../extension/core/consent/purposes.ts';
import { SECTIONS } from '../../extension/core/records/sections.ts';
import { readSignable, sign, type SignRequest } from '../../extension/core/signing/signable.ts';
import { RpcCode, RpcError } from '../../extension/rpc/errors.ts';
import type { Chain } from '../../extension/rpc/params/chain.ts';
import type { AccessRequest, ReadRequest, WriteRequest } from '../../extension/rpc/params/health.ts';
import { METHODS, type Method } from '../../extension/rpc/schema.ts';

/** The account of the wallet that the kit puts into the page. A portal that serves known people only may have to know it. */
export const KIT_WALLET = new Wallet(`0x${'c0'.repeat(32)}`);
const KIT_ACCOUNT = KIT_WALLET.address.toLowerCase();
const PATIENT = '0x00000000000000000000000000000000000a71e7';
const CHAIN = 31_337;
const CHAIN_HEX = `0x${CHAIN.toString(16)}`;
const HASH = `0x${'5e'.repeat(32)}`;
const SIGNATURE = `0x${'11'.repeat(65)}`;
const GWEI = '0x3b9aca00';
/** In every record: where it turns up, record data did. */
export const MARK = 'Zirconitis';
export const KIT_RECORD = `Kit record of ${MARK}`;

const record = {
  id: `${HASH}/0`,
  patient: PATIENT,
  author: KIT_ACCOUNT,
  section: 'results',
  type: 'Observation',
  title: KIT_RECORD,
  date: '2026-11-02',
  code: `http://loinc.org|${MARK}`,
  mediaType: 'application/fhir+json',
  size: 120,
  block: 7,
  transactionHash: HASH,
};

/** Something that the kit's account may carry out, and the order that it is of. */
const KIT_PRESCRIPTION = `Kit prescription for ${MARK}`;
const prescription = {
  ...record,
  id: `${HASH}/1`,
  section: 'medications',
  type: 'MedicationRequest',
  title: KIT_PRESCRIPTION,
};
const order = {
  id: `0x${'0d'.repeat(32)}`,
  kind: 'prescription',
  doctor: KIT_ACCOUNT,
  standing: 'open',
  until: 4_000_000_000,
  times: 2,
  left: 1,
  mine: true,
};

const provenance = {
  author: { address: KIT_ACCOUNT, role: 'Doctor', active: true },
  block: 7,
  at: 1_790_000_000,
  transaction: HASH,
  entry: HASH,
  verified: true,
};
const observed = { resourceType: 'Observation', status: 'final', code: { text: MARK } };
const prescribed = { resourceType: 'MedicationRequest', status: 'active', medicationCodeableConcept: { text: MARK } };

/** What carries the kit's order out says so. @throws RpcError for anything else */
function checkFulfils({ fulfils, resource }: WriteRequest): void {
  if (fulfils === undefined) return;
  const isDispense = resource?.resourceType === 'MedicationDispense';
  if (fulfils === prescription.id && isDispense && saysItCarriesOut(resource, order.id)) return;
  throw new RpcError(
    RpcCode.InvalidParams,
    'health_writeRecord: “resource” must be of the type that carries this order out, and name it.',
    'params',
  );
}

const block = { number: '0x7', hash: HASH, parentHash: HASH, timestamp: '0x6ab1b480', transactions: [HASH] };
const place = { blockHash: HASH, blockNumber: '0x7', transactionIndex: '0x0', from: KIT_ACCOUNT, to: PATIENT };

/** The wallet knows its own network alone. @throws RpcError for any other */
const onlyOwn = (params: unknown, code: RpcCode): null => {
  if (Number((params as Chain).chainId) === CHAIN) return null;
  throw new RpcError(code, 'This wallet has no health network on that chain.');
};

/** A wallet's answer to a request that is right, for every method there is. Access is narrowed to one section, as a person may do. */
export const ANSWERS: Readonly<Record<Method, (params: unknown) => unknown>> = {
  eth_chainId: () => CHAIN_HEX,
  net_version: () => String(CHAIN),
  eth_accounts: () => [],
  eth_requestAccounts: () => [KIT_ACCOUNT],
  eth_blockNumber: () => '0x7',
  eth_call: () => '0x',
  eth_estimateGas: () => '0x5208',
  eth_feeHistory: () => ({ oldestBlock: '0x6', baseFeePerGas: [GWEI, GWEI], gasUsedRatio: [0.5] }),
  eth_gasPrice: () => GWEI,
  eth_getBalance: () => '0xde0b6b3a7640000',
  eth_getBlockByHash: () => block,
  eth_getBlockByNumber: () => block,
  eth_getCode: () => '0x',
  eth_getLogs: () => [],
  eth_getStorageAt: () => `0x${'00'.repeat(32)}`,
  eth_getTransactionByHash: () => ({ ...place, hash: HASH, nonce: '0x0', value: '0x0', input: '0x' }),
  eth_getTransactionCount: () => '0x1',
  eth_getTransactionReceipt: () => ({ ...place, transactionHash: HASH, status: '0x1', gasUsed: '0x5208', logs: [] }),
  eth_maxPriorityFeePerGas: () => GWEI,
  // A real one: a portal that has people sign in checks it.
  personal_sign: (params) => sign(KIT_WALLET.signingKey, readSignable(params as SignRequest)),
  eth_signTypedData: () => SIGNATURE,
  eth_signTypedData_v3: () => SIGNATURE,
  eth_signTypedData_v4: () => SIGNATURE,
  eth_getEncryptionPublicKey: () => `${'K'.repeat(43)}=`,
  eth_decrypt: () => MARK,
  eth_sendTransaction: () => HASH,
  wallet_getPermissions: () => [],
  wallet_requestPermissions: () => [{ parentCapability: 'eth_accounts', invoker: '', caveats: [] }],
  wallet_revokePermissions: () => null,
  wallet_switchEthereumChain: (params) => onlyOwn(params, RpcCode.UnrecognizedChain),
  wallet_addEthereumChain: (params) => onlyOwn(params, RpcCode.InvalidParams),
  health_addNetwork: () => null,
  health_getCapabilities: () => ({
    version: '0',
    api: 'health/1',
    networks: [{ name: 'Conformance', chainId: CHAIN_HEX }],
    sections: SECTIONS,
    purposes: PURPOSES,
    methods: Object.keys(METHODS),
  }),
  health_requestAccess: (params) => {
    const { purpose, sections } = params as AccessRequest;
    const folders = [{ section: sections[0], folder: 1 }];
    const until = Math.floor(Date.now() / 1000) + 60;
    return { consentId: HASH, patient: KIT_ACCOUNT, folders, purpose, until, receipt: HASH, transactionHash: HASH };
  },
  health_getConsents: () => [],
  health_endConsent: () => ({ consentId: HASH, live: false }),
  health_listRecords: () => ({ records: [record, prescription], total: 2, unreadable: 0 }),
  health_readRecord: (params) =>
    (params as ReadRequest).id === prescription.id
      ? { ...prescription, resource: prescribed, order, provenance }
      : { ...record, resource: observed, provenance },
  health_verifyRecord: () => ({
    verified: true,
    steps: [
      { step: 'chain', holds: true, block: 7, transactionHash: HASH },
      { step: 'content', holds: true, digest: HASH },
      { step: 'author', holds: true, address: KIT_ACCOUNT, role: 'Doctor' },
    ],
  }),
  health_writeRecord: (params) => {
    checkFulfils(params as WriteRequest);
    return 'patient' in (params as object) ? { cid: 'bafy' } : { accepted: true, entries: [{ cid: 'bafy' }] };
  },
};
