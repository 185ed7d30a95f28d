import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import { checkPortal } from '../../scripts/conformance.ts';
import { KIT_RECORD, KIT_WALLET } from '../../scripts/conformance/answers.ts';
import { PORTAL_RULES } from '../../scripts/conformance/portal.ts';
import { tryRules, type Finding } from '../../scripts/conformance/rules.ts';
import { WALLET_RULES, WalletUnderTest } from '../../scripts/conformance/wallet.ts';
import { servePage } from '../../scripts/lib/bundle-page.ts';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { accept, invite } from '../../scripts/lib/invite.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { expect, test } from './fixtures.ts';
import { examplesOf } from './support/examples.ts';
import { serveSite } from './support/site.ts';

/** A wallet that does everything wrong. */
const BROKEN_WALLET = `<!doctype html><title>Broken</title><script>
  const provider = {
    request: async (args) => {
      if (args.method === 'eth_accounts') return ['0x00000000000000000000000000000000000000aa'];
      if (args.method === 'eth_chainId') return 31337;
      if (args.method === 'health_listRecords') return { records: [] };
      throw { code: -32603, message: 'failed: ' + JSON.stringify(args) };
    },
    on: () => undefined,
  };
  const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', {
    detail: { info: { uuid: '1', name: 'Broken', icon: '', rdns: 'broken' }, provider },
  }));
  window.addEventListener('eip6963:requestProvider', announce);
</script>`;

/** A portal's page that finds the wallet, and does everything else wrong. */
const BROKEN_PORTAL = `<!doctype html><title>Broken</title><button>Show</button><script>
  const asked = new Promise((resolve) => {
    window.addEventListener('eip6963:announceProvider', ({ detail }) => resolve(detail.provider));
    window.dispatchEvent(new Event('eip6963:requestProvider'));
  });
  (async () => {
    const wallet = await asked;
    await wallet.request({ method: 'eth_sign' }).catch(() => undefined);
    await wallet.request({ method: 'health_requestAccess', params: { sections: 'all' } }).catch(() => undefined);
    await wallet.request({ method: 'eth_requestAccounts' });
  })();
  document.querySelector('button').onclick = async ({ target }) => {
    target.disabled = true;
    const access = await (await asked).request({ method: 'health_requestAccess', params: {
      purpose: 'TREAT', sections: ['results', 'medications'], duration: 3600, reason: 'A visit',
      recipient: { address: '0x00000000000000000000000000000000000000aa' },
    } });
    const { records } = await (await asked).request({ method: 'health_listRecords', params: {} });
    await fetch('/log?title=' + encodeURIComponent(records[0].title));
    target.textContent = access.folders[1].section;
  };
</script>`;

/** A portal's page that has something carried out, and does everything else right. @param request as JSON */
const fillingPortal = (request: string) => `<!doctype html><title>Filling</title><button>Fill</button><script>
  const asked = new Promise((resolve) => {
    window.addEventListener('eip6963:announceProvider', ({ detail }) => resolve(detail.provider));
    window.dispatchEvent(new Event('eip6963:requestProvider'));
  });
  document.querySelector('button').onclick = async () => {
    try {
      const wallet = await asked;
      await wallet.request({ method: 'eth_requestAccounts' });
      await wallet.request(${request});
    } catch { /* what the kit saw is what counts */ }
  };
</script>`;

const broken = (findings: readonly Finding[]) => findings.filter(({ fault }) => fault !== undefined);
const names = (findings: readonly Finding[]) => findings.map(({ says }) => says);

/** The command as a developer runs it. @throws with its output when the exit code is not 0 */
async function conformance(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/conformance.ts', ...args], { cwd: ROOT });
  return stdout;
}

test('the wallet is what its documentation promises', async ({ stack }) => {
  const output = await conformance('--wallet', stack.extensionDir);
  expect(output).toContain(`\n${WALLET_RULES.length} ok, 0 failed\n`);
});

test('the sample portal, both its pages, treats the wallet as documented', async ({ stack }) => {
  await accept(await invite(stack.portalUrl, { name: 'Dr Kit', work: 'doctor' }), KIT_WALLET);
  const pages = {
    'check-in': ['Connect your health wallet', 'Ask to share', 'Offer my clinic record'],
    desk: ['Connect your health wallet', 'Sign in', 'Refresh', KIT_RECORD],
  };
  for (const [page, buttons] of Object.entries(pages)) {
    const clicks = buttons.flatMap((name) => ['--click', name]);
    const output = await conformance(`${stack.portalUrl}/${page}`, ...clicks);
    expect(output, page).toContain(`\n${PORTAL_RULES.length} ok, 0 failed\n`);
  }
});

test('the page of the guide treats the wallet as documented, and carries out the order that it read', async () => {
  const { page } = await examplesOf('docs/PHARMACY.md');
  const entry = join(dirname(page), 'opened.ts');
  await writeFile(entry, "import { openPharmacy } from './page.ts';\nopenPharmacy();\n");
  const served = await servePage(entry);
  try {
    const clicks = ['Show prescriptions', 'Hand out', 'Write the bill'].flatMap((name) => ['--click', name]);
    expect(await conformance(served.url, ...clicks)).toContain(`\n${PORTAL_RULES.length} ok, 0 failed\n`);
  } finally {
    await served.close();
  }
});

test('a page that has something carried out under another name than the order’s is told so', async () => {
  const write = (more: object) => {
    const resource = { resourceType: 'MedicationDispense', ...more };
    const params = { patient: KIT_WALLET.address, section: 'medications', resource, fulfils: `0x${'5e'.repeat(32)}/1` };
    return JSON.stringify({ method: 'health_writeRecord', params });
  };
  const named = (value: string) => ({
    authorizingPrescription: [{ identifier: { system: 'urn:salus:order', value: `0x${value.repeat(32)}` } }],
  });
  for (const [request, isTold] of [
    [write(named('0d')), false],
    [write(named('aa')), true],
    [write({}), true],
    [write({ ...named('0d'), resourceType: 'DiagnosticReport' }), true],
  ] as const) {
    const site = await serveSite({ '/': fillingPortal(request) });
    try {
      const told = broken(await checkPortal(site.origin, ['Fill']));
      expect(names(told), request).toEqual(isTold ? ['sends the params that each method takes'] : []);
    } finally {
      await site.close();
    }
  }
});

test('a wallet that breaks its promises is found out, rule by rule', async () => {
  const site = await serveSite({ '/': BROKEN_WALLET, '/frame': BROKEN_WALLET });
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(site.origin);
    const findings = await tryRules(WALLET_RULES, await WalletUnderTest.find(page));
    expect(names(broken(findings))).toEqual(names(WALLET_RULES));
  } finally {
    await browser.close();
    await site.close();
  }
});

test('a portal that treats the wallet badly is found out, rule by rule', async () => {
  const site = await serveSite({ '/': BROKEN_PORTAL });
  try {
    const findings = await checkPortal(site.origin, ['Show']);
    const [finds, ...others] = names(PORTAL_RULES);
    expect(names(broken(findings))).toEqual(others);
    const silent = { mood: undefined, calls: [], unhandled: [], urls: [], stuck: [] };
    expect(names(broken(await tryRules(PORTAL_RULES, [silent])))).toEqual([finds]);
  } finally {
    await site.close();
  }
});

test('every rule of the conformance kit names a section of the documentation', async () => {
  const docs = await readFile(join(ROOT, 'docs/PROVIDER-API.md'), 'utf8');
  for (const { section } of [...WALLET_RULES, ...PORTAL_RULES]) expect(docs).toContain(`\n## ${section}\n`);
});
