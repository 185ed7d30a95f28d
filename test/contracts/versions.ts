import { expect } from 'chai';
import { Interface, ZeroAddress, type InterfaceAbi } from 'ethers';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';

import { deploy, networkHelpers } from './fixture.ts';

/** ERC-165: the exclusive or of the selectors of an interface's own functions. */
async function interfaceId(name: string): Promise<string> {
  const { abi } = (await artifacts.readArtifact(name)) as { abi: InterfaceAbi };
  let id = 0n;
  new Interface(abi).forEachFunction(({ selector }) => (id ^= BigInt(selector)));
  return `0x${id.toString(16).padStart(8, '0')}`;
}

describe('A version', () => {
  it('is named, as in what members sign', async () => {
    const { registry } = await networkHelpers.loadFixture(deploy);
    expect(await registry.version()).to.equal('1');
    expect((await registry.eip712Domain()).version).to.equal('1');
  });

  it('has a successor once its owner says so, and goes on working', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    expect(await registry.successor()).to.equal(ZeroAddress);
    await expect(registry.connect(who.owner).setSuccessor(fresh.other))
      .to.emit(registry, 'SuccessorSet')
      .withArgs(fresh.other);
    expect(await registry.successor()).to.equal(fresh.other);
    expect(await registry.isActive(who.doctor)).to.equal(true);
    await registry.connect(who.owner).setSuccessor(ZeroAddress);
    expect(await registry.successor()).to.equal(ZeroAddress);
  });

  for (const name of ['IMembers', 'IConsents', 'IEmergencies', 'IAccess', 'IRecords', 'IVersioned']) {
    it(`says by ERC-165 that it is an ${name}`, async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      expect(await registry.supportsInterface(await interfaceId(name))).to.equal(true);
    });
  }

  it('says so of ERC-165 itself, and of nothing else', async () => {
    const { registry } = await networkHelpers.loadFixture(deploy);
    expect(await registry.supportsInterface('0x01ffc9a7')).to.equal(true);
    expect(await registry.supportsInterface('0xffffffff')).to.equal(false);
    expect(await registry.supportsInterface(await interfaceId('ICareOrders'))).to.equal(false);
  });
});
