import { Contract, JsonRpcProvider, NonceManager, toQuantity, Wallet, type HDNodeWallet } from 'ethers';
import { toHex } from '../../../extension/core/bytes.ts';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import { REGISTRY_ABI, Role } from '../../../extension/core/registry/abi.ts';
import { ACCOUNTS } from '../../../scripts/lib/chain.ts';
import type { Stack } from '../../../scripts/lib/stack.ts';

/** The chain as its operator has it: gives ether, and says when a block is made. */
export function operate({ network }: Stack) {
  const provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true, cacheTimeout: -1 });
  const call = async (by: NonceManager, name: string, ...args: unknown[]): Promise<void> => {
    const contract = new Contract(network.registry, REGISTRY_ABI, by);
    const sent = (await contract.getFunction(name).send(...args)) as { wait(): Promise<unknown> };
    await sent.wait();
  };
  const fund = (address: string, wei: bigint) => provider.send('hardhat_setBalance', [address, toQuantity(wei)]);

  const as = (who: Wallet | HDNodeWallet) => new NonceManager(who.connect(provider));
  const newKey = async () => {
    const { encryption } = await Keyring.fromEntropy(crypto.getRandomValues(new Uint8Array(32)));
    return toHex(encryption.publicX);
  };

  /** A hospital of its own, and a doctor whom it vouches for and who can be shared with. @returns the doctor's address */
  async function doctorElsewhere(): Promise<string> {
    const [hospital, doctor] = [Wallet.createRandom(provider), Wallet.createRandom(provider)];
    for (const { address } of [hospital, doctor]) await fund(address, 10n ** 18n);
    await call(as(ACCOUNTS.registrar), 'enrol', hospital.address, Role.Hospital);
    await call(as(hospital), 'enrol', doctor.address, Role.Doctor);
    await call(as(doctor), 'setKey', await newKey());
    return doctor.address;
  }

  /** Somebody who joined by themselves, as anybody can, and who can be shared with. @returns the address */
  async function patientOfNobody(): Promise<string> {
    const patient = Wallet.createRandom(provider);
    await fund(patient.address, 10n ** 18n);
    await call(as(patient), 'join', await newKey());
    return patient.address;
  }

  /** The registrar names who divides deposits of the clinic that two sides do not agree about. */
  async function nameArbiter(arbiter: string): Promise<void> {
    const abi = ['function setArbiter(address hospital, address arbiter)'];
    const contract = new Contract(network.payments ?? '', abi, as(ACCOUNTS.registrar));
    const sent = (await contract.getFunction('setArbiter').send(ACCOUNTS.hospital.address, arbiter)) as {
      wait(): Promise<unknown>;
    };
    await sent.wait();
  }

  return {
    fund,
    nameArbiter,
    doctorElsewhere,
    patientOfNobody,
    /** Whether each transaction makes a block of its own. */
    autoMine: (on: boolean) => provider.send('evm_setAutomine', [on]),
    mine: () => provider.send('hardhat_mine', ['0x1']),
    /** Has the chain forget what `work` put on it, and go on for some blocks. */
    async undo(work: () => Promise<unknown>, blocks = 3): Promise<void> {
      const before: unknown = await provider.send('evm_snapshot', []);
      await work();
      await provider.send('evm_revert', [before]);
      await provider.send('hardhat_mine', [toQuantity(blocks)]);
    },
    balanceOf: (address: string) => provider.getBalance(address),
    stop: () => provider.destroy(),
  };
}
