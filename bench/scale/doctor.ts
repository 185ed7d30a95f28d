import { setTimeout as sleep } from 'node:timers/promises';
import { Contract, JsonRpcProvider, NonceManager } from 'ethers';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { newEntropy } from '../../extension/core/keys/mnemonic.ts';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { launchBrowser } from '../../scripts/lib/browser.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { until, within } from '../../scripts/lib/patience.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { SitePage } from '../../test/e2e/pages/site-page.ts';
import { WalletApp } from '../../test/e2e/pages/wallet-app.ts';
import { ringAlarm } from '../../test/e2e/support/alarm.ts';
import { extensionWith } from '../../test/e2e/support/network.ts';
import { serveSite } from '../../test/e2e/support/site.ts';
import { countRpc, type Asked } from './rpc-counter.ts';
import { Seeder } from './seed.ts';

/** Patients that are put on the chain at the same time. */
const AT_ONCE = 4;
/** A node that was asked nothing for so long is asked nothing more. */
const QUIET_MS = 2_000;
/** It must have come to that within this. */
const MOST_BUSY_MS = 600_000;
/** Longest wait for an answer of the wallet or of the browser. */
const ANSWER_MS = 180_000;
const LIMIT = 50;

/** What a doctor's wallet asked of the node. */
export interface DoctorCalls {
  /** The first list after unlocking, which may have all to learn. */
  readonly first: Asked;
  readonly page: Asked;
  readonly reading: Asked;
  readonly poll: Asked;
}

/** Has the hospital vouch for the doctor, and waits until the doctor's own wallet has registered its key. */
async function enrol(stack: Stack, doctor: string, nudge: () => Promise<unknown>): Promise<void> {
  const { rpcUrl, chainId, registry } = stack.network;
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1 });
  try {
    const contract = new Contract(registry, REGISTRY_ABI, new NonceManager(ACCOUNTS.hospital.connect(provider)));
    const sent = (await contract.getFunction('enrol').send(doctor, Role.Doctor)) as {
      wait(confirms: number, most: number): Promise<unknown>;
    };
    await sent.wait(1, 30_000);
    await until('the doctor’s key on the chain', async () => {
      await nudge();
      const key = (await contract.getFunction('encryptionKey').staticCall(doctor)) as string;
      return BigInt(key) === 0n ? undefined : key;
    });
  } finally {
    provider.destroy();
  }
}

/** Puts patients on the chain who each share one entry with the doctor. */
async function seedPatients(stack: Stack, doctor: string, count: number): Promise<void> {
  const seeder = new Seeder(stack.network);
  let left = count;
  const work = async () => {
    while (left-- > 0) {
      const patient = await Keyring.fromEntropy(newEntropy());
      await seeder.join(patient);
      await seeder.entries(patient, 1);
      await seeder.share(patient, doctor, 'Dr Bench');
      if (left % 100 === 0) console.log(`    ${left} patients to go`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await seeder.settle();
  seeder.close();
}

/** How often a doctor's wallet asks the node, with so many patients. */
export async function measureDoctor(stack: Stack, patients: number): Promise<DoctorCalls> {
  const node = await countRpc(stack.network.rpcUrl);
  const site = await serveSite();
  const browser = await launchBrowser({ extensionDir: await extensionWith(stack, { rpcUrl: node.url }) });
  try {
    const app = await WalletApp.open(browser);
    await app.createWallet('provider');
    const doctor = await app.accountNumber();
    await enrol(stack, doctor, () => ringAlarm(app.page));
    const page = await SitePage.open(browser, site);
    await page.connect();
    await seedPatients(stack, doctor, patients);
    await app.lock();
    await app.unlock();
    await app.page.getByRole('navigation').waitFor();

    const quiet = () =>
      until(
        'the doctor’s wallet to ask the node nothing more',
        async () => ((await node.during(() => sleep(QUIET_MS))).methods.length === 0 ? true : undefined),
        { ms: MOST_BUSY_MS },
      );
    const request = (method: string, params: object) =>
      within(ANSWER_MS, `the answer to ${method}`, page.request(method, params));
    await app.page.close(); // it looks for news of its own accord
    await quiet();
    const list = async () => {
      const { result, message } = await request('health_listRecords', { limit: LIMIT });
      if (result === undefined) throw new Error(`the doctor’s wallet gives no list: ${message}`);
      return (result as { records: { patient: string; id: string }[] }).records;
    };
    const first = await node.during(list);
    await quiet();
    let [known] = await list();
    await quiet();
    const asked = await node.during(async () => {
      [known] = await list();
    });
    if (known === undefined) throw new Error('the doctor sees no record');
    const { patient, id } = known;
    await quiet(); // a list looks for news, which goes on after it
    const reading = await node.during(async () => {
      const { result, message } = await request('health_readRecord', { patient, id });
      if (result === undefined) throw new Error(`the doctor’s wallet gives no record: ${message}`);
    });
    const own = await browser.open('popup.html');
    await quiet();
    const poll = await node.during(async () => {
      await within(ANSWER_MS, 'the alarm to ring', ringAlarm(own));
      await sleep(QUIET_MS);
    });
    return { first, page: asked, reading, poll };
  } finally {
    await within(ANSWER_MS, 'the browser to close', browser.close());
    await Promise.all([node.close(), site.close()]);
  }
}
