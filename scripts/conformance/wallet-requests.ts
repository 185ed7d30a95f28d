/** Goes into wrong params; must not come back in a message. */
export const MARK = 'ZQ-conformance-7731';
const ADDRESS = '0x00000000000000000000000000000000000000aa';
const HASH = `0x${'5e'.repeat(32)}`;

const access = (changes: object) => ({
  purpose: 'TREAT',
  sections: ['medications'],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: ADDRESS },
  ...changes,
});

const network = (changes: object) => ({
  name: 'A health network',
  chainId: 1,
  rpcUrl: 'http://127.0.0.1:1',
  registry: ADDRESS,
  fromBlock: 0,
  managers: ['http://127.0.0.1:2'],
  durableAt: 1,
  ...changes,
});

const typedData = {
  domain: { name: 'Conformance' },
  types: { Visit: [{ name: 'day', type: 'string' }] },
  primaryType: 'Visit',
  message: { day: '2026-12-01' },
};

/** What came of an order. */
const dispense = { resourceType: 'MedicationDispense' };

/** Params that are nearly right. */
export const WRONG: readonly (readonly [method: string, params: unknown])[] = [
  ['health_requestAccess', access({ sections: [MARK] })],
  ['health_requestAccess', access({ sections: [] })],
  ['health_requestAccess', access({ purpose: MARK })],
  ['health_requestAccess', access({ duration: 1 })],
  ['health_requestAccess', access({ duration: 1e12 })],
  ['health_requestAccess', access({ reason: MARK.repeat(100) })],
  ['health_requestAccess', access({ recipient: { address: MARK } })],
  ['health_requestAccess', access({ unknown: MARK })],
  ['health_endConsent', { consentId: MARK }],
  ['health_listRecords', { limit: MARK }],
  ['health_listRecords', { section: MARK }],
  ['health_readRecord', { patient: MARK, id: 'x' }],
  ['health_readRecord', { patient: ADDRESS, id: 7 }],
  ['health_writeRecord', { resource: MARK }],
  ['health_writeRecord', { patient: ADDRESS, resource: { resourceType: 'Observation' } }],
  ['health_writeRecord', { resource: dispense, fulfils: 'x/0' }],
  ['health_writeRecord', { patient: ADDRESS, section: 'medications', resource: dispense, fulfils: 7 }],
  ['health_writeRecord', { patient: ADDRESS, section: 'medications', resource: dispense, fulfils: MARK.repeat(20) }],
  [
    'health_writeRecord',
    { patient: ADDRESS, section: 'medications', bundle: { resourceType: 'Bundle' }, fulfils: 'x/0' },
  ],
  ['health_verifyRecord', { patient: ADDRESS, id: 'x/0' }],
  ['health_addNetwork', network({ registry: MARK })],
  ['health_addNetwork', network({ durableAt: 2 })],
  ['health_addNetwork', network({ unknown: MARK })],
  ['personal_sign', ['Hello', MARK]],
  ['eth_signTypedData', [MARK, ADDRESS]],
  ['eth_getEncryptionPublicKey', [MARK]],
  ['eth_decrypt', [MARK, ADDRESS]],
  ['eth_sendTransaction', [{ from: ADDRESS, data: '0x' }]],
  ['eth_sendTransaction', [{ from: ADDRESS, to: ADDRESS, value: MARK }]],
  ['eth_sendTransaction', [{ from: ADDRESS, to: ADDRESS, unknown: MARK }]],
];

/** What needs a connected site. */
export const BEFORE_CONNECTING: readonly (readonly [method: string, params?: unknown])[] = [
  ['health_getConsents'],
  ['health_endConsent', { consentId: HASH }],
  ['health_listRecords', {}],
  ['health_readRecord', { patient: ADDRESS, id: 'x/0' }],
  ['health_writeRecord', { patient: ADDRESS, section: 'results', resource: { resourceType: 'Observation' } }],
  ['health_writeRecord', { patient: ADDRESS, section: 'medications', resource: dispense, fulfils: 'x/0' }],
  ['health_verifyRecord', { patient: ADDRESS, id: 'x/0', resource: { resourceType: 'Observation' } }],
  ['health_writeRecord', { resource: { resourceType: 'Observation' } }],
  ['health_addNetwork', network({})],
  ['wallet_switchEthereumChain', [{ chainId: '0x7fffffff' }]],
  ['personal_sign', ['Hello', ADDRESS]],
  ['eth_signTypedData', [[{ type: 'string', name: 'day', value: '2026-12-01' }], ADDRESS]],
  ['eth_signTypedData_v3', [ADDRESS, typedData]],
  ['eth_signTypedData_v4', [ADDRESS, typedData]],
  ['eth_getEncryptionPublicKey', [ADDRESS]],
  ['eth_decrypt', ['0x7b7d', ADDRESS]],
  ['eth_sendTransaction', [{ from: ADDRESS, to: ADDRESS, value: '0x0' }]],
  ['eth_blockNumber'],
  ['eth_getBalance', [ADDRESS, 'latest']],
];
