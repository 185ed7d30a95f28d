import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { HealthClient, HealthError } from '../../../portal/sdk/index.ts';
import { DOCTOR, fakeProvider, HASH, PATIENT, record } from './fake-provider.ts';

const ACCESS = {
  consentId: HASH,
  patient: PATIENT,
  folders: [{ section: 'results', folder: 42 }],
  purpose: 'TREAT',
  until: 1_800_000_000,
  receipt: HASH,
  transactionHash: HASH,
};
const REQUEST = {
  purpose: 'TREAT' as const,
  sections: ['results' as const],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: DOCTOR },
};
const PROVENANCE = {
  author: { address: DOCTOR, role: 'Doctor', active: true, vouchedBy: PATIENT },
  block: 7,
  transaction: HASH,
  entry: HASH,
  verified: true,
};

const failing = (error: unknown) =>
  new HealthClient(
    fakeProvider({
      health_requestAccess: () => {
        throw error;
      },
    }),
  ).requestAccess(REQUEST);

test('a refusal keeps the code and the reason of the wallet', async () => {
  const refusal = Object.assign(new Error('No.'), { code: 4100, data: { reason: 'no-consent' } });
  await expect(failing(refusal)).rejects.toMatchObject({ name: 'HealthError', code: 4100, reason: 'no-consent' });
  await expect(failing({ code: 4001, message: 'No.' })).rejects.toMatchObject({ code: 4001, reason: undefined });
});

test('a rejection that is no EIP-1193 error becomes an internal one', async () => {
  await expect(failing('boom')).rejects.toMatchObject({ code: -32603 });
  await expect(failing(undefined)).rejects.toBeInstanceOf(HealthError);
});

test('an error says what happened and ends with what to do', async () => {
  const refusal = { code: 4100, message: 'Ask for an account first.', data: { reason: 'not-connected' } };
  const error = HealthError.from(refusal);
  expect(error.fix).toContain('connect()');
  expect(error.message).toBe(`Ask for an account first. ${error.fix}`);
  expect(HealthError.from({ code: 7, message: 'Odd.' })).toMatchObject({ message: 'Odd.', fix: undefined });
  await expect(failing({ ...refusal, data: { reason: 'constructor' } })).rejects.toMatchObject({
    fix: HealthError.from({ code: 4100, message: '' }).fix,
  });
});

