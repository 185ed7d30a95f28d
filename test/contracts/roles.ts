import { expect } from 'chai';
import { describe, it } from 'mocha';

import { Right, Role } from '../../extension/core/registry/abi.ts';
import {
  deploy,
  deployWithGrant,
  digest,
  ethers,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
} from './fixture.ts';
import type { Network, Who } from './fixture.ts';

const EVERYONE: Who[] = [
  'owner',
  'registrar',
  'hospital',
  'manager',
  'doctor',
  'lab',
  'pharmacist',
  'researcher',
  'patient',
  'stranger',
];

const STAFF: Role[] = [Role.Doctor, Role.Lab, Role.Pharmacist, Role.Researcher];
const MAY_ENROL: Partial<Record<Who, Role[]>> = {
  owner: [Role.Registrar],
  registrar: [Role.Hospital, Role.EhrManager],
  hospital: STAFF,
};

describe('Who may enrol whom', () => {
  for (const by of EVERYONE) {
    for (const [name, role] of Object.entries(Role)) {
      const allowed = MAY_ENROL[by]?.includes(role) ?? false;
      it(`${by} ${allowed ? 'may' : 'may not'} enrol a ${name}`, async () => {
        const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
        const enrol = registry.connect(who[by]).enrol(fresh.other, role);
        if (allowed) {
          await expect(enrol).to.emit(registry, 'Enrolled').withArgs(fresh.other, role, who[by]);
          expect(await registry.isActive(fresh.other)).to.equal(true);
        } else {
          await expect(enrol).to.be.revertedWithCustomError(registry, 'MayNotEnrol').withArgs(who[by], role);
        }
      });
    }
  }
});

interface Act {
  act: string;
  may: Who[];
  error: string;
  attempt: (net: Network, by: Who, until: number) => Promise<unknown>;
}

const MEMBERS = EVERYONE.filter((who) => who !== 'owner' && who !== 'stranger');

const ACTS: Act[] = [
  {
    act: 'grant access to a folder of its own',
    may: ['patient'],
    error: 'NotA',
    attempt: ({ registry, who }, by, until) =>
      registry.connect(who[by]).grant([termsFor(who.lab, until)], digest('receipt')),
  },
  {
    act: "add to the patient's folder without a grant",
    may: ['patient'],
    // Whoever is not active is told so first.
    error: 'NoConsent|NotActive',
    attempt: ({ registry, who }, by) =>
      registry.connect(who[by]).addRecord(who.patient, FOLDER + 1, digest('cid'), digest('commitment')),
  },
  {
    act: "add to the patient's folder that is granted to the doctor",
    may: ['patient', 'doctor'],
    error: 'NoConsent|NotActive',
    attempt: ({ registry, who }, by) =>
      registry.connect(who[by]).addRecord(who.patient, FOLDER, digest('cid'), digest('commitment')),
  },
  {
    act: 'add to a folder of one who is no patient',
    may: [],
    error: 'NotA|NotActive',
    attempt: ({ registry, who }, by) =>
      registry.connect(who[by]).addRecord(who.doctor, FOLDER, digest('cid'), digest('commitment')),
  },
  {
    act: 'ask for consent',
    may: MEMBERS,
    error: 'NotActive',
    attempt: ({ registry, who }, by, until) =>
      registry.connect(who[by]).request(who.patient, FOLDER, until, TREATMENT, Right.Read, digest('note')),
  },
  {
    act: 'claim an origin',
    may: ['hospital'],
    error: 'NotA',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).setOrigin(digest('https://portal.example'), true),
  },
  {
    act: 'set a key',
    may: MEMBERS,
    error: 'NotActive',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).setKey(digest('key')),
  },
  {
    act: 'set a profile',
    may: MEMBERS,
    error: 'NotActive',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).setProfile(digest('profile')),
  },
  {
    act: 'join as a patient',
    may: ['owner', 'stranger'],
    error: 'AlreadyEnrolled',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).join(digest('key')),
  },
  {
    act: 'remove the registrar',
    may: ['owner'],
    error: 'MayNotEnrol',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).remove(who.registrar),
  },
  {
    act: 'remove the hospital',
    may: ['owner', 'registrar'],
    error: 'MayNotEnrol',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).remove(who.hospital),
  },
  {
    act: 'remove the doctor',
    may: ['owner', 'hospital'],
    error: 'MayNotEnrol',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).remove(who.doctor),
  },
  {
    act: 'remove the patient',
    may: ['owner', 'patient'],
    error: 'MayNotEnrol',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).remove(who.patient),
  },
];

for (const { act, may, error, attempt } of ACTS) {
  describe(`Who may ${act}`, () => {
    for (const by of EVERYONE) {
      const allowed = may.includes(by);
      it(`${by} ${allowed ? 'may' : 'may not'}`, async () => {
        const net = await networkHelpers.loadFixture(deployWithGrant);
        const attempted = attempt(net, by, net.until);
        if (allowed) return expect(attempted).not.to.revert(ethers);
        const failure = await attempted.then(
          () => 'none',
          (reason: unknown) => String(reason),
        );
        expect(failure).to.match(new RegExp(`custom error '(${error})\\(`));
      });
    }
  });
}

describe('What the owner, a registrar and a manager can never do', () => {
  for (const by of ['owner', 'registrar', 'manager'] as const) {
    it(`${by}: read a folder, grant it, or end or void a grant of it`, async () => {
      const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
      const power = registry.connect(who[by]);
      const before = await registry.folders(who.patient, FOLDER);

      await expect(power.grant([termsFor(who[by], until)], digest('receipt'))).to.be.revertedWithCustomError(
        registry,
        'NotA',
      );
      // Revoking and rotating ask for no role, and reach the caller's own folders only.
      await power.revoke(who.doctor, [FOLDER]);
      await power.rotate([FOLDER], true, digest('keyring'));

      expect(await registry.may(who[by], who.patient, FOLDER, 0, 0)).to.equal(false);
      expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read | Right.Write, TREATMENT)).to.equal(true);
      expect(await registry.folders(who.patient, FOLDER)).to.deep.equal(before);
    });

    it(`${by}: bring a grant that the patient did not sign`, async () => {
      const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
      const forged = await who[by].signMessage('grant');
      await expect(
        registry
          .connect(who[by])
          .grantFor(who.patient, [termsFor(who[by], until)], digest('receipt'), 0, (await now()) + 60, forged),
      )
        .to.be.revertedWithCustomError(registry, 'BadSignature')
        .withArgs(who.patient);
    });
  }
});
