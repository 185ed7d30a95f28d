import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import type { Page } from '@playwright/test';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { originHash } from '../../extension/core/registry/client.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { servePage } from '../../scripts/lib/bundle-page.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import { bin } from '../../scripts/lib/paths.ts';
import { runCommand } from '../../scripts/lib/processes.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { expect, test } from './fixtures.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { chooseFor, member } from './support/care.ts';
import { atTheClinic } from './support/clinic.ts';
import { examplesOf } from './support/examples.ts';

interface PageWindow {
  run(name: string, args: unknown[], withClient: boolean): Promise<unknown>;
}
interface ServerExamples {
  registerKey(network: Network, privateKey: string): Promise<void>;
  readAll(network: Network, privateKey: string): Promise<string[]>;
}

/** Runs an example in a page that has all of them. */
const run = (page: Page, name: string, args: unknown[] = [], withClient = true): Promise<unknown> =>
  page.evaluate(([example, given, client]) => (window as unknown as PageWindow).run(example, given, client), [
    name,
    args,
    withClient,
  ] as const);

/** Runs an example that brings up prompts, and says yes to each. */
async function approved(
  browser: WalletBrowser,
  page: Page,
  prompts: number,
  ...call: [name: string, args?: unknown[], withClient?: boolean]
): Promise<unknown> {
  let answer: Promise<unknown> | undefined;
  for (let i = 0; i < prompts; i++) {
    const prompt = await PromptWindow.during(browser.context, () => {
      answer ??= run(page, ...call);
      return Promise.resolve();
    });
    await expect(prompt.page.getByRole('button', { name: 'Approve' })).toBeVisible();
    const host = prompt.page.getByLabel('Name of the site');
    if (await host.isVisible()) await host.fill(new URL(page.url()).host);
    await prompt.approve();
  }
  return answer;
}

/** A server's account that the hospital enrolled. @returns its private key */
async function enrolledServer({ network }: Stack): Promise<Wallet> {
  const server = new Wallet(Wallet.createRandom().privateKey);
  const provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true, cacheTimeout: -1 });
  const hospital = ACCOUNTS.hospital.connect(provider);
  const registry = new Contract(network.registry, REGISTRY_ABI, hospital);
  await (await registry.getFunction('enrol').send(server.address, Role.Doctor)).wait();
  await (await hospital.sendTransaction({ to: server.address, value: 10n ** 17n })).wait();
  provider.destroy();
  return server;
}

/** The hospital says that a page is its own. */
async function ownedByTheHospital({ network }: Stack, url: string): Promise<void> {
  const provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true, cacheTimeout: -1 });
  const registry = new Contract(network.registry, REGISTRY_ABI, ACCOUNTS.hospital.connect(provider));
  await (await registry.getFunction('setOrigin').send(originHash(new URL(url).origin), true)).wait();
  provider.destroy();
}

test('every example of the documentation is type-correct', async () => {
  for (const document of ['portal/sdk/README.md', 'docs/PROVIDER-API.md', 'docs/PHARMACY.md']) {
    const { project } = await examplesOf(document);
    expect(await runCommand(bin('tsc'), ['-p', project]), document).toBe(0);
  }
});

test('the examples of the SDK do what they say, in a page and on a server', async ({ newBrowser, stack }) => {
  test.setTimeout(600_000);
  const examples = await examplesOf('portal/sdk/README.md');
  const served = await servePage(examples.page);
  try {
    const [patients, doctors] = [await newBrowser(), await newBrowser()];
    const { patient, doctor } = await atTheClinic(patients, doctors, stack, 'Dr Amara Okafor');

    const site = await patients.newPage();
    await site.goto(served.url);
    const doctorsSite = await doctors.newPage();
    await doctorsSite.goto(served.url);

    await test.step('the patient shares with the doctor', async () => {
      expect(await approved(patients, site, 2, 'share', [await doctor.accountNumber()], false)).toMatch(
        /^Shared medications and allergies and results until \w{3} \w{3} \d\d 20\d\d$/,
      );
    });
    await test.step('the doctor reads, and adds', async () => {
      expect(await approved(doctors, doctorsSite, 1, 'allergies')).toEqual([
        'Allergy to penicillin, recorded by Patient',
      ]);
      expect(await approved(doctors, doctorsSite, 1, 'addAllergy', [await patient.accountNumber()])).toMatch(/^baf/);
    });
    await test.step('the doctor prescribes, orders a test and offers times', async () => {
      const written = (await approved(doctors, doctorsSite, 3, 'visit', [await patient.accountNumber()])) as string[];
      expect(written.join(' ')).toMatch(/^baf\w+ baf\w+ baf\w+$/);
    });
    await test.step('the pharmacist and the lab that the patient chooses carry it out, each what is theirs', async () => {
      await ownedByTheHospital(stack, served.url);
      for (const [title, link, work, done] of [
        ['Ibuprofen', 'Choose a pharmacy', 'pharmacist', 'prescription: Ibuprofen'],
        ['Potassium in blood', 'Choose a lab', 'lab', 'test: Potassium in blood'],
      ] as const) {
        const browser = await newBrowser();
        const { account } = await member(browser, stack, `Riverside ${work}`, work);
        await chooseFor(patient, title, link, account);
        const page = await browser.newPage();
        await page.goto(served.url);
        expect(await approved(browser, page, 3, 'carryOut')).toEqual([done]);
      }
    });
    // The newest comes first: what the doctor just added, for whom the hospital vouches.
    await test.step('the doctor checks a copy, step by step', async () => {
      expect(await run(doctorsSite, 'check', [await patient.accountNumber()])).toEqual([
        'chain: holds',
        'content: holds',
        'author: holds',
        'voucher: holds',
      ]);
    });
    await test.step('the patient takes an offer', async () => {
      expect(await approved(patients, site, 1, 'offer')).toBe(true);
    });
    await test.step('a server registers its key and reads what is shared with it', async () => {
      const server = await enrolledServer(stack);
      const modules = (await Promise.all(examples.server.map((file) => import(file)))) as object[];
      const { registerKey, readAll } = Object.assign({}, ...modules) as ServerExamples;
      await registerKey(stack.network, server.privateKey);
      expect(await readAll(stack.network, server.privateKey)).toEqual([]);
      await approved(patients, site, 1, 'share', [server.address], false);
      const titles = await readAll(stack.network, server.privateKey);
      expect(titles.join()).toMatch(/Lisinopril.*, \d+ bytes/);
      expect(await run(site, 'endAll')).toBe(2);
      expect(await readAll(stack.network, server.privateKey)).toEqual([]);
    });
    expect(await run(doctorsSite, 'allergies')).toEqual([]);
    expect(await run(site, 'endAll')).toBe(0);
  } finally {
    await served.close();
  }
});
