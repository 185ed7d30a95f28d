import { expect } from 'chai';
import { concat, toBeHex, ZeroAddress, ZeroHash, type TypedDataField } from 'ethers';
import { describe, it } from 'mocha';

import { Right, Role } from '../../extension/core/registry/abi.ts';
import {
  ADD_RECORDS_TYPES,
  ALLOW_EMERGENCY_TYPES,
  BREAK_GLASS_TYPES,
  GRANT_AS_TYPES,
  GRANT_TYPES,
  JOIN_TYPES,
  REDEEM_TYPES,
  registryDomain,
  REQUEST_TYPES,
  REVOKE_TYPES,
  ROTATE_TYPES,
  SET_KEY_TYPES,
  SET_KEYRING_TYPES,
  VOUCHER_TYPES,
  WITHDRAW_RECORDS_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import {
  DEADLINE,
  CHAIN_ID,
  deployWithGrant,
  digest,
  ethers,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
  type Signer,
} from './fixture.ts';

type Net = Awaited<ReturnType<typeof deployWithGrant>>;

/** One of the `...For` calls: what is signed (but for `signer`, nonce and deadline), by whom, and how it is brought. */
interface SignedCall {
  name: string;
  signer: (net: Net) => Signer;
  types: Record<string, TypedDataField[]>;
  message: (net: Net) => Record<string, unknown>;
  /** A call that anyone may make with the signature. */
  bring: (net: Net, nonceKey: bigint, deadline: number, signature: string, as?: string) => Promise<unknown>;
  /** Whether the act may be done twice. */
  repeats: boolean;
  happened: (net: Net) => Promise<boolean>;
}

const KEY = digest('signed key');
const RECEIPT = digest('receipt');
const KEYRING = digest('keyring');
const IDS = [digest('one record'), digest('another record')];
const FOLDERS = [FOLDER, FOLDER + 1];
const SHARED = FOLDER + 7;
const ENTRIES = ['one', 'two'].map((text) => ({ folder: FOLDER, epoch: 0, cid: digest(text), commitment: ZeroHash }));

const wish = (patient: Signer) => ({
  patient: patient.address,
  folder: FOLDER,
  until: 2 ** 32,
  purposes: TREATMENT,
  rights: Right.Read,
  note: digest('note'),
});

const keyed = (key: bigint, count: bigint): bigint => (key << 64n) | count;

/** The patient allowed one folder to be opened in an emergency, and the doctor to share another. */
async function deployReady() {
  const net = await deployWithGrant();
  const { registry, who, until } = net;
  await registry.connect(who.patient).allowEmergency([FOLDER], true);
  const shared = { ...termsFor(who.doctor, until), folder: SHARED, rights: Right.Share };
  await registry.connect(who.patient).grant([shared], RECEIPT);
  return net;
}

/** What a delegate signs. */
const inPlace = ({ who, until }: Net) => [{ ...termsFor(who.lab, until), folder: SHARED, rights: Right.Read }];

const registryAs = ({ registry, who }: Net) => registry.connect(who.stranger);

const CALLS: SignedCall[] = [
  {
    name: 'joinFor',
    signer: ({ fresh }) => fresh.patient,
    types: JOIN_TYPES,
    message: () => ({ key: KEY }),
    bring: (net, key, deadline, signature, as = net.fresh.patient.address) =>
      registryAs(net).joinFor(as, KEY, key, deadline, signature),
    repeats: false,
    happened: async ({ registry, fresh }) => (await registry.member(fresh.patient)).role === BigInt(Role.Patient),
  },
  {
    name: 'setKeyFor',
    signer: ({ who }) => who.patient,
    types: SET_KEY_TYPES,
    message: () => ({ key: KEY }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).setKeyFor(as, KEY, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => (await registry.encryptionKey(who.patient)) === KEY,
  },
  {
    name: 'grantFor',
    signer: ({ who }) => who.patient,
    types: GRANT_TYPES,
    message: ({ who, until }) => ({
      terms: [termsFor(who.lab, until), termsFor(who.researcher, until)],
      receipt: RECEIPT,
    }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).grantFor(
        as,
        [termsFor(net.who.lab, net.until), termsFor(net.who.researcher, net.until)],
        RECEIPT,
        key,
        deadline,
        signature,
      ),
    repeats: true,
    happened: ({ registry, who }) => registry.may(who.lab, who.patient, FOLDER, Right.Read, TREATMENT),
  },
  {
    name: 'grantAsFor',
    signer: ({ who }) => who.doctor,
    types: GRANT_AS_TYPES,
    message: (net) => ({ patient: net.who.patient.address, terms: inPlace(net), receipt: RECEIPT }),
    bring: (net, key, deadline, signature, as = net.who.doctor.address) =>
      registryAs(net).grantAsFor(as, net.who.patient, inPlace(net), RECEIPT, key, deadline, signature),
    // What stands is never replaced.
    repeats: false,
    happened: ({ registry, who }) => registry.may(who.lab, who.patient, SHARED, Right.Read, TREATMENT),
  },
  {
    name: 'revokeFor',
    signer: ({ who }) => who.patient,
    types: REVOKE_TYPES,
    message: ({ who }) => ({ grantee: who.doctor.address, folders: FOLDERS }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).revokeFor(as, net.who.doctor, FOLDERS, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => !(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)),
  },
  {
    name: 'rotateFor',
    signer: ({ who }) => who.patient,
    types: ROTATE_TYPES,
    message: () => ({ folders: FOLDERS, voidGrants: true, keyring: KEYRING }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).rotateFor(as, FOLDERS, true, KEYRING, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => (await registry.folders(who.patient, FOLDER + 1)).floor > 0n,
  },
  {
    name: 'addRecordsFor',
    signer: ({ who }) => who.doctor,
    types: ADD_RECORDS_TYPES,
    message: ({ who }) => ({ patient: who.patient.address, entries: ENTRIES }),
    bring: (net, key, deadline, signature, as = net.who.doctor.address) =>
      registryAs(net).addRecordsFor(as, net.who.patient, ENTRIES, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => (await registry.folders(who.patient, FOLDER)).count >= 2n,
  },
  {
    name: 'withdrawRecordsFor',
    signer: ({ who }) => who.patient,
    types: WITHDRAW_RECORDS_TYPES,
    message: () => ({ ids: IDS }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).withdrawRecordsFor(as, IDS, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) =>
      (await registry.queryFilter(registry.filters.RecordWithdrawn(who.patient.address, IDS[1]))).length > 0,
  },
  {
    name: 'setKeyringFor',
    signer: ({ who }) => who.patient,
    types: SET_KEYRING_TYPES,
    message: () => ({ folders: FOLDERS, keyring: KEYRING }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).setKeyringFor(as, FOLDERS, KEYRING, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) =>
      (await registry.queryFilter(registry.filters.KeyringSet(who.patient.address, FOLDER + 1))).length > 0,
  },
  {
    name: 'allowEmergencyFor',
    signer: ({ who }) => who.patient,
    types: ALLOW_EMERGENCY_TYPES,
    message: () => ({ folders: FOLDERS, allowed: true }),
    bring: (net, key, deadline, signature, as = net.who.patient.address) =>
      registryAs(net).allowEmergencyFor(as, FOLDERS, true, key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => (await registry.emergencies(who.patient, FOLDER + 1)).allowed,
  },
  {
    name: 'breakGlassFor',
    signer: ({ who }) => who.doctor,
    types: BREAK_GLASS_TYPES,
    message: ({ who }) => ({ patient: who.patient.address, folder: FOLDER, note: digest('note') }),
    bring: (net, key, deadline, signature, as = net.who.doctor.address) =>
      registryAs(net).breakGlassFor(as, net.who.patient, FOLDER, digest('note'), key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) => (await registry.emergencies(who.patient, FOLDER)).opened > 0n,
  },
  {
    name: 'requestFor',
    signer: ({ who }) => who.doctor,
    types: REQUEST_TYPES,
    message: ({ who }) => wish(who.patient),
    bring: (net, key, deadline, signature, as = net.who.doctor.address) =>
      registryAs(net).requestFor(as, wish(net.who.patient), key, deadline, signature),
    repeats: true,
    happened: async ({ registry, who }) =>
      (await registry.queryFilter(registry.filters.Requested(who.doctor.address, who.patient.address))).length > 0,
  },
  {
    name: 'redeemFor',
    signer: ({ fresh }) => fresh.doctor,
    types: REDEEM_TYPES,
    message: ({ who }) => ({ key: KEY, role: Role.Doctor, enroller: who.hospital.address }),
    bring: async (net, key, deadline, signature, as = net.fresh.doctor.address) => {
      const { who, domain } = net;
      const voucher = { role: Role.Doctor, enroller: who.hospital.address, deadline: net.until };
      const nonce = keyed(BigInt(as), 0n);
      const message = { signer: voucher.enroller, who: as, role: voucher.role, nonce };
      const vouched = await who.hospital.signTypedData(domain, VOUCHER_TYPES, { ...message, deadline: net.until });
      return registryAs(net).redeemFor(as, KEY, { ...voucher, signature: vouched }, key, deadline, signature);
    },
    repeats: false,
    happened: ({ registry, fresh }) => registry.isActiveAs(fresh.doctor, Role.Doctor),
  },
];

for (const call of CALLS) {
  const sign = (net: Net, nonce: bigint, deadline: number, by = call.signer(net), domain = net.domain) =>
    by.signTypedData(domain, call.types, { signer: call.signer(net).address, ...call.message(net), nonce, deadline });

  const refused = async (net: Net, attempt: Promise<unknown>) => {
    await expect(attempt).to.be.revertedWithCustomError(net.registry, 'BadSignature').withArgs(call.signer(net));
  };

  describe(call.name, () => {
    it('does what the member signed, whoever brings it', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      expect(await call.happened(net)).to.equal(false);
      await call.bring(net, 0n, deadline, await sign(net, 0n, deadline));
      expect(await call.happened(net)).to.equal(true);
    });

    it("refuses another member's signature", async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      await refused(net, call.bring(net, 0n, deadline, await sign(net, 0n, deadline, net.who.stranger)));
    });

    it('refuses what is no signature', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      await refused(net, call.bring(net, 0n, (await now()) + DEADLINE, '0x'));
    });

    it('refuses a signature for another chain or another contract', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      const signer = call.signer(net);
      const address = await net.registry.getAddress();
      for (const domain of [registryDomain(1, address), registryDomain(CHAIN_ID, net.who.stranger.address)]) {
        await refused(net, call.bring(net, 0n, deadline, await sign(net, 0n, deadline, signer, domain)));
      }
    });

    it('refuses a signature whose deadline passed, and takes it at the deadline', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      const signature = await sign(net, 0n, deadline);
      await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
      await expect(call.bring(net, 0n, deadline, signature))
        .to.be.revertedWithCustomError(net.registry, 'Expired')
        .withArgs(deadline);

      const later = deadline + 60;
      const another = await sign(net, 0n, later);
      await networkHelpers.time.setNextBlockTimestamp(later);
      await call.bring(net, 0n, later, another);
      expect(await call.happened(net)).to.equal(true);
    });

    it('refuses a longer deadline than was signed', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      await refused(net, call.bring(net, 0n, deadline + 1, await sign(net, 0n, deadline)));
    });

    it('refuses a signature that was used', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      const signature = await sign(net, 0n, deadline);
      await call.bring(net, 0n, deadline, signature);
      await refused(net, call.bring(net, 0n, deadline, signature));
      await refused(net, call.bring(net, 1n, deadline, signature));
    });

    it('takes nonce sequences in any order, and each in its own order', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      const owner = call.signer(net);
      const first = await sign(net, keyed(5n, 0n), deadline);
      if (call.repeats) {
        const other = await sign(net, keyed(3n, 0n), deadline);
        const second = await sign(net, keyed(5n, 1n), deadline);
        await refused(net, call.bring(net, 5n, deadline, second));
        await call.bring(net, 5n, deadline, first);
        await call.bring(net, 5n, deadline, second);
        await call.bring(net, 3n, deadline, other);
        expect(await net.registry['nonces(address,uint192)'](owner, 5n)).to.equal(keyed(5n, 2n));
        expect(await net.registry['nonces(address,uint192)'](owner, 3n)).to.equal(keyed(3n, 1n));
      } else {
        await call.bring(net, 5n, deadline, first);
      }
      expect(await net.registry['nonces(address,uint192)'](owner, 0n)).to.equal(0n);
      expect(await call.happened(net)).to.equal(true);
    });

    it('takes the key of an account that delegated to code which knows no ERC-1271', async () => {
      const net = await networkHelpers.loadFixture(deployReady);
      const deadline = (await now()) + DEADLINE;
      // EIP-7702: 0xef0100 and the address of the code, here of the registry itself.
      const delegation = concat(['0xef0100', await net.registry.getAddress()]);
      await networkHelpers.setCode(call.signer(net).address, delegation);
      await call.bring(net, 0n, deadline, await sign(net, 0n, deadline));
      expect(await call.happened(net)).to.equal(true);
    });
  });
}

