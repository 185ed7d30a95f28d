import { createServer, type Server } from 'node:http';
import { DESK_WORDS } from './chain.ts';
import type { Stack } from './stack.ts';

const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const steps = (title: string, items: readonly string[]): string =>
  `<section><h2>${title}</h2><ol>${items.map((i) => `<li>${i}</li>`).join('')}</ol></section>`;

/** What runs where, and what to do in each of the two browser windows. */
function html({ network, portalUrl, extensionDir }: Stack, invitation: string): string {
  const link = (path: string, text: string) => `<a href="${escape(portalUrl + path)}">${text}</a>`;
  const patient = steps('In the patient’s window', [
    'Open Salus (the puzzle piece in the toolbar, or the tab that opened by itself) and start a new wallet.',
    'Add records: choose any FHIR file, or let the clinic offer its own in the next step.',
    `Go to the clinic’s ${link('/check-in', 'check-in page')}, connect, and take the record it offers.`,
    'When the doctor has signed in, choose “Ask to share” and answer the prompt.',
    'See in “Activity” what happened, and stop sharing in “Sharing”.',
  ]);
  const doctor = steps('In the doctor’s window', [
    'Open Salus and choose “I work in health care”.',
    `Open the <a href="${escape(invitation)}">clinic’s invitation</a>, connect, and choose “Sign in and join”. It works once.`,
    `Go to the ${link('/desk', 'doctor’s desk')}.`,
    'Once the patient has shared, choose “Refresh”, open a record, and add a result.',
  ]);
  const others = steps('Those who let others in, each in a window of their own', [
    `Load the extension (its folder is below) and choose “I have recovery words”. The clinic’s administrator has <strong>${DESK_WORDS.administrator}</strong>, the registrar <strong>${DESK_WORDS.registrar}</strong>.`,
    `The administrator signs in at the ${link('/hospital', 'hospital’s desk')} and invites staff.`,
    `The registrar signs in at the ${link('/registrar', 'registrar’s desk')} and accredits hospitals.`,
  ]);
  const running = [
    ['Sample portal', portalUrl],
    ['EVM node (chain 31337)', network.rpcUrl],
    ['Registry', network.registry],
    ...network.managers.map((url, i) => [`EHR manager ${i + 1}`, url]),
    ['Unpacked extension for this network', extensionDir],
  ];
  const rows = running
    .map(([name, where]) => `<tr><th scope="row">${name}</th><td>${escape(where ?? '')}</td></tr>`)
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Salus: start here</title><style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:72ch;margin:2rem auto;padding:0 1rem}
li{margin:.5rem 0}th{text-align:start;padding-inline-end:2rem}</style>
<h1>Salus is running on this machine</h1><p>Everything here is local and made up. Ctrl-C in the terminal ends all of it.</p>
${patient}${doctor}${others}<section><h2>What runs where</h2><table>${rows}</table></section></html>`;
}

/** Serves the start page on a free port. @param invitation link by which the doctor joins the clinic */
export function serveStartPage(stack: Stack, invitation: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(html(stack, invitation));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`, server });
    });
  });
}
