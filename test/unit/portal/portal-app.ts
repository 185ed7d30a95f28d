import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { openDoctorStore } from '../../../portal/doctor-file.ts';
import type { HospitalChain } from '../../../portal/hospital-chain.ts';
import { createServer } from '../../../portal/server.ts';

export const STAFF_CODE = 'riverside-staff';
export const HOSPITAL = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const NOBODY = `0x${'0'.repeat(40)}`;

/** A registry in memory, as the hospital sees it; `acts` lists what was written. */
export function fakeChain(changes: Partial<HospitalChain> = {}): HospitalChain & { acts: string[] } {
  const members = new Map<string, { role: Role; enroller: string; profile?: Uint8Array<ArrayBuffer> }>([
    [HOSPITAL, { role: Role.Hospital, enroller: NOBODY }],
  ]);
  const origins = new Map<string, string>();
  const acts: string[] = [];
  const act = (what: string, change: () => void): Promise<void> => {
    acts.push(what);
    change();
    return Promise.resolve();
  };
  return {
    acts,
    address: HOSPITAL,
    member(address) {
      const member = members.get(address) ?? { role: Role.None, enroller: NOBODY };
      return Promise.resolve({ ...member, active: member.role !== Role.None });
    },
    hospitalOf: (origin) => Promise.resolve(origins.get(origin)),
    enrol: (who, role) => act('enrol', () => members.set(who, { role, enroller: HOSPITAL })),
    setProfile: (digest) =>
      act('setProfile', () => {
        members.set(HOSPITAL, { role: Role.Hospital, enroller: NOBODY, profile: Uint8Array.from(digest) });
      }),
    claimOrigin: (origin) => act('claimOrigin', () => origins.set(origin, HOSPITAL)),
    ...changes,
  };
}

/** The portal's service with pages that hold one line. */
export async function portal(chain: HospitalChain, dataDir?: string): Promise<FastifyInstance> {
  const pagesDir = await temporaryFolder();
  for (const page of ['index', 'check-in', 'desk', 'link'])
    await writeFile(join(pagesDir, `${page}.html`), `<h1>${page}</h1>`);
  const doctors = await openDoctorStore(dataDir);
  const app = await createServer({ staffCode: STAFF_CODE, chain, doctors, pagesDir, introduced: () => false });
  onTestFinished(() => app.close());
  return app;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
