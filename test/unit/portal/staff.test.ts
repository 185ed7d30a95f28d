import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Wallet } from 'ethers';
import { expect, test } from 'vitest';
import { readProfile } from '../../../extension/core/directory/profile.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { ConfigError } from '../../../manager/settings.ts';
import { practitioner, practitionerBlock } from '../../../portal/staff/practitioner.ts';
import { openStaffFile } from '../../../portal/staff/staff-file.ts';
import {
  ADMINISTRATOR,
  codeOf,
  fakeChain,
  get,
  HOSPITAL,
  portal,
  post,
  REGISTRY,
  signedIn,
  temporaryFolder,
} from './portal-app.ts';

const PERSON = {
  name: 'Dr Amara Okafor',
  work: 'doctor',
  speciality: 'Cardiology',
  licence: { number: 'RC-4711', until: '2027-06-30' },
} as const;

type App = Awaited<ReturnType<typeof portal>>;

async function invited(app: App, person: object = PERSON): Promise<string> {
  const answer = await post(app, '/api/invitations', person, await signedIn(app, ADMINISTRATOR));
  expect(answer.statusCode).toBe(200);
  return answer.json<{ code: string }>().code;
}

/** Somebody new takes up an invitation. */
async function joins(app: App, code: string, who = Wallet.createRandom()) {
  const cookie = await signedIn(app, who);
  return { who, cookie, answer: await post(app, '/api/invitation/accept', { code }, cookie) };
}

test('whoever is invited is vouched for as what the invitation says, once', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const code = await invited(app);
  const seen = await post(app, '/api/invitation', { code });
  expect(seen.json()).toEqual({ ...PERSON, expires: app.clock.now + 7 * 86_400 });
  const { who, answer } = await joins(app, code);
  expect(answer.json()).toEqual({
    address: who.address,
    isAdministrator: false,
    isRegistrar: false,
    staff: { ...PERSON, active: true, handle: expect.stringMatching(/^[\w-]{22}$/) as string },
  });
  expect(chain.members.get(who.address)).toEqual({ role: Role.Doctor, enroller: HOSPITAL });
  expect(chain.acts).toEqual(['enrol']);
  expect((await get(app, '/api/doctor')).json()).toEqual({ address: who.address, name: PERSON.name });

  const second = await joins(app, code);
  expect([second.answer.statusCode, codeOf(second.answer)]).toEqual([410, 'used-invitation']);
  expect(codeOf(await post(app, '/api/invitation', { code }))).toBe('used-invitation');
  expect(chain.acts).toEqual(['enrol']);
});

test.each([
  ['lab', Role.Lab],
  ['pharmacist', Role.Pharmacist],
  ['researcher', Role.Researcher],
] as const)('a %s is vouched for as one, and patients do not share with them for that', async (work, role) => {
  const chain = fakeChain();
  const app = await portal(chain);
  const { who, cookie } = await joins(app, await invited(app, { ...PERSON, work }));
  expect(chain.members.get(who.address)?.role).toBe(role);
  expect((await get(app, '/api/doctor')).json()).toBeNull();
  expect(codeOf(await post(app, '/api/duty', {}, cookie))).toBe('not-allowed');
});

test('of two who take up one invitation at the same time, one is let in', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const code = await invited(app);
  const both = [Wallet.createRandom(), Wallet.createRandom()];
  const cookies = await Promise.all(both.map((who) => signedIn(app, who)));
  const answers = await Promise.all(cookies.map((cookie) => post(app, '/api/invitation/accept', { code }, cookie)));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 410]);
  expect(chain.acts).toEqual(['enrol']);
});

test('whoever was let in when the portal was killed finishes with the same invitation, and nobody else does', async () => {
  const dataDir = await temporaryFolder();
  let isKilled = true;
  const real = fakeChain();
  const enrol = async (who: string, role: Role) => {
    await real.enrol(who, role);
    if (isKilled) throw new Error('killed');
  };
  const chain = { ...real, enrol };
  const before = await portal(chain, { dataDir });
  const code = await invited(before);
  const { who, answer } = await joins(before, code);
  expect([answer.statusCode, answer.body]).toEqual([500, expect.not.stringContaining('killed')]);
  isKilled = false;
  const after = await portal(chain, { dataDir });
  expect(codeOf((await joins(after, code)).answer)).toBe('used-invitation');
  expect((await joins(after, code, who)).answer.statusCode).toBe(200);
  expect(real.acts).toEqual(['enrol']);
});

