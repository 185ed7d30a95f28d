import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import { EventFragment, FunctionFragment, Interface, type ParamType } from 'ethers';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';

import { KNOWN_CALLS } from '../../extension/core/registry/known-calls.ts';
import { REGISTRY_ABI, registryInterface, Role } from '../../extension/core/registry/abi.ts';

/** Types, names and `indexed` of parameters; enum and struct names do not show. */
const full = (params: readonly ParamType[]): string[] => params.map((param) => param.format('full'));
/** Types only: names of results differ freely. */
const types = (params: readonly ParamType[]): string[] => params.map((param) => param.format('sighash'));

describe('The ABI that the wallet is built with', () => {
  for (const fragment of registryInterface.fragments) {
    const sighash = fragment.format('sighash');
    it(`matches the contract: ${fragment.type} ${sighash}`, async () => {
      const { abi } = await artifacts.readArtifact('HealthRegistry');
      const compiled = new Interface(abi).fragments.find(
        (other) => other.type === fragment.type && other.format('sighash') === sighash,
      );
      if (!compiled) throw new Error('not in the contract');
      if (fragment instanceof FunctionFragment && compiled instanceof FunctionFragment) {
        expect(types(compiled.outputs)).to.deep.equal(types(fragment.outputs));
        expect(compiled.stateMutability).to.equal(fragment.stateMutability);
      }
      if (fragment instanceof EventFragment && compiled instanceof EventFragment) {
        expect(full(compiled.inputs)).to.deep.equal(full(fragment.inputs));
        expect(compiled.anonymous).to.equal(fragment.anonymous);
      }
    });
  }

  it('is parsed whole', () => {
    expect(registryInterface.fragments).to.have.length(REGISTRY_ABI.length);
  });

  it('numbers the roles as the contract does', async () => {
    const source = await readFile('contracts/interfaces/IMembers.sol', 'utf8');
    const names = /enum Role \{([^}]*)\}/
      .exec(source)?.[1]
      ?.split(',')
      .map((name) => name.trim());
    expect(names).to.deep.equal(Object.keys(Role));
    expect(Object.values(Role)).to.deep.equal(Object.keys(Role).map((_, index) => index));
  });
});

describe('The calls that the wallet has words for', () => {
  const contracts = { registry: 'HealthRegistry', orders: 'CareOrders', payments: 'HealthPayments' };
  for (const [key, fragments] of Object.entries(KNOWN_CALLS)) {
    for (const fragment of new Interface(fragments).fragments) {
      const sighash = fragment.format('sighash');
      it(`are the contract’s: ${key} ${sighash}`, async () => {
        const { abi } = await artifacts.readArtifact(contracts[key as keyof typeof contracts]);
        const compiled = new Interface(abi).getFunction(sighash);
        expect(compiled?.inputs.map((input) => input.name)).to.deep.equal(fragment.inputs.map((input) => input.name));
      });
    }
  }
});