test('there is something to do about every error that the provider API has', async () => {
  const docs = await readFile('docs/PROVIDER-API.md', 'utf8');
  const rows = docs.split('\n').flatMap((line) => {
    const [, code, , reasons] = line.split('|');
    return /^ -?\d+ +$/.test(code ?? '')
      ? [{ code: Number(code), reasons: [...(reasons ?? '').matchAll(/`([^`]+)`/g)] }]
      : [];
  });
  expect(rows.map((row) => row.code)).toContain(4100);
  for (const { code, reasons } of rows) {
    expect(new HealthError(code, '').fix, String(code)).toMatch(/\w{4}/);
    for (const [, reason] of reasons) expect(new HealthError(code, '', reason).fix, reason).toMatch(/\w{4}/);
  }
});

test('consents are listed and ended by their id', async () => {
  const consent = {
    consentId: HASH,
    recipient: DOCTOR,
    sections: ['results'],
    purpose: 'TREAT',
    until: 1_800_000_000,
    live: true,
  };
  const provider = fakeProvider({
    health_getConsents: () => [consent],
    health_endConsent: () => ({ consentId: HASH, live: false }),
  });
  const client = new HealthClient(provider);
  expect(await client.getConsents()).toEqual([consent]);
  // What a consent says besides its id is not sent along: the wallet refuses fields it does not know.
  expect(await client.endConsent(consent)).toEqual({ consentId: HASH, live: false });
  expect(provider.calls[1]).toEqual({ method: 'health_endConsent', params: { consentId: HASH } });
  const odd = new HealthClient(
    fakeProvider({ health_getConsents: () => [{}], health_endConsent: () => ({ consentId: HASH, live: true }) }),
  );
  await expect(odd.getConsents()).rejects.toMatchObject({ reason: 'unexpected-answer' });
  await expect(odd.endConsent(consent)).rejects.toMatchObject({ reason: 'unexpected-answer' });
});

test('a wallet has the methods that it lists and no others, or those of its version', async () => {
  const wallet = { version: '1', api: 'health/1', networks: [], sections: [], purposes: [] };
  const supports = (capabilities: object, method: string) =>
    new HealthClient(fakeProvider({ health_getCapabilities: () => capabilities })).supports(method);
  const listing = { ...wallet, methods: ['eth_accounts', 'health_endConsent'] };
  expect(await supports(listing, 'health_endConsent')).toBe(true);
  expect(await supports(listing, 'health_everything')).toBe(false);
  expect(await supports({ ...wallet, methods: [] }, 'health_endConsent')).toBe(false);
  expect(await supports(wallet, 'health_endConsent')).toBe(true);
  expect(await supports(wallet, 'eth_decrypt')).toBe(false);
  expect(await supports({ ...wallet, api: 'health/9' }, 'health_endConsent')).toBe(false);
});

test('connect gives the account, and no account is an unexpected answer', async () => {
  expect(await new HealthClient(fakeProvider({ eth_requestAccounts: () => [PATIENT] })).connect()).toBe(PATIENT);
  const none = new HealthClient(fakeProvider({ eth_requestAccounts: () => [] }));
  await expect(none.connect()).rejects.toMatchObject({ reason: 'unexpected-answer' });
});

test('access is asked for as given, and what was agreed is parsed', async () => {
  const provider = fakeProvider({ health_requestAccess: () => ({ ...ACCESS, later: 'ignored' }) });
  expect(await new HealthClient(provider).requestAccess(REQUEST)).toEqual(ACCESS);
  expect(provider.calls).toEqual([{ method: 'health_requestAccess', params: REQUEST }]);
});

test.each([
  ['an address', { ...ACCESS, patient: 'me' }],
  ['a section', { ...ACCESS, folders: [{ section: 'gossip', folder: 1 }] }],
  ['the end', { ...ACCESS, until: 'tomorrow' }],
  ['everything', null],
])('an answer with %s wrong is not passed on', async (_what, answer) => {
  const client = new HealthClient(fakeProvider({ health_requestAccess: () => answer }));
  await expect(client.requestAccess(REQUEST)).rejects.toMatchObject({ code: -32603, reason: 'unexpected-answer' });
});

test('every page of a list is gone through, in order', async () => {
  const pages: Record<string, unknown> = {
    first: { records: [record('a/0'), record('a/1')], total: 3, unreadable: 0, next: 'a/1' },
    'a/1': { records: [record('b/0', { date: undefined })], total: 3, unreadable: 0 },
  };
  const provider = fakeProvider({
    health_listRecords: (params) => pages[(params as { after?: string }).after ?? 'first'],
  });
  const ids: string[] = [];
  for await (const { id } of new HealthClient(provider).eachRecord({ section: 'results', limit: 2 })) ids.push(id);
  expect(ids).toEqual(['a/0', 'a/1', 'b/0']);
  expect(provider.calls.map((c) => c.params)).toEqual([
    { section: 'results', limit: 2 },
    { section: 'results', limit: 2, after: 'a/1' },
  ]);
});

test('a list that names the same page for ever is broken off', async () => {
  const client = new HealthClient(
    fakeProvider({ health_listRecords: () => ({ records: [], total: 0, unreadable: 0, next: 'x' }) }),
  );
  await expect(client.eachRecord().next()).rejects.toMatchObject({ reason: 'unexpected-answer' });
});

test('a record is a resource or bytes, with where it comes from', async () => {
  const read = (content: object, provenance: object = PROVENANCE) =>
    new HealthClient(
      fakeProvider({ health_readRecord: () => ({ ...record('a/0'), ...content, provenance }) }),
    ).readRecord({
      patient: PATIENT,
      id: 'a/0',
    });
  expect(await read({ resource: { resourceType: 'Observation', status: 'final' } })).toMatchObject({
    resource: { resourceType: 'Observation', status: 'final' },
    provenance: PROVENANCE,
  });
  expect(await read({ bytes: 'AQID' })).toMatchObject({ id: 'a/0', bytes: Uint8Array.of(1, 2, 3) });
  await expect(read({})).rejects.toMatchObject({ reason: 'unexpected-answer' });
  await expect(read({ bytes: 'AQID' }, { ...PROVENANCE, verified: false })).rejects.toMatchObject({
    reason: 'unexpected-answer',
  });
});

test('writing to a patient and offering to the own person are told apart by what they take', async () => {
  const provider = fakeProvider({
    health_writeRecord: (params) =>
      'patient' in (params as object) ? { cid: 'bafy', transactionHash: undefined } : { accepted: true, entries: [] },
  });
  const client = new HealthClient(provider);
  const resource = { resourceType: 'Observation' };
  expect(await client.writeRecord({ patient: PATIENT, section: 'results', resource })).toMatchObject({ cid: 'bafy' });
  expect(await client.offerRecord({ resource })).toEqual({ accepted: true, entries: [] });
});

test('events are parsed, and heard no more once stopped', () => {
  const provider = fakeProvider({});
  const client = new HealthClient(provider);
  const heard: unknown[] = [];
  const stop = client.onConsentChanged((change) => heard.push(change));
  client.onAccountsChanged((accounts) => heard.push(accounts));
  provider.emit('consentChanged', { consentId: HASH, live: false });
  provider.emit('consentChanged', { consentId: 7 });
  provider.emit('accountsChanged', []);
  client.onRecordAdded((added) => heard.push(added));
  provider.emit('recordAdded', { patient: PATIENT, section: 'results' });
  provider.emit('recordAdded', { patient: 'somebody', section: 'results' });
  stop();
  provider.emit('consentChanged', { consentId: HASH, live: true });
  expect(heard).toEqual([{ consentId: HASH, live: false }, [], { patient: PATIENT, section: 'results' }]);
});

test('a record in hand is checked step by step', async () => {
  const steps = [
    { step: 'chain', holds: true, block: 7, transactionHash: HASH },
    { step: 'content', holds: false, digest: HASH },
    { step: 'author', holds: true, address: DOCTOR, role: 'Doctor' },
  ];
  const client = new HealthClient(fakeProvider({ health_verifyRecord: () => ({ verified: false, steps }) }));
  const resource = { resourceType: 'Observation' };
  expect(await client.verifyRecord({ patient: PATIENT, id: '1', resource })).toEqual({ verified: false, steps });
});

test('a signature and a transaction are asked for as the provider takes them, and an answer that is none is refused', async () => {
  const signature = `0x${'1b'.repeat(65)}`;
  const call = { from: PATIENT, to: DOCTOR, data: '0x' };
  const asked: unknown[] = [];
  const answering = (answer: unknown) => {
    const note = (params: unknown) => {
      asked.push(params);
      return answer;
    };
    return new HealthClient(fakeProvider({ personal_sign: note, eth_sendTransaction: note }));
  };
  expect(await answering(signature).signText(PATIENT, 'Hello')).toBe(signature);
  expect(await answering(HASH).sendTransaction(call)).toBe(HASH);
  expect(asked).toEqual([['Hello', PATIENT], [call]]);
  await expect(answering('0x12').signText(PATIENT, 'Hello')).rejects.toMatchObject({ reason: 'unexpected-answer' });
  await expect(answering('0x12').sendTransaction(call)).rejects.toMatchObject({ reason: 'unexpected-answer' });
});