describe('A contract wallet (ERC-1271)', () => {
  /** The patient's and the doctor's place is taken by a wallet whose owner is `fresh.other`, as of its `twin`. */
  async function deployWallet() {
    const net = await deployReady();
    const wallet = await ethers.deployContract('Wallet', [net.fresh.other.address]);
    const twin = await ethers.deployContract('Wallet', [net.fresh.other.address]);
    return { ...net, wallet: await wallet.getAddress(), twin: await twin.getAddress() };
  }

  it('joins, grants, revokes and adds records by the signature of its owner', async () => {
    const { registry, domain, who, fresh, until, wallet } = await networkHelpers.loadFixture(deployWallet);
    const bringer = registry.connect(who.stranger);
    const sign = (types: Record<string, TypedDataField[]>, message: object) =>
      fresh.other.signTypedData(domain, types, { signer: wallet, ...message, deadline: until });

    await bringer.joinFor(wallet, KEY, 0, until, await sign(JOIN_TYPES, { key: KEY, nonce: 0 }));
    expect(await registry.isActive(wallet)).to.equal(true);

    const terms = [termsFor(who.doctor, until)];
    await bringer.grantFor(
      wallet,
      terms,
      RECEIPT,
      0,
      until,
      await sign(GRANT_TYPES, { terms, receipt: RECEIPT, nonce: 1 }),
    );
    expect(await registry.may(who.doctor, wallet, FOLDER, Right.Read, TREATMENT)).to.equal(true);

    const grantee = who.doctor.address;
    const revoke = await sign(REVOKE_TYPES, { grantee, folders: [FOLDER], nonce: 2 });
    await bringer.revokeFor(wallet, grantee, [FOLDER], 0, until, revoke);
    expect(await registry.may(who.doctor, wallet, FOLDER, 0, 0)).to.equal(false);

    const add = await sign(ADD_RECORDS_TYPES, { patient: wallet, entries: ENTRIES, nonce: 3 });
    await bringer.addRecordsFor(wallet, wallet, ENTRIES, 0, until, add);
    expect((await registry.folders(wallet, FOLDER)).count).to.equal(2);
  });

  it("does nothing by anyone else's signature", async () => {
    const { registry, domain, who, until, wallet } = await networkHelpers.loadFixture(deployWallet);
    const message = { signer: wallet, key: KEY, nonce: 0, deadline: until };
    const signature = await who.stranger.signTypedData(domain, JOIN_TYPES, message);
    await expect(registry.joinFor(wallet, KEY, 0, until, signature))
      .to.be.revertedWithCustomError(registry, 'BadSignature')
      .withArgs(wallet);
  });

  it('does nothing by what its owner signed for another wallet of the same owner', async () => {
    const net = await networkHelpers.loadFixture(deployWallet);
    const { registry, domain, who, fresh, until, wallet, twin } = net;
    for (const [index, call] of CALLS.entries()) {
      // A sequence of its own for each act, so that both wallets have the same nonce to offer.
      const sequence = BigInt(index);
      const message = { signer: wallet, ...call.message(net), nonce: keyed(sequence, 0n), deadline: until };
      const signature = await fresh.other.signTypedData(domain, call.types, message);
      await expect(call.bring(net, sequence, until, signature, twin), call.name)
        .to.be.revertedWithCustomError(registry, 'BadSignature')
        .withArgs(twin);
      const done = call.bring(net, sequence, until, signature, wallet);
      if (call.name === 'redeemFor') {
        // The signature is good, but it joined above.
        await expect(done).to.be.revertedWithCustomError(registry, 'AlreadyEnrolled').withArgs(wallet);
        continue;
      }
      if (call.name === 'grantAsFor') {
        // The signature is good, but the wallet is nobody's delegate.
        await expect(done).to.be.revertedWithCustomError(registry, 'NoConsent').withArgs(who.patient, wallet);
        continue;
      }
      if (call.name === 'breakGlassFor') {
        // The signature is good, but it is no doctor's.
        await expect(done).to.be.revertedWithCustomError(registry, 'NotA').withArgs(Role.Doctor, wallet);
        continue;
      }
      await done;
      if (call.name === 'joinFor') {
        // Now that it is a member, it can be granted what `addRecordsFor` asks for.
        await registry.connect(who.patient).grant([{ ...termsFor(who.doctor, until), grantee: wallet }], RECEIPT);
      }
    }
  });
});

