import { Wallet } from 'ethers';
import { DESK_WORDS } from '../../scripts/lib/chain.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { OfficePage } from './pages/office.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

test('a registrar accredits a hospital from their own wallet, suspends and restores it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).restore(DESK_WORDS.registrar.split(' '));
  const office = await OfficePage.open(browser, `${stack.portalUrl}/registrar`, async ({ page }) => {
    await expect(page.getByRole('heading', { name: `Sign in to ${new URL(stack.portalUrl).host}` })).toBeVisible();
    await lookAt(page, 'prompt sign in to a desk');
  });
  const { page } = office;
  await expect(office.listed('Riverside Clinic')).toContainText('Another registrar let it in');
  await expect(office.listed('Riverside Clinic')).toContainText('Websites it claims 1');

  const { address } = Wallet.createRandom();
  await page.getByLabel('Account number').fill(address);
  const enrol = await office.asks('Accredit');
  await expect(enrol.page.getByText('Lets someone into the health network, and vouches for them.')).toBeVisible();
  await expect(enrol.page.getByTestId('fields')).toContainText('Hospital');
  await expect(enrol.page.getByTestId('fields')).toContainText(address);
  await lookAt(enrol.page, 'prompt accredit');
  await enrol.approve();
  await office.says('Done.');
  const hospital = office.listed(address);
  await expect(hospital).toContainText('Active');
  await lookAt(page, 'desk of a registrar');

  const name = `Hospital …${address.slice(-4)}`;
  for (const [act, told, standing] of [
    ['Suspend', 'Suspends a member of the health network.', 'Suspended'],
    ['Restore', 'Ends the suspension of a member.', 'Active'],
  ] as const) {
    const prompt = await office.asks(`${act} ${name}`);
    await expect(prompt.page.getByText(told)).toBeVisible();
    await prompt.approve();
    await expect(hospital).toContainText(standing, { timeout: 60_000 });
    await office.says('Done.');
  }

  // A no changes nothing, and who is no registrar is told so.
  await (await office.asks(`Suspend ${name}`)).reject();
  await office.says('Not approved in the wallet.');
  await expect(hospital).toContainText('Active');
  const others = await newBrowser();
  await (await WalletApp.open(others)).createWallet('provider');
  const stranger = await OfficePage.open(others, `${stack.portalUrl}/registrar`);
  await expect(stranger.page.getByTestId('not-registrar')).toBeVisible();
});

