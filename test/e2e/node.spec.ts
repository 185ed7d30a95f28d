import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { operate } from './support/chain.ts';
import { extensionWith, recordsOnChain } from './support/network.ts';
import { spoilLogs, startProxy, type Proxy } from './support/proxy.ts';
import { lookAt } from './support/screens.ts';

const proxies: Proxy[] = [];
test.afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

test('a node that is busy, that tells nonsense between the logs, and that goes away costs time, not a record', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const node = await startProxy(stack.network.rpcUrl);
  proxies.push(node);
  let asked = 0;
  node.busy = () => ++asked % 3 === 0;
  node.change = spoilLogs;
  const browser = await newBrowser({ extensionDir: await extensionWith(stack, { rpcUrl: node.url }) });
  const app = await WalletApp.open(browser);
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const titles = await app.recordTitles();
  expect(titles).toHaveLength(10);

  node.down = true;
  await app.page.reload();
  await expect(app.page.getByText('What you see was known on')).toBeVisible({ timeout: 60_000 });
  await lookAt(app.page, 'home without a node');
  expect(await app.recordTitles()).toEqual(titles);
  await app.page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
  await expect(app.page.getByTestId('resource')).toContainText('6.8 %');

  node.down = false;
  await app.page.reload();
  await expect(app.page.getByText('What you see was known on')).toHaveCount(0, { timeout: 60_000 });
});

test('what a reorganisation took off the chain is listed all the while, and recorded again', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const browser = await newBrowser({ extensionDir: await extensionWith(stack, { finality: 20 }) });
  const chain = operate(stack);
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  await app.importFile({
    name: 'note.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('The first, which stays on the chain.'),
  });
  await app.waitUntilRecorded();
  await chain.undo(async () => {
    await app.importFile(bundleFile());
    await app.waitUntilRecorded();
    expect(await recordsOnChain(stack, account)).toHaveLength(8);
  });
  expect(await recordsOnChain(stack, account)).toHaveLength(1);
  const titles = await app.recordTitles();
  expect(titles).toHaveLength(11);
  await app.page.reload(); // looks at the chain at once
  await app.go('Home');
  await expect.poll(() => recordsOnChain(stack, account).then((all) => all.length), { timeout: 90_000 }).toBe(8);
  await app.waitUntilRecorded();
  expect(await app.recordTitles()).toHaveLength(11);
  chain.stop();
});