describe('A signed act', () => {
  it('asks of its member what the act itself would', async () => {
    const { registry, domain, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const sign = (by: Signer, types: Record<string, TypedDataField[]>, message: object) =>
      by.signTypedData(domain, types, { signer: by.address, ...message, nonce: 0, deadline: until });
    const terms = [termsFor(who.lab, until)];
    const entries = [{ folder: FOLDER, epoch: 0, cid: toBeHex(1, 32), commitment: ZeroHash }];
    const add = async (by: Signer, list: typeof entries) =>
      registry.addRecordsFor(
        by,
        who.patient,
        list,
        0,
        until,
        await sign(by, ADD_RECORDS_TYPES, { patient: who.patient.address, entries: list }),
      );

    await expect(
      registry.grantFor(
        who.doctor,
        terms,
        RECEIPT,
        0,
        until,
        await sign(who.doctor, GRANT_TYPES, { terms, receipt: RECEIPT }),
      ),
    )
      .to.be.revertedWithCustomError(registry, 'NotA')
      .withArgs(Role.Patient, who.doctor);
    await expect(
      registry.setKeyFor(who.stranger, KEY, 0, until, await sign(who.stranger, SET_KEY_TYPES, { key: KEY })),
    ).to.be.revertedWithCustomError(registry, 'NotActive');
    await expect(
      registry.joinFor(who.stranger, ZeroHash, 0, until, await sign(who.stranger, JOIN_TYPES, { key: ZeroHash })),
    ).to.be.revertedWithCustomError(registry, 'BadKey');
    await expect(add(who.stranger, entries)).to.be.revertedWithCustomError(registry, 'NotActive');
    await expect(add(who.lab, entries)).to.be.revertedWithCustomError(registry, 'NoConsent');
    await expect(add(who.doctor, [])).to.be.revertedWithCustomError(registry, 'BadTerms');
  });

  it('of nobody, which is what no signature recovers to, is refused', async () => {
    const { registry, until } = await networkHelpers.loadFixture(deployWithGrant);
    const unreadable = `0x${'00'.repeat(65)}`;
    await expect(registry.joinFor(ZeroAddress, KEY, 0, until, unreadable))
      .to.be.revertedWithCustomError(registry, 'BadSignature')
      .withArgs(ZeroAddress);
  });

  it('of several records adds none if consent lacks for one folder', async () => {
    const { registry, domain, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const entries = FOLDERS.map((folder) => ({ folder, epoch: 0, cid: digest('cid'), commitment: ZeroHash }));
    const signer = who.doctor.address;
    const message = { signer, patient: who.patient.address, entries, nonce: 0, deadline: until };
    const signature = await who.doctor.signTypedData(domain, ADD_RECORDS_TYPES, message);
    await expect(registry.addRecordsFor(who.doctor, who.patient, entries, 0, until, signature))
      .to.be.revertedWithCustomError(registry, 'NoConsent')
      .withArgs(who.patient, who.doctor);
    expect((await registry.folders(who.patient, FOLDER)).count).to.equal(0);
  });
});
