import type { Page } from '@playwright/test';
import { cardIssuer, cardKeys } from '../fixtures/card-issuer.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { serveHealthLink } from './support/health-links.ts';
import { keptValues, Scanner } from './support/scan.ts';
import { lookAt } from './support/screens.ts';
import { serve } from './support/site.ts';

const PASSCODE = '4711';
const LABEL = 'Summary of Riverside Clinic';

const pngOf = (dataUrl: string) => Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

/** The same picture as a camera writes it: smaller than it was shown, a little turned, and in JPEG. */
async function photographed(page: Page, png: Buffer): Promise<Buffer> {
  const url = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1_600, 1_200];
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#cdc8bf';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.translate(820, 610);
    context.rotate(0.12);
    context.drawImage(picture, -450, -450, 900, 900);
    return canvas.toDataURL('image/jpeg', 0.8);
  }, png.toString('base64'));
  return pngOf(url);
}

test('a patient brings in a health card as a picture, a health link with its passcode, and a table', async ({
  newBrowser,
}) => {
  test.setTimeout(400_000);
  const keys = cardKeys();
  // An issuer answers to its own address; where this one is, it is known only now.
  const issuerHost = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    if (request.url !== '/.well-known/jwks.json') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys.keySet);
  });
  const card = await cardIssuer(issuerHost.origin, keys).issue({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: 'resource:0', resource: { resourceType: 'Patient', name: [{ family: 'Sandoval', given: ['Mira'] }] } },
      {
        fullUrl: 'resource:1',
        resource: {
          resourceType: 'Immunization',
          status: 'completed',
          vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '115' }] },
          patient: { reference: 'resource:0' },
          occurrenceDateTime: '2024-05-06',
        },
      },
    ],
  });
  const links = await serveHealthLink(
    [
      {
        resourceType: 'AllergyIntolerance',
        code: { text: 'Penicillin' },
        clinicalStatus: { coding: [{ code: 'active' }] },
      },
      {
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationCodeableConcept: { text: 'Metformin 500 mg' },
      },
    ],
    { passcode: PASSCODE, label: LABEL },
  );

  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  await app.createWallet();
  const add = () => page.goto(page.url().replace(/#.*$|$/, '#/add'));
  const confirm = async () => {
    await page.getByRole('button', { name: 'Add to my record' }).click();
    await expect(page.getByRole('heading', { name: 'Added to your record' })).toBeFocused();
  };

  await test.step('a card’s code in a picture; its issuer is asked for the keys', async () => {
    const [picture = ''] = await card.asQR();
    await app.chooseFile(file('card.png', 'image/png', pngOf(picture)));
    const signature = page.getByTestId('card-signature');
    await expect(signature).toContainText('not checked');
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '3');
    await lookAt(page, 'card not checked');
    // A file that is no set of keys is told; the issuer itself has them.
    await signature.locator('input[type=file]').setInputFiles(file('keys.json', 'application/json', Buffer.from('{}')));
    await expect(signature).toContainText('These are not keys');
    await signature.getByRole('button', { name: 'Ask for the keys' }).click();
    await expect(signature).toContainText('checked by the keys of');
    await lookAt(page, 'card checked');
    await confirm();
    await app.go('Settings');
    await expect(page.getByTestId('issuers')).toContainText(issuerHost.origin);
    await lookAt(page, 'issuers of cards');
  });

  await test.step('the same card as photographs of its parts is known, and a photograph without a code is a picture', async () => {
    const parts = await card.asQR({ enableChunking: true, maxSingleQRSize: 500 });
    expect(parts.length).toBeGreaterThan(1);
    const photographs = await Promise.all(parts.map((part) => photographed(page, pngOf(part))));
    await app.chooseFile(file('empty.jpg', 'image/jpeg', await photographed(page, pngOf(BLANK))));
    await expect(page.getByTestId('report')).toContainText('This file will be kept as a document.');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles(photographs.map((photograph, at) => file(`part ${at + 1}.jpg`, 'image/jpeg', photograph)));
    await expect(page.getByTestId('card-signature')).toContainText('checked by the keys of');
    await expect(page.getByTestId('report')).toContainText('It holds one part of a health card.');
    // The pictures are new; what is in the card is in the record already.
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', String(parts.length));
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('a card that somebody changed is kept, and nothing in it is taken', async () => {
    const [header, payload, signature = ''] = card.asJWS().split('.');
    const forged = [header, payload, `AAAA${signature.slice(4)}`].join('.');
    const text = JSON.stringify({ verifiableCredential: [forged] });
    await app.chooseFile(file('forged.smart-health-card', '', Buffer.from(text)));
    await expect(page.getByTestId('card-signature').getByRole('alert')).toContainText('Signature: wrong.');
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '1');
    await expect(page.getByTestId('preview').getByRole('listitem')).toHaveCount(1);
    await lookAt(page, 'card wrong');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('a health link that is pasted', async () => {
    await add();
    const field = page.getByRole('textbox', { name: 'Health link' });
    await field.fill('shlink:/abc');
    await page.getByRole('button', { name: 'Look at this link' }).click();
    await expect(page.getByRole('alert')).toContainText('This is not a health link');
    await lookAt(page, 'add with link fault');
    await field.fill(`https://viewer.example/#${links.link}`);
    await page.getByRole('button', { name: 'Look at this link' }).click();
    const about = page.getByTestId('health-link');
    await expect(about).toContainText(links.host);
    await expect(about).toContainText(LABEL);
    await expect(about).toContainText('What is there may change.');
    // The key is nowhere but in the field that is gone.
    expect(page.url()).not.toContain('shlink');
    expect(links.asked).toEqual([]);
    await page.getByRole('button', { name: 'Fetch the records' }).click();
    await expect(page.getByText('Fill this in.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Passcode' }).fill('0000');
    await page.getByRole('button', { name: 'Fetch the records' }).click();
    await expect(page.getByText('You can try 4 more times.')).toBeVisible();
    await lookAt(page, 'health link');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(PASSCODE);
    await page.getByRole('button', { name: 'Fetch the records' }).click();
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '2');
    await expect(page.getByTestId('preview')).toContainText('Metformin 500 mg');
    await lookAt(page, 'health link fetched');
    await confirm();
    for (const line of links.asked) expect(line).not.toContain(links.key);
    await app.go('Home');
    await expect(page.getByTestId('now-allergies')).toContainText('Penicillin');
    await page.getByTestId('now-allergies').getByRole('link', { name: 'Penicillin' }).click();
    await expect(page.getByTestId('provenance')).toContainText(links.origin);
  });

  await test.step('the same link in a text file; a host that is gone is told', async () => {
    await links.close();
    await app.chooseFile(file('link.txt', 'text/plain', Buffer.from(links.link)));
    await page.getByRole('button', { name: 'Look at this link' }).click();
    await page.getByRole('textbox', { name: 'Passcode' }).fill(PASSCODE);
    await page.getByRole('button', { name: 'Fetch the records' }).click();
    await expect(page.getByText('This place does not answer.')).toBeVisible();
    await lookAt(page, 'health link unreachable');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('a host that does not let every page ask it answers the wallet, which is no page', async () => {
    const closed = await serveHealthLink([{ resourceType: 'Condition', code: { text: 'Asthma' } }], {
      label: 'Closed',
      cors: false,
    });
    await add();
    await page.getByRole('textbox', { name: 'Health link' }).fill(closed.link);
    await page.getByRole('button', { name: 'Look at this link' }).click();
    await page.getByRole('button', { name: 'Fetch the records' }).click();
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '1');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Fetch the records' })).toBeVisible();
    await closed.close();
  });

  await test.step('a table whose columns and dates have to be told', async () => {
    const table = 'When,Kilos,Sugar,Remarks\n03/04/2025,70.5,101,after holidays\n05/04/2025,70.1,99,\n';
    await app.chooseFile(file('diary.csv', 'text/csv', Buffer.from(table)));
    const columns = page.getByTestId('columns');
    await expect(columns).toContainText('For example: 70.5');
    await expect(columns.getByLabel('What it is').first()).toHaveValue('date');
    await columns.getByRole('button', { name: 'Read the table like this' }).click();
    await expect(columns.getByRole('alert')).toContainText('Choose how the dates are written.');
    await lookAt(page, 'columns of a table');
    const kilos = columns.getByRole('group', { name: 'Kilos' });
    await kilos.getByLabel('What it is').selectOption('Weight');
    await kilos.getByLabel('Unit').selectOption('kg');
    const sugar = columns.getByRole('group', { name: 'Sugar' });
    await expect(sugar.getByLabel('Unit')).toHaveValue('');
    await sugar.getByLabel('Unit').selectOption('mg/dL');
    await columns.getByRole('radio', { name: /^Day first: 03\/04\/2025/ }).check();
    await columns.getByRole('button', { name: 'Read the table like this' }).click();
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '5');
    await expect(page.getByText('The columns were read as you said.')).toBeVisible();
    await expect(page.getByTestId('preview')).toContainText('70.5 kg');
    await lookAt(page, 'columns as they were told');
    await confirm();
    // The same headings are known the next time.
    await add();
    await app.chooseFile(file('next.csv', 'text/csv', Buffer.from(table.replaceAll('2025', '2026'))));
    await expect(page.getByTestId('report')).toHaveAttribute('data-taken', '5');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('all of it is in the record, and nothing of the link in what the browser keeps', async () => {
    const titles = (await app.recordTitles()).join('\n');
    for (const title of [
      'Vaccination',
      'Penicillin',
      'Metformin 500 mg',
      'Body weight',
      'Blood glucose',
      'card',
      'diary',
    ]) {
      expect(titles).toContain(title);
    }
    expect(titles).toContain('70.5');
    const scanner = new Scanner({ 'the key of the link': links.key, 'the issuer': issuerHost.host });
    for (const { path, bytes } of await keptValues(page)) expect(scanner.find(bytes), path).toEqual([]);
    await app.go('Settings');
    await page.getByTestId('issuers').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('None yet. You can add keys')).toBeVisible();
  });
  await issuerHost.close();
});

/** A white dot. */
const BLANK =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=';
