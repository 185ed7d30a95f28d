import { expect } from 'chai';
import { ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { Right, Role } from '../../extension/core/registry/abi.ts';
import { VOUCHER_TYPES } from '../../extension/core/registry/typed-data.ts';
import {
  DEADLINE,
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
  registrar: [Role.Hospital, Role.EhrManager, Role.Payer],
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

/** Those of whom the owner, or whoever enrolled them, can dispose. Of a patient, nobody. */
const ANSWERING: { whom: Who; by: Who[] }[] = [
  { whom: 'registrar', by: ['owner'] },
  { whom: 'hospital', by: ['owner', 'registrar'] },
  { whom: 'manager', by: ['owner', 'registrar'] },
  { whom: 'doctor', by: ['owner', 'hospital'] },
  { whom: 'lab', by: ['owner', 'hospital'] },
  { whom: 'pharmacist', by: ['owner', 'hospital'] },
  { whom: 'researcher', by: ['owner', 'hospital'] },
  { whom: 'patient', by: [] },
];

const entry = (folder: number) => ({ folder, epoch: 0, cid: digest('cid'), commitment: digest('commitment') });

/** Everybody who is a member gets every right to the folder. */
async function grantAll({ registry, who }: Network, until: number): Promise<void> {
  const rights = Right.Read | Right.Write | Right.Dispense;
  const terms = MEMBERS.map((member) => ({ ...termsFor(who[member], until), rights }));
  await registry.connect(who.patient).grant(terms, digest('receipt'));
}

/** Somebody new comes with a voucher of `by`. */
async function redeem({ registry, domain, who, fresh }: Network, by: Who, role: Role) {
  const deadline = (await now()) + DEADLINE;
  const nonce = BigInt(fresh.other.address) << 64n;
  const message = { signer: who[by].address, who: fresh.other.address, role, nonce, deadline };
  const signature = await who[by].signTypedData(domain, VOUCHER_TYPES, message);
  return registry.connect(fresh.other).redeem(digest('key'), { role, enroller: who[by], deadline, signature });
}

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
      registry
        .connect(who[by])
        .addRecord({ folder: FOLDER + 1, epoch: 0, cid: digest('cid'), commitment: digest('commitment') }, who.patient),
  },
  {
    act: "add to the patient's folder that is granted to the doctor",
    may: ['patient', 'doctor'],
    error: 'NoConsent|NotActive',
    attempt: ({ registry, who }, by) =>
      registry
        .connect(who[by])
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: digest('commitment') }, who.patient),
  },
  {
    act: 'add to a folder of one who is no patient',
    may: [],
    error: 'NotA|NoConsent|NotActive',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).addRecord(entry(FOLDER), who.doctor),
  },
  {
    act: 'ask for consent',
    may: MEMBERS,
    error: 'NotActive',
    attempt: ({ registry, who }, by, until) =>
      registry.connect(who[by]).request({
        patient: who.patient,
        folder: FOLDER,
        until,
        purposes: TREATMENT,
        rights: Right.Read,
        note: digest('note'),
      }),
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
  ...ANSWERING.flatMap(({ whom, by }): Act[] => [
    {
      act: `remove the ${whom}`,
      may: [...by, whom],
      error: 'MayNotEnrol',
      attempt: ({ registry, who }, caller) => registry.connect(who[caller]).remove(who[whom]),
    },
    {
      act: `suspend the ${whom}`,
      may: by,
      error: 'MayNotEnrol',
      attempt: ({ registry, who }, caller) => registry.connect(who[caller]).suspend(who[whom]),
    },
    {
      act: `restore the ${whom}`,
      may: by,
      error: 'MayNotEnrol',
      attempt: ({ registry, who }, caller) => registry.connect(who[caller]).restore(who[whom]),
    },
  ]),
  {
    act: 'vouch for a patient',
    may: ['hospital'],
    error: 'MayNotEnrol',
    attempt: (net, by) => redeem(net, by, Role.Patient),
  },
  {
    act: 'vouch for a doctor',
    may: ['hospital'],
    error: 'MayNotEnrol',
    attempt: (net, by) => redeem(net, by, Role.Doctor),
  },
  {
    act: 'share in the place of the patient without being a delegate',
    may: [],
    error: 'NoConsent|NotActive',
    attempt: ({ registry, who }, by, until) =>
      registry.connect(who[by]).grantAs(who.patient, [termsFor(who.lab, until)], digest('receipt')),
  },
  {
    act: 'open an allowed folder in an emergency',
    may: ['doctor'],
    error: 'NotA',
    attempt: async ({ registry, who }, by) => {
      await registry.connect(who.patient).allowEmergency([FOLDER], true);
      return registry.connect(who[by]).breakGlass(who.patient, FOLDER, digest('note'));
    },
  },
  {
    act: 'log an access',
    may: MEMBERS,
    error: 'NotActive',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).access(who.patient, FOLDER, digest('id'), TREATMENT),
  },
  {
    act: 'clear strikes',
    may: ['owner'],
    error: 'OwnableUnauthorizedAccount',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).clearStrikes(who.doctor),
  },
  {
    act: 'name a successor',
    may: ['owner'],
    error: 'OwnableUnauthorizedAccount',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).setSuccessor(who.stranger),
  },
  {
    act: 'hand over the ownership',
    may: ['owner'],
    error: 'OwnableUnauthorizedAccount',
    attempt: ({ registry, who }, by) => registry.connect(who[by]).transferOwnership(who.stranger),
  },
  // Every one of them holds every right here: what is left is the role.
  {
    act: 'prescribe',
    may: ['doctor'],
    error: 'NotAllowed',
    attempt: async (net, by, until) => {
      await grantAll(net, until);
      return net.orders.connect(net.who[by]).prescribe(net.who.patient, FOLDER, digest('rx'), until, 1, ZeroHash);
    },
  },
  {
    act: 'order a test',
    may: ['doctor'],
    error: 'NotAllowed',
    attempt: async (net, by, until) => {
      await grantAll(net, until);
      return net.orders.connect(net.who[by]).orderTest(net.who.patient, FOLDER, digest('test'), until, ZeroHash);
    },
  },
  {
    act: 'dispense',
    may: ['pharmacist'],
    error: 'NotAllowed',
    attempt: async (net, by, until) => {
      const { orders, who } = net;
      await grantAll(net, until);
      await orders.connect(who.doctor).prescribe(who.patient, FOLDER, digest('rx'), until, 1, ZeroHash);
      return orders.connect(who[by]).dispense(who.patient, who.doctor, FOLDER, digest('rx'), digest('receipt'));
    },
  },
  {
    act: 'report a test',
    may: ['lab'],
    error: 'NotAllowed',
    attempt: async (net, by, until) => {
      const { orders, who } = net;
      await grantAll(net, until);
      await orders.connect(who.doctor).orderTest(who.patient, FOLDER, digest('test'), until, ZeroHash);
      return orders.connect(who[by]).reportTest(who.patient, who.doctor, FOLDER, digest('test'), digest('report'));
    },
  },
  {
    act: 'name an arbiter',
    may: ['owner', 'registrar'],
    error: 'NotAllowed',
    attempt: ({ payments, who }, by) => payments.connect(who[by]).setArbiter(who.hospital, who.stranger),
  },
  {
    act: 'pay a bill and book an appointment',
    may: EVERYONE,
    error: '-',
    attempt: async ({ payments, who }, by, until) => {
      await payments.connect(who[by]).payBill(who.doctor, digest('bill'), { value: 1n });
      return payments.connect(who[by]).book(who.doctor, until, until, digest('visit'), { value: 1n });
    },
  },
  // What is the caller's own asks for no role.
  {
    act: 'revoke, rotate, set keyrings, withdraw records and forbid emergencies for folders of its own',
    may: EVERYONE,
    error: '-',
    attempt: async ({ registry, who }, by) => {
      const own = registry.connect(who[by]);
      await own.revoke(who.doctor, [FOLDER]);
      await own.rotate([FOLDER], true, digest('keyring'));
      await own.setKeyring([FOLDER], digest('keyring'));
      await own.withdrawRecords([digest('id')]);
      return own.allowEmergency([FOLDER], false);
    },
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
          .grantFor(who.patient, [termsFor(who[by], until)], digest('receipt'), 0, (await now()) + DEADLINE, forged),
      )
        .to.be.revertedWithCustomError(registry, 'BadSignature')
        .withArgs(who.patient);
    });
  }
});