test('a code that is none, is over or was withdrawn is told as such, and lets nobody in', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  expect(codeOf((await joins(app, 'nothing')).answer)).toBe('unknown-invitation');
  const code = await invited(app);
  app.clock.now += 7 * 86_400;
  expect(codeOf((await joins(app, code)).answer)).toBe('expired-invitation');
  const withdrawn = await invited(app);
  const cookie = await signedIn(app, ADMINISTRATOR);
  const { invitations } = (await get(app, '/api/staff', cookie)).json<{ invitations: { id: string }[] }>();
  expect(invitations).toHaveLength(1);
  expect((await post(app, '/api/invitations/withdraw', { id: invitations[0]?.id }, cookie)).statusCode).toBe(200);
  expect(codeOf((await joins(app, withdrawn)).answer)).toBe('unknown-invitation');
  expect(chain.acts).toEqual([]);
});

test('an invitation needs somebody who signed in, and an account that has no other role', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const code = await invited(app);
  expect(codeOf(await post(app, '/api/invitation/accept', { code }))).toBe('not-signed-in');
  for (const member of [
    { role: Role.Patient, enroller: REGISTRY },
    { role: Role.Doctor, enroller: REGISTRY },
    { role: Role.Lab, enroller: HOSPITAL },
  ]) {
    const who = Wallet.createRandom();
    chain.members.set(who.address, member);
    const { answer } = await joins(app, code, who);
    expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'already-enrolled']);
  }
  expect((await joins(app, code)).answer.statusCode).toBe(200);
});

test.each([
  ['no name', { ...PERSON, name: ' ' }],
  ['work that is none', { ...PERSON, work: 'registrar' }],
  ['a doctor without a licence', { name: 'Dr Who', work: 'doctor' }],
  ['a licence that is over', { ...PERSON, licence: { number: '1', until: '2026-11-29' } }],
  ['a licence until no day', { ...PERSON, licence: { number: '1', until: '2026-13-40' } }],
  ['more than is asked for', { ...PERSON, role: 1 }],
  ['no object', 'Dr Who'],
])('an invitation with %s is 400', async (_what, person) => {
  const app = await portal(fakeChain());
  const answer = await post(app, '/api/invitations', person, await signedIn(app, ADMINISTRATOR));
  expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'bad-request']);
});

test('staff are managed by whom the settings name, and by nobody else', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const { who, cookie } = await joins(app, await invited(app));
  const acts = [
    () => get(app, '/api/staff', cookie),
    () => post(app, '/api/invitations', PERSON, cookie),
    () => post(app, '/api/invitations/withdraw', { id: crypto.randomUUID() }, cookie),
    () => post(app, '/api/staff/suspend', { address: who.address }, cookie),
    () => post(app, '/api/staff/restore', { address: who.address }, cookie),
  ];
  for (const act of acts) expect(codeOf(await act())).toBe('not-allowed');
  expect(codeOf(await get(app, '/api/staff'))).toBe('not-signed-in');
  expect(chain.acts).toEqual(['enrol']);
});

test('who is suspended is offered to no patient and does nothing here, until they are restored', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const { who, cookie } = await joins(app, await invited(app));
  const administrator = await signedIn(app, ADMINISTRATOR);
  const change = (act: string, address = who.address) => post(app, `/api/staff/${act}`, { address }, administrator);
  const listed = async () =>
    (await get(app, '/api/staff', administrator)).json<{ staff: { name: string; active: boolean }[] }>().staff;
  expect((await change('suspend')).statusCode).toBe(200);
  expect(await listed()).toMatchObject([{ name: PERSON.name, active: false, suspended: true }]);
  expect((await get(app, '/api/doctor')).json()).toBeNull();
  for (const url of ['/api/duty', '/api/profile']) {
    expect(codeOf(await post(app, url, {}, cookie))).toBe('not-allowed');
  }
  expect((await change('restore')).statusCode).toBe(200);
  expect(await listed()).toMatchObject([{ name: PERSON.name, active: true, suspended: false }]);
  expect((await get(app, '/api/doctor')).json()).toMatchObject({ name: PERSON.name });
  expect(codeOf(await change('suspend', HOSPITAL))).toBe('not-found');
  expect(chain.acts).toEqual(['enrol', 'suspend', 'restore']);
});

test('a doctor whose licence is over is offered to no patient', async () => {
  const app = await portal(fakeChain());
  await joins(app, await invited(app));
  app.clock.now = Date.parse('2027-06-30T23:00:00Z') / 1000;
  expect((await get(app, '/api/doctor')).json()).toMatchObject({ name: PERSON.name });
  app.clock.now = Date.parse('2027-07-01T00:00:00Z') / 1000;
  expect((await get(app, '/api/doctor')).json()).toBeNull();
});

