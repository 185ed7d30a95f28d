import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EthereumNode } from '../../extension/core/chain/node.ts';
import { isSalusError } from '../../extension/core/errors.ts';
import { parseNetwork } from '../../extension/core/network/descriptor.ts';
import { checkProof, type CheckOptions, type StepResult } from '../../extension/core/proof/check-proof.ts';
import { MOST_PROOF_BYTES, parseProof, type ProofFile } from '../../extension/core/proof/proof-file.ts';

const USAGE = `node portal/sdk/check-proof.ts <proof.json> --node <url> [--node <url>] [options]

  --node <url>          a node of the chain; a second one, of somebody else, must say the same
  --network <file>      description of the health network: its nodes, its registry, and when a block is final
  --registry <address>  the registry that the proof must be from
  --file <file>         the document, where it stands beside the proof
  --finality <when>     latest, safe, finalized (as it is), or a number of blocks

Ends with 0: everything holds; 1: something does not; 2: it could not be checked.`;

/** What the command was given. @throws Error, TypeError for what it does not understand */
async function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string', multiple: true },
      network: { type: 'string' },
      registry: { type: 'string' },
      file: { type: 'string' },
      finality: { type: 'string' },
    },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error(USAGE);
  const network =
    values.network === undefined ? undefined : parseNetwork(JSON.parse(await readFile(values.network, 'utf8')));
  const known = network === undefined ? [] : [network.rpcUrl, network.witnessUrl].filter((url) => url !== undefined);
  const nodes = values.node ?? known;
  if (nodes.length === 0) throw new Error(USAGE);
  const finality = values.finality === undefined ? network?.finality : finalityOf(values.finality);
  const registries = values.registry === undefined ? network && registriesOf(network) : [values.registry];
  return { path, nodes, finality: finality ?? 'finalized', registries, chainId: network?.chainId, file: values.file };
}

const registriesOf = ({ registry, earlier = [] }: ReturnType<typeof parseNetwork>): string[] => [
  registry,
  ...earlier.map((one) => one.registry),
];

function finalityOf(text: string): CheckOptions['finality'] {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const tag = (['latest', 'safe', 'finalized'] as const).find((one) => one === text);
  if (tag === undefined) throw new Error(USAGE);
  return tag;
}

async function readProof(path: string): Promise<ProofFile> {
  if ((await stat(path)).size > MOST_PROOF_BYTES) return parseProof(new Uint8Array(MOST_PROOF_BYTES + 1));
  return parseProof(await readFile(path));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return `0x${hash.digest('hex')}`;
}

/** One step, as a line. */
const lineOf = (result: StepResult): string => {
  const said = { ok: 'ok', failed: 'FAILED', unknown: 'NOT CHECKED', 'not-reached': 'not reached' }[result.state];
  return `${result.step.padEnd(10)} ${said}${'reason' in result ? `: ${result.reason}` : ''}`;
};

/** What the steps are about, in full. */
function linesOf({ chain, entry, author, hospital, item }: ProofFile): string[] {
  return [
    `entry      ${entry.id}`,
    `digest     ${item.digest}`,
    `registry   ${chain.registry} on chain ${chain.id}`,
    `recorded   in block ${entry.block} (${entry.hash}), transaction ${entry.transaction}`,
    `by         ${entry.author}, ${author.role}${entry.author === entry.patient ? ', the patient' : ''}`,
    ...(hospital ? [`hospital   ${hospital.address}`] : []),
  ];
}

async function main(): Promise<number> {
  const { path, nodes, finality, registries, chainId, file } = await readArguments();
  const proof = await readProof(path);
  const asked = nodes.map((url) => new EthereumNode(url, fetch));
  const results = await checkProof(
    proof,
    asked.map((node) => (method, params) => node.send(method, params)),
    {
      finality,
      ...(registries && { network: { chainId: chainId ?? proof.chain.id, registries } }),
      ...(file !== undefined && { beside: await digestOf(file) }),
      onStep: (result) => console.log(lineOf(result)),
    },
  );
  if (results.some(({ state }) => state === 'failed')) return 1;
  if (results.some(({ state }) => state === 'unknown')) return 2;
  for (const line of linesOf(proof)) console.log(line);
  if (registries === undefined) console.log('Compare the registry with the one that your health network publishes.');
  return 0;
}

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    console.error(isSalusError(error) || error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