test('a hospital invites a doctor, who is shown to patients by name, and not while suspended; a doctor invites a patient', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const [administrators, doctors, pharmacists, patients] = [
    await newBrowser(),
    await newBrowser(),
    await newBrowser(),
    await newBrowser(),
  ];

  // 1. The administrator invites.
  await (await WalletApp.open(administrators)).restore(DESK_WORDS.administrator.split(' '));
  const office = await OfficePage.open(administrators, `${stack.portalUrl}/hospital`);
  const link = await office.invite('Dr Selma Okoye', 'Doctor', 'Nephrology');
  await lookAt(office.page, 'desk of a hospital');
  const pharmacistsLink = await office.invite('Corner Pharmacy', 'Pharmacist', '');
  await expect(office.page.getByTestId('open-invitation')).toHaveCount(2);

  // 2. The doctor joins by the link, and says who she is with an account that never had any ether.
  await (await WalletApp.open(doctors)).createWallet('provider');
  const desk = await DeskPage.open(doctors, link);
  await expect(desk.page.getByRole('heading', { name: 'Dr Selma Okoye' })).toBeVisible();
  await desk.connect();
  await lookAt(desk.page, 'an invitation');
  await desk.joinBy(link);
  await lookAt(desk.page, 'joined');
  const publish = await PromptWindow.during(doctors.context, () =>
    desk.page.getByRole('button', { name: 'Publish my profile' }).click(),
  );
  await expect(publish.page.getByText('Changes the public profile of your account.')).toBeVisible();
  await publish.approve();
  await desk.says('In a moment, patients find you by name.');

  // 3. The link is used up; the pharmacist has one of their own.
  await (await WalletApp.open(pharmacists)).createWallet('provider');
  const late = await DeskPage.open(pharmacists, link);
  await late.says('This invitation was used already.');
  await lookAt(late.page, 'an invitation that was used');
  await late.page.goto('about:blank');
  await late.page.goto(pharmacistsLink);
  await late.connect();
  await late.joinBy(pharmacistsLink);
  await office.page.getByRole('button', { name: 'Refresh' }).click();
  await expect(office.listed('Corner Pharmacy')).toContainText('Pharmacist');
  await expect(office.page.getByTestId('open-invitation')).toHaveCount(0);
  await lookAt(office.page, 'desk of a hospital with staff');

  // 4. The doctor invites a patient, who makes their own wallet and is led to share with her.
  await desk.page.getByRole('link', { name: 'Go to your desk' }).click();
  await expect(desk.page.getByTestId('doctor')).toHaveText('Dr Selma Okoye');
  await desk.refresh();
  await desk.page.getByText('Invite a patient').click();
  await lookAt(desk.page, 'desk of a doctor');
  const patientsLink = await desk.page.getByTestId('link').inputValue();
  const welcome = await patients.newPage();
  await welcome.goto(patientsLink);
  await expect(welcome.getByRole('heading', { name: 'Dr Selma Okoye invites you' })).toBeVisible();
  await lookAt(welcome, 'a doctor invites a patient');
  const patient = await WalletApp.open(patients);
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  await welcome.bringToFront();
  await welcome.getByRole('link', { name: 'Go on to share with Dr Selma Okoye' }).click();
  const checkIn = new CheckInPage(welcome, patients);
  await (await checkIn.connect()).approve();
  await expect(welcome.getByTestId('doctor')).toHaveText('Dr Selma Okoye');

  // 5. The wallet's own directory has her name, from her profile.
  const { page } = patient;
  await page.bringToFront();
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await page.getByLabel('Find a doctor or hospital').fill('selma');
  const found = page.getByTestId('found-members').locator('label').filter({ hasText: 'Dr Selma Okoye' });
  await expect(found).toContainText('Nephrology', { timeout: 90_000 });
  await expect(found).toContainText('Vouched for by Riverside Clinic');
  await expect(found).toContainText('Licence RC-4711, valid until 31 Dec 2099');
  await lookAt(page, 'a licence in the directory');

  // 6. While she is suspended, the prompt says so, and cannot be approved.
  await office.page.bringToFront();
  await office.page.getByRole('button', { name: 'Suspend Dr Selma Okoye' }).click();
  await expect(office.listed('Dr Selma Okoye')).toContainText('Suspended', { timeout: 60_000 });
  await welcome.bringToFront();
  const refused = await checkIn.askToShare();
  await expect(refused.page.getByText('their name in the health network’s directory')).toBeVisible();
  await expect(
    refused.page.getByText('This person, or the hospital that vouches for them, is suspended'),
  ).toBeVisible();
  await refused.readToTheEnd();
  await expect(refused.page.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await lookAt(refused.page, 'prompt for somebody suspended');
  await refused.reject();
  const anew = await CheckInPage.open(patients, stack.portalUrl);
  await expect(anew.page.getByTestId('no-doctor')).toBeVisible();
  await desk.page.reload();
  await expect(desk.page.getByTestId('suspended')).toBeVisible();

  // 7. Once she is restored, it can.
  await office.page.bringToFront();
  await office.page.getByRole('button', { name: 'Restore Dr Selma Okoye' }).click();
  await expect(office.listed('Dr Selma Okoye')).toContainText('Active', { timeout: 60_000 });
  await welcome.bringToFront();
  const allowed = await checkIn.askToShare();
  await expect(allowed.page.getByText('Doctor, vouched for by Riverside Clinic')).toBeVisible();
  await allowed.approve();
  await checkIn.says('Shared');
});
