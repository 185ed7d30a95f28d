import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import { EventFragment, FunctionFragment, Interface, type ParamType } from 'ethers';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';

import { OrderKind, ORDERS_ABI, ordersInterface } from '../../extension/core/care/orders-abi.ts';
import {
  AppointmentState,
  BillState,
  PAYMENTS_ABI,
  paymentsInterface,
} from '../../extension/core/care/payments-abi.ts';
import { KNOWN_CALLS } from '../../extension/core/registry/known-calls.ts';
import { REGISTRY_ABI, registryInterface, Role } from '../../extension/core/registry/abi.ts';

/** Types, names and `indexed` of parameters; enum and struct names do not show. */
const full = (params: readonly ParamType[]): string[] => params.map((param) => param.format('full'));
/** Types only: names of results differ freely. */
const types = (params: readonly ParamType[]): string[] => params.map((param) => param.format('sighash'));

const BUILT_WITH = [
  ...registryInterface.fragments.map((fragment) => ({ of: 'HealthRegistry', fragment })),
  ...ordersInterface.fragments.map((fragment) => ({ of: 'CareOrders', fragment })),
  ...paymentsInterface.fragments.map((fragment) => ({ of: 'HealthPayments', fragment })),
];

describe('The ABI that the wallet is built with', () => {
  for (const { of, fragment } of BUILT_WITH) {
    const sighash = fragment.format('sighash');
    it(`matches the contract: ${of} ${fragment.type} ${sighash}`, async () => {
      const { abi } = await artifacts.readArtifact(of);
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
    expect(ordersInterface.fragments).to.have.length(ORDERS_ABI.length);
    expect(paymentsInterface.fragments).to.have.length(PAYMENTS_ABI.length);
  });

  for (const [file, name, numbers] of [
    ['IMembers', 'Role', Role],
    ['ICareOrders', 'Kind', OrderKind],
    ['IHealthPayments', 'Bill', BillState],
    ['IHealthPayments', 'State', AppointmentState],
  ] as const) {
    it(`numbers ${file}.${name} as the contract does`, async () => {
      const source = await readFile(`contracts/interfaces/${file}.sol`, 'utf8');
      const names = new RegExp(`enum ${name} \\{([^}]*)\\}`)
        .exec(source)?.[1]
        ?.split(',')
        .map((one) => one.trim());
      expect(names).to.deep.equal(Object.keys(numbers));
      expect(Object.values(numbers)).to.deep.equal(Object.keys(numbers).map((_, index) => index));
    });
  }
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
