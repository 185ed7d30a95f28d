import { expect } from 'chai';
import type { ContractTransactionResponse } from 'ethers';
import { globalOptions } from 'hardhat';
import { before, describe, it } from 'mocha';

import { GRANT_TYPES } from '../../extension/core/registry/typed-data.ts';
import { deployWithGrant, digest, FOLDER, networkHelpers, termsFor } from './fixture.ts';

type Net = Awaited<ReturnType<typeof deployWithGrant>>;
type Act = (net: Net) => Promise<ContractTransactionResponse>;

const addRecord: Act = ({ registry, who }) =>
  registry.connect(who.doctor).addRecord(who.patient, FOLDER, digest('cid'), digest('commitment'));

const grantFor =
  (count: number): Act =>
  async ({ registry, domain, who, until }) => {
    const terms = [{ ...termsFor(who.doctor, until), folder: FOLDER + 1 + count }];
    const message = { signer: who.patient.address, terms, receipt: digest('receipt'), nonce: count, deadline: until };
    const signature = await who.patient.signTypedData(domain, GRANT_TYPES, message);
    return registry.connect(who.stranger).grantFor(who.patient, terms, digest('receipt'), 0, until, signature);
  };

/**
 * What an act may cost, and its floor: what no implementation can save, that is 21,000 + calldata + log + the slots
 * that change + the slots that must be read to authorise the act. Both compiler profiles are held to the budget.
 */
const BUDGETS: { act: string; floor: number; budget: number; prepare?: Act; run: Act }[] = [
  {
    act: 'add a record to a folder that has some (reads the author, its hospital, the patient and the grant)',
    floor: 39_151,
    budget: 43_500,
    prepare: addRecord,
    run: addRecord,
  },
  {
    act: 'grant for the first time (fills a slot)',
    floor: 54_200,
    budget: 60_000,
    run: ({ registry, who, until }) =>
      registry.connect(who.patient).grant([{ ...termsFor(who.doctor, until), folder: FOLDER + 1 }], digest('receipt')),
  },
  {
    act: 'revoke',
    floor: 29_000,
    budget: 31_000,
    run: ({ registry, who }) => registry.connect(who.patient).revoke(who.doctor, [FOLDER]),
  },
  {
    act: 'rotate a folder that has records and void every grant, however many',
    floor: 29_300,
    budget: 32_000,
    prepare: addRecord,
    run: ({ registry, who }) => registry.connect(who.patient).rotate([FOLDER], true, digest('keyring')),
  },
  {
    act: 'bring a signed grant, on a nonce sequence in use',
    floor: 65_000,
    budget: 74_000,
    prepare: grantFor(0),
    run: grantFor(1),
  },
  {
    act: 'bring a signed grant, on a new nonce sequence (one slot more)',
    floor: 82_100,
    budget: 91_000,
    run: grantFor(0),
  },
];

describe('Gas', () => {
  before(function () {
    // Coverage adds instructions of its own.
    if (globalOptions.coverage) this.skip();
  });

  for (const { act, floor, budget, prepare, run } of BUDGETS) {
    it(`to ${act}: at most ${budget}`, async () => {
      const net = await networkHelpers.loadFixture(deployWithGrant);
      await prepare?.(net);
      const receipt = await (await run(net)).wait();
      // Below the floor, the floor is wrong or a check is missing.
      expect(receipt?.gasUsed).to.be.within(floor, budget);
    });
  }
});
