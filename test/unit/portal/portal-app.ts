import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Wallet } from 'ethers';
import type { FastifyInstance } from 'fastify';
import { expect, onTestFinished } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import type { Enrolled, HospitalChain } from '../../../portal/hospital-chain.ts';
import { createServer } from '../../../portal/server.ts';
import { openStaffFile } from '../../../portal/staff/staff-file.ts';

export const HOSPITAL = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const REGISTRY = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
export const CHAIN_ID = 31_337;
export const ORIGIN = 'https://clinic.example';
/** Whom the settings name. */
export const ADMINISTRATOR = Wallet.createRandom();
const NOBODY = `0x${'0'.repeat(40)}`;
/** When these tests play, unless they move the clock. */
export const NOON = Date.parse('2026-11-30T12:00:00Z') / 1000;

interface Kept {
  role: Role;
  enroller: string;
  profile?: Uint8Array<ArrayBuffer>;
  suspended?: boolean;
}

/** A registry in memory, as the hospital sees it; `acts` lists what was written. */
export function fakeChain(changes: Partial<HospitalChain> = {}): HospitalChain & {
  acts: string[];
  members: Map<string, Kept>;
} {
  const members = new Map<string, Kept>([[HOSPITAL, { role: Role.Hospital, enroller: NOBODY }]]);
  const origins = new Map<string, string>();
  const acts: string[] = [];
  const act = (what: string, change: () => void): Promise<void> => {
    acts.push(what);
    change();
    return Promise.resolve();
  };
  const stateOf = (address: string): Omit<Enrolled, 'since'> => {
    const { suspended = false, ...member } = members.get(address) ?? { role: Role.None, enroller: NOBODY };
    return { address, ...member, suspended, active: member.role !== Role.None && !suspended };
  };
  const all = (): Enrolled[] => [...members.keys()].map((address) => ({ ...stateOf(address), since: NOON }));
  const setSuspended = (who: string, suspended: boolean) => {
    const member = members.get(who);
    if (member !== undefined) members.set(who, { ...member, suspended });
  };
  return {
    acts,
    members,
    address: HOSPITAL,
    member: (address) => Promise.resolve(stateOf(address)),
    staff: () => Promise.resolve(all().filter(({ enroller }) => enroller === HOSPITAL)),
    organizations: () =>
      Promise.resolve(all().flatMap((one) => (one.role === Role.Hospital ? [{ ...one, origins: 1 }] : []))),
    hospitalOf: (origin) => Promise.resolve(origins.get(origin)),
    enrol: (who, role) => act('enrol', () => members.set(who, { role, enroller: HOSPITAL })),
    suspend: (who) => act('suspend', () => setSuspended(who, true)),
    restore: (who) => act('restore', () => setSuspended(who, false)),
    payFee: () => act('payFee', () => undefined),
    setProfile: (digest) =>
      act('setProfile', () => {
        members.set(HOSPITAL, { role: Role.Hospital, enroller: NOBODY, profile: Uint8Array.from(digest) });
      }),
    claimOrigin: (origin) => act('claimOrigin', () => origins.set(origin, HOSPITAL)),
    ...changes,
  };
}

interface PortalOptions {
  readonly dataDir?: string;
  readonly origin?: string;
  /** Whether managers take what is published. */
  readonly held?: boolean;
}

/** The portal's service with pages that hold one line, and a clock that a test may move. */
export async function portal(chain: HospitalChain, { dataDir, origin = ORIGIN, held = true }: PortalOptions = {}) {
  const pagesDir = await temporaryFolder();
  for (const page of ['index', 'check-in', 'desk', 'hospital', 'join', 'link', 'registrar', 'welcome'])
    await writeFile(join(pagesDir, `${page}.html`), `<h1>${page}</h1>`);
  const clock = { now: NOON };
  const app = await createServer({
    chain,
    file: await openStaffFile(dataDir),
    registry: REGISTRY,
    place: () => ({ origin, chainId: CHAIN_ID }),
    isAdministrator: (address) => [HOSPITAL, ADMINISTRATOR.address].includes(address),
    publish: () => Promise.resolve(held),
    nameOf: () => Promise.resolve('Riverside Clinic'),
    now: () => clock.now,
    pagesDir,
    introduced: () => false,
  });
  onTestFinished(() => app.close());
  return Object.assign(app, { clock });
}

/** Sends JSON. @param cookie of a session */
export const post = (app: FastifyInstance, url: string, body: unknown, cookie = '') =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });

export const get = (app: FastifyInstance, url: string, cookie = '') => app.inject({ url, headers: { cookie } });

export const codeOf = (answer: { json: () => unknown }): string =>
  (answer.json() as { error: { code: string } }).error.code;

/** The text that an account is to sign. */
export async function textFor(app: FastifyInstance, address: string): Promise<string> {
  const answer = await post(app, '/api/sign-in/text', { address });
  return answer.json<{ message: string }>().message;
}

/** Signs an account in. @returns the cookie of its session */
export async function signedIn(app: FastifyInstance, who: Pick<Wallet, 'address' | 'signMessage'>): Promise<string> {
  const message = await textFor(app, who.address);
  const answer = await post(app, '/api/sign-in', { message, signature: await who.signMessage(message) });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