test('a doctor is found by the handle of a link, also while another is on duty', async () => {
  const app = await portal(fakeChain());
  const first = await joins(app, await invited(app));
  const { handle } = first.answer.json<{ staff: { handle: string } }>().staff;
  const second = await joins(app, await invited(app, { ...PERSON, name: 'Dr Noor Aziz' }));
  expect((await get(app, '/api/doctor')).json()).toMatchObject({ address: second.who.address });
  expect((await get(app, `/api/doctor?handle=${handle}`)).json()).toMatchObject({ address: first.who.address });
  expect((await get(app, '/api/doctor?handle=nobody')).json()).toBeNull();
  expect((await get(app, `/api/doctor?address=${first.who.address}`)).statusCode).toBe(400);
  expect((await post(app, '/api/duty', {}, first.cookie)).statusCode).toBe(200);
  expect((await get(app, '/api/doctor')).json()).toMatchObject({ address: first.who.address });
});

test('a profile is a Practitioner with licence and role, which the wallet reads; its own account sets it, and the hospital pays once', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const { cookie } = await joins(app, await invited(app));
  const answer = await post(app, '/api/profile', {}, cookie);
  expect(answer.json()).toEqual({
    isSet: false,
    call: { to: REGISTRY, data: expect.stringMatching(/^0x[0-9a-f]{72}$/) as string },
  });
  await post(app, '/api/profile', {}, cookie);
  expect(chain.acts).toEqual(['enrol', 'payFee']);
  const { bytes } = await practitionerBlock(PERSON);
  const { name, licence } = PERSON;
  expect(readProfile(bytes)).toEqual({ name, specialities: ['Cardiology'], licence });
  const said = practitioner(PERSON) as { identifier: object[]; contained: object[] };
  expect(said.identifier).toMatchObject([{ value: 'RC-4711', period: { end: '2027-06-30' } }]);
  expect(said.contained).toMatchObject([
    {
      resourceType: 'PractitionerRole',
      practitioner: { reference: '#' },
      organization: { display: 'Riverside Clinic' },
    },
  ]);
});

test('a profile that too few managers hold costs nothing and is told as such', async () => {
  const chain = fakeChain();
  const app = await portal(chain, { held: false });
  const { cookie } = await joins(app, await invited(app));
  expect(codeOf(await post(app, '/api/profile', {}, cookie))).toBe('chain-unavailable');
  expect(chain.acts).toEqual(['enrol']);
});

test('staff and invitations are there after a restart; the file holds no code, and a damaged one is not written over', async () => {
  const dataDir = await temporaryFolder();
  const chain = fakeChain();
  const before = await portal(chain, { dataDir });
  const code = await invited(before);
  await joins(before, await invited(before, { ...PERSON, name: 'Dr Noor Aziz' }));
  const path = join(dataDir, 'staff.json');
  expect(await readFile(path, 'utf8')).not.toContain(code);
  const after = await portal(chain, { dataDir });
  expect((await get(after, '/api/doctor')).json()).toMatchObject({ name: 'Dr Noor Aziz' });
  expect((await post(after, '/api/invitation', { code })).statusCode).toBe(200);
  await writeFile(path, '{"staff":');
  await expect(openStaffFile(dataDir)).rejects.toThrow(ConfigError);
  expect(await readFile(path, 'utf8')).toBe('{"staff":');
});

test('the registrar is given calls for their own wallet, and nobody else is', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const registrar = Wallet.createRandom();
  const cookie = await signedIn(app, registrar);
  const wish = { act: 'enrol', address: Wallet.createRandom().address, kind: 'hospital' };
  expect(codeOf(await post(app, '/api/registrar/call', wish))).toBe('not-signed-in');
  expect(codeOf(await post(app, '/api/registrar/call', wish, cookie))).toBe('not-allowed');
  expect(codeOf(await get(app, '/api/organizations', cookie))).toBe('not-allowed');
  chain.members.set(registrar.address, { role: Role.Registrar, enroller: REGISTRY });
  const call = await post(app, '/api/registrar/call', wish, cookie);
  expect(call.json()).toEqual({ to: REGISTRY, data: expect.stringMatching(/^0x[0-9a-f]{136}$/) as string });
  for (const act of ['suspend', 'restore']) {
    const { address } = wish;
    const answer = await post(app, '/api/registrar/call', { act, address }, cookie);
    expect(answer.json()).toEqual({ to: REGISTRY, data: expect.stringMatching(/^0x[0-9a-f]{72}$/) as string });
  }
  const taken = await post(app, '/api/registrar/call', { ...wish, address: HOSPITAL }, cookie);
  expect(codeOf(taken)).toBe('already-enrolled');
  for (const bad of [
    { ...wish, kind: 'patient' },
    { ...wish, address: 'x' },
    { act: 'remove', address: HOSPITAL },
  ]) {
    expect((await post(app, '/api/registrar/call', bad, cookie)).statusCode).toBe(400);
  }
  const { organizations } = (await get(app, '/api/organizations', cookie)).json<{ organizations: object[] }>();
  expect(organizations).toMatchObject([
    { address: HOSPITAL, kind: 'hospital', active: true, origins: 1, isMine: false },
  ]);
  expect(chain.acts).toEqual([]);
});
