import { readFile, writeFile } from 'node:fs/promises';
import * as prettier from 'prettier';
import { NODE_METHODS, type NodeMethod } from '../extension/rpc/params/chain.ts';
import type { Method } from '../extension/rpc/schema.ts';
import { apiSchema, type JsonSchema } from './api-schema.ts';

const DOCS = 'docs/PROVIDER-API.md';
const [BEGIN, END] = ['<!-- methods: written by `npm run schema` -->', '<!-- /methods -->'];

/** What each method gives. What it takes is read from its schema. */
const RESULTS: Record<Exclude<Method, NodeMethod>, string> = {
  eth_chainId: 'chain of the health network, in hex; see below under Networks',
  net_version: 'the same in decimal',
  eth_accounts:
    'the account, if the person connected this site and the wallet is unlocked; else `[]`, in every other state alike',
  eth_requestAccounts: 'the account, after a prompt',
  personal_sign:
    'EIP-191 signature of the text, or of the bytes where it is hex, after a prompt; params in either order',
  eth_signTypedData_v4: 'EIP-712 signature, after a prompt; the typed data as an object or as JSON',
  eth_signTypedData_v3: 'the same, for typed data without lists',
  eth_signTypedData:
    'signature of the older list of fields (`type`, `name`, `value`), bound to no site, after a prompt that says so; params in either order',
  eth_getEncryptionPublicKey:
    'x25519 public key in base64, after a prompt: whoever has it can encrypt messages for this wallet',
  eth_decrypt:
    'the text of a message (hex of the JSON that `encrypt` of `@metamask/eth-sig-util` gives), after a prompt; nothing is decrypted before',
  eth_sendTransaction: 'transaction hash, after a prompt that says in words what it does; see below',
  wallet_getPermissions: 'EIP-2255 permissions of your site; see below',
  wallet_requestPermissions: 'the permission for the account, after a prompt if your site is not connected',
  wallet_revokePermissions: '`null`; your site is disconnected, and its requests that wait are rejected',
  wallet_switchEthereumChain:
    '`null` for the chain of `eth_chainId`; to that of another network the wallet has, after a prompt; else 4902. Another than `eth_chainId`: connected sites only',
  wallet_addEthereumChain:
    '`null` for a chain of a network the wallet has, of which a site that is not connected is told `eth_chainId` alone; else refused: a chain alone is of no use to it',
  health_getCapabilities: '`{version, api, methods, networks, sections, purposes}`',
  health_addNetwork:
    'connected sites only: `null`, after a prompt, or at once for one the wallet has, which stays as it is; it is used when the person chooses it, or after `wallet_switchEthereumChain`',
  health_requestAccess:
    '`{consentId, patient, folders: [{section, folder}], purpose, until, receipt, transactionHash}`, after a prompt, or without one where the person said so for the very same request',
  health_getConsents:
    '`[{consentId, recipient, sections, purpose, until, live}]`: what this wallet’s patient agreed to on your site, ended ones too',
  health_endConsent: '`{consentId, live: false}`; one of your own, without a prompt, since it asks for less',
  health_listRecords:
    '`{records, total, unreadable, next?}`: what patients let the connected account read, by patient, newest date first',
  health_readRecord:
    '`{…record, resource \\| bytes, order?: {id, kind, doctor, standing, until, times, left, mine}, provenance}`; bytes in base64; see below under Care',
  health_verifyRecord:
    '`{verified, steps}`: whether what you have is what was recorded, step by step (`chain`, `content`, `author`, `voucher`), each with `holds`',
  health_writeRecord:
    'connected sites only: `{cid, transactionHash?}`, after a prompt in the author’s wallet; without `patient` an offer to the wallet’s own patient: `{accepted, entries}`',
};

/** A schema of params in one line: names, `?` for what may be left out. */
function form(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(form))].join(' \\| ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(form).join(', ')}]`;
  if (schema.items) return `[${form(schema.items)}]`;
  if (schema.properties) return fields(schema.properties, schema.required ?? []);
  return schema.type ?? 'any';
}

function fields(properties: Record<string, JsonSchema>, required: readonly string[]): string {
  const names = Object.entries(properties).map(([name, schema]) => {
    const key = required.includes(name) ? name : `${name}?`;
    const inner = schema.properties ? schema : schema.items?.properties ? schema.items : undefined;
    if (inner?.properties === undefined || schema.additionalProperties !== false) return key;
    return `${key}: ${form(schema)}`;
  });
  return `{${names.join(', ')}}`;
}

/** The part of the documentation that says what there is, formatted as the rest of it. */
async function methodsText(): Promise<string> {
  const { $defs } = apiSchema();
  const rows = Object.entries(RESULTS).map(([method, result]) => {
    const params = form($defs[method] ?? {});
    return `| \`${method}\` | ${params === '[] \\| {}' ? 'none' : `\`${params}\``} | ${result} |`;
  });
  const nodes = NODE_METHODS.map((method) => `\`${method}\``).join(', ');
  const text = `| method | params | result |\n| --- | --- | --- |\n${rows.join('\n')}\n\nFor connected sites, these are answered by the health network's node, its errors with their revert data: ${nodes}.`;
  return (await prettier.format(text, { ...(await prettier.resolveConfig(DOCS)), parser: 'markdown' })).trim();
}

/** The documentation with that part as it should be. */
export async function documentation(): Promise<{ now: string; due: string }> {
  const now = await readFile(DOCS, 'utf8');
  const [before, rest] = now.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${DOCS} has no place for the methods`);
  return { now, due: `${before}${BEGIN}\n\n${await methodsText()}\n\n${END}${after}` };
}

if (import.meta.main) await writeFile(DOCS, (await documentation()).due);
