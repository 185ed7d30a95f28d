import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromBase64, sha256, toBase64, toHex } from '../../../extension/core/bytes.ts';
import type { AskNode } from '../../../extension/core/chain/log-windows.ts';
import { chainUnreachable } from '../../../extension/core/errors.ts';
import { checkItem, STEPS } from '../../../extension/core/proof/check-proof.ts';
import { parseProof, proofText, ROLE_NAMES, type ProofFile } from '../../../extension/core/proof/proof-file.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { proveItem } from '../../../extension/core/wallet/prove-item.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { serveNode } from './http-node.ts';
import { listOwn, listShared } from './listings.ts';
import { faultIn, faultOf, provable } from './proofs.ts';
import { codeOf, OTHER_DOCTOR } from './wallets.ts';

/** A proof with one thing in it changed. */
function changed(proof: ProofFile, change: (copy: ProofFile) => void): ProofFile {
  const copy = structuredClone(proof);
  change(copy);
  return copy;
}

/** Another digit (or letter of base64) in the place of one. */
function altered(text: string, at: number): string {
  const now = text[at] ?? '';
  const other = now === 'a' ? 'b' : /[0-9a-f]/.test(now) ? 'a' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
}

/** Every text and number in a proof, by its path. */
function leavesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((one, i) => [i, one] as const) : Object.entries(value);
  return entries.flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

/** Which steps may find that the value at a path was altered. */
function finders([first, second]: readonly (string | number)[]): readonly string[] {
  if (first === 'item') {
    const steps = { bytes: 'bytes', digest: 'bytes', leafSalt: 'leaf', leaf: 'leaf', path: 'inclusion' };
    return [steps[second as keyof typeof steps] ?? 'inclusion'];
  }
  if (first === 'chain') return ['anchor'];
  if (first === 'entry') return second === 'author' ? ['author'] : ['anchor'];
  return first === 'author' ? ['role'] : ['hospital'];
}

describe('a proof', () => {
  it('leads from the bytes to a doctor, and to the hospital that vouched, step by step', async () => {
    const { proofOf, node, doctor, patient, evm } = await provable();
    const proof = await proofOf('Latex');
    const seen: string[] = [];
    expect(
      await faultOf(proof, [node], { onStep: ({ step, state }) => seen.push(`${step} ${state}`) }),
    ).toBeUndefined();
    expect(seen).toEqual(STEPS.map((step) => `${step} ok`));
    expect(proof.author.role).toBe('doctor');
    expect(proof.entry.author).toBe(doctor.address.toLowerCase());
    expect(proof.entry.patient).toBe(patient.address.toLowerCase());
    expect(proof.hospital?.address).toBe(evm.who.hospital.address.toLowerCase());
    expect(JSON.parse(Buffer.from(fromBase64(proof.item.bytes!)).toString())).toMatchObject({
      code: { text: 'Latex' },
    });
  });

  it('of what a patient wrote names no hospital', async () => {
    const { proofOf, node } = await provable();
    const proof = await proofOf('Bees');
    expect(await faultOf(proof, [node])).toBeUndefined();
    expect(proof.author.role).toBe('patient');
    expect(proof.hospital).toBeUndefined();
    expect(proof.item.path.length).toBeGreaterThan(1);
  });

  it('is made by a doctor too, of what was shared', async () => {
    const { proofOf, node, doctor } = await provable();
    const { items } = await listShared(doctor);
    expect(items.map(({ title }) => title)).toContain('Bees');
    expect(await faultOf(await proofOf('Bees', doctor), [node])).toBeUndefined();
  });

  it('says what roles are called by the numbers that the registry has', () => {
    expect(ROLE_NAMES).toHaveLength(Object.keys(Role).length);
    const lower = (name: string) => name.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
    expect(Object.keys(Role).map(lower)).toEqual(ROLE_NAMES);
  });

  it('with any one letter altered is refused, and the step that finds it is named', async () => {
    const { proofOf, node } = await provable();
    const proofs = [await proofOf('Latex'), await proofOf('Cats')];
    const places = proofs.flatMap((proof) => leavesOf(proof).map((path) => [proof, path] as const));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.nat(), async ([proof, path], nth) => {
        const copy = structuredClone(proof) as unknown as Record<string, unknown>;
        const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as never, copy);
        const key = path.at(-1)!;
        const value = parent[key];
        const digits = String(value);
        // The 0x of hex is no digit of it: without it the file is none.
        parent[key] =
          typeof value === 'number'
            ? Number(altered(digits, nth % digits.length).replaceAll(/[^0-9]/g, '7'))
            : altered(digits, nth % digits.length);
        if (parent[key] === value) return;
        const text = Buffer.from(proofText(copy as unknown as ProofFile));
        let read: ProofFile;
        try {
          read = parseProof(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'proof-unreadable' });
          return;
        }
        const fault = await faultOf(read, [node]);
        expect(finders(path), `${path.join('.')}: ${fault}`).toContain(fault?.split(':')[0]);
      }),
      { numRuns: 400 },
    );
    // And each place once, whatever chance chose.
    for (const [proof, path] of places) {
      const copy = structuredClone(proof) as unknown as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as never, copy);
      const key = path.at(-1)!;
      if (typeof parent[key] === 'number') parent[key] += 1;
      else parent[key] = altered(String(parent[key]), String(parent[key]).length - 1);
      const parsed = (() => {
        try {
          return parseProof(Buffer.from(proofText(copy as unknown as ProofFile)));
        } catch {
          return undefined;
        }
      })();
      if (parsed !== undefined) expect(await faultOf(parsed, [node]), path.join('.')).toBeDefined();
    }
  });

  it('whose steps are swapped for those of another item of the same entry is refused', async () => {
    const { proofOf, node } = await provable();
    const [bees, cats] = [await proofOf('Bees'), await proofOf('Cats')];
    const swap = (field: 'bytes' | 'digest' | 'leafSalt' | 'leaf' | 'path') =>
      faultOf(
        changed(bees, ({ item }) => Object.assign(item, { [field]: cats.item[field] })),
        [node],
      );
    expect(await swap('bytes')).toBe('bytes: other-bytes');
    expect(await swap('digest')).toBe('bytes: other-bytes');
    expect(await swap('leafSalt')).toBe('leaf: other-leaf');
    expect(await swap('leaf')).toBe('leaf: other-leaf');
    expect(await swap('path')).toBe('inclusion: other-root');
  });

  it('is of the chain and the registry that were to be looked at', async () => {
    const { proofOf, node, registry, deploy } = await provable();
    const proof = await proofOf('Bees');
    const { chainId, registry: address } = registry.network;
    const network = { chainId, registries: [address] };
    expect(await faultOf(proof, [node], { network })).toBeUndefined();
    expect(await faultOf(proof, [node], { network: { ...network, chainId: 1 } })).toBe('anchor: other-chain');
    const { network: other } = await deploy();
    const options = { network: { chainId, registries: [other.registry] } };
    expect(await faultOf(proof, [node], options)).toBe('anchor: other-registry');
  });

  it('is not final before its block is, and is recorded no more where the chain was reorganised', async () => {
    const { proofOf, node, evm } = await provable();
    const proof = await proofOf('Latex');
    expect(await faultOf(proof, [node], { finality: 20 })).toBe('finality: not-final');
    await evm.mine(20);
    expect(await faultOf(proof, [node], { finality: 20 })).toBeUndefined();
    const other: AskNode = async (method, params) => {
      const answer = await node(method, params);
      const isBlock = method === 'eth_getBlockByNumber' && params[0] === `0x${proof.entry.block.toString(16)}`;
      return isBlock ? { ...(answer as object), hash: `0x${'12'.repeat(32)}` } : answer;
    };
    expect(await faultOf(proof, [other])).toBe('anchor: no-such-block');
  });

  it('cannot be checked while a node does not answer, and does not hold where two nodes disagree', async () => {
    const { proofOf, node } = await provable();
    const proof = await proofOf('Latex');
    const dead: AskNode = () => Promise.reject(chainUnreachable());
    expect(await faultOf(proof, [dead])).toBe('anchor: unreachable');
    expect(await faultOf(proof, [node, dead])).toBe('anchor: unreachable');
    const silent: AskNode = async (method, params) =>
      method === 'eth_getLogs' && JSON.stringify(params).includes(proof.entry.author.slice(2))
        ? []
        : node(method, params);
    expect(await faultOf(proof, [node, silent])).toBe('role: nodes-disagree');
    expect(await faultOf(proof, [silent])).toBe('role: other-history');
    for (const nonsense of [null, 7, [], {}, 'x', [{}]]) {
      const mad: AskNode = () => Promise.resolve(nonsense);
      expect(await faultOf(proof, [mad])).toBe('anchor: unreachable');
    }
  });

  it('of a large document has its bytes beside it', async () => {
    const { proofOf, node } = await provable();
    const proof = await proofOf('Bees');
    const bytes = fromBase64(proof.item.bytes!);
    const without = changed(proof, ({ item }) => void delete item.bytes);
    expect(await faultOf(without, [node])).toBe('bytes: no-bytes');
    expect(await faultOf(without, [node], { beside: toHex(await sha256(bytes)) })).toBeUndefined();
    bytes[0]! ^= 1;
    expect(await faultOf(without, [node], { beside: toHex(await sha256(bytes)) })).toBe('bytes: other-bytes');
  });

  it('up to the root needs nobody', async () => {
    const { proofOf } = await provable();
    const { item } = await proofOf('Bees');
    expect(faultIn(await checkItem(item))).toBeUndefined();
    expect(faultIn(await checkItem({ ...item, root: altered(item.root, 9) }))).toBe('inclusion: other-root');
  });

  it('is not made of what is not what its author recorded', async () => {
    const { patient, shared } = await provable();
    const { items } = await listOwn(patient);
    const { id } = items.find(({ title }) => title === 'Latex')!;
    for (const cid of shared.order) {
      const bytes = Uint8Array.from(await shared.block(cid));
      bytes[bytes.length - 1]! ^= 1;
      await shared.store.put(cid, bytes);
    }
    expect(await proveItem(patient, patient.address, id)).toBe('altered');
  });

  it('is not made for somebody who may not read', async () => {
    const { open, registry, proofOf } = await provable();
    const stranger = await open(OTHER_DOCTOR, registry.network, 'provider');
    expect(['no-consent', 'not-found']).toContain(await codeOf(proofOf('Latex', stranger)));
  });
});

describe('a file that is no proof', () => {
  const hostile: readonly [string, (proof: ProofFile) => unknown][] = [
    ['another format', (p) => ({ ...p, format: 'salus/proof/v2' })],
    ['one thing more', (p) => ({ ...p, more: 1 })],
    ['an event with one thing more', (p) => ({ ...p, author: { ...p.author, extra: true } })],
    ['a path without end', (p) => ({ ...p, item: { ...p.item, path: Array(14).fill(p.item.path[0]) as unknown } })],
    [
      'events without end',
      (p) => ({ ...p, author: { ...p.author, events: Array(1_001).fill(p.author.events[0]) as unknown } }),
    ],
    ['a negative block', (p) => ({ ...p, entry: { ...p.entry, block: -1 } })],
    ['a block that is no number', (p) => ({ ...p, entry: { ...p.entry, block: '1' } })],
    ['hex in capitals', (p) => ({ ...p, item: { ...p.item, root: p.item.root.toUpperCase().replace('0X', '0x') } })],
    ['what is no base64', (p) => ({ ...p, item: { ...p.item, bytes: 'Q=QQ' } })],
    ['base64 with loose bits', (p) => ({ ...p, item: { ...p.item, bytes: 'QR==' } })],
    ['a prototype', (p) => ({ ...p, item: JSON.parse(`{"__proto__":${JSON.stringify(p.item)}}`) as unknown })],
  ];
  it.each(hostile)('is refused: %s', async (_, change) => {
    const { proofOf } = await provable();
    const proof = await proofOf('Bees');
    const text = JSON.stringify(change(proof));
    expect(() => parseProof(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'proof-unreadable' }));
  });

  it('is refused whatever it holds, and whatever its length', () => {
    const refused = expect.objectContaining({ code: 'proof-unreadable' }) as Error;
    for (const text of ['', '{', 'null', '[]', '"salus/proof/v1"', '{"format":"salus/proof/v1"}'])
      expect(() => parseProof(Buffer.from(text))).toThrow(refused);
    expect(() => parseProof(new Uint8Array([0xff, 0xfe]))).toThrow(refused);
    expect(() => parseProof(new Uint8Array(17 * 1_048_576))).toThrow(refused);
    fc.assert(fc.property(fc.json(), (text) => void expect(() => parseProof(Buffer.from(text))).toThrow(refused)));
  });
});

/** Runs a command. @returns its exit code and what it said */
const run = (command: string, args: readonly string[]) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    execFile(command, args, { cwd: ROOT, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, said: out + err }),
    );
  });

const python = await run('python3', ['--version']);

/** Both checkers: ours, and one that was written from docs/PROTOCOL.md alone. */
const CHECKERS: readonly (readonly [name: string, command: string, script: string, there: boolean])[] = [
  ['the SDK’s command', process.execPath, 'portal/sdk/check-proof.ts', true],
  ['a checker of another make', 'python3', 'test/unit/core/check_proof.py', python.code === 0],
];

describe.each(CHECKERS)('%s', (_, command, script, isThere) => {
  it.skipIf(!isThere)(
    'finds what holds, and names the step that does not',
    async () => {
      const { proofOf, evm, patient } = await provable();
      const url = await serveNode(evm.provider);
      const dir = await mkdtemp(join(tmpdir(), 'salus-proof-'));
      onTestFinished(() => rm(dir, { recursive: true }));
      const check = async (proof: ProofFile | string, ...more: string[]) => {
        const file = join(dir, 'proof.json');
        await writeFile(file, typeof proof === 'string' ? proof : proofText(proof));
        const { code, said } = await run(command, [script, file, '--node', url, '--finality', 'latest', ...more]);
        return { code, said, bad: said.split('\n').find((line) => /FAILED|NOT CHECKED/.test(line)) };
      };
      const [latex, bees] = [await proofOf('Latex'), await proofOf('Bees')];
      for (const proof of [latex, bees]) {
        const { code, said } = await check(proof);
        expect(said).toContain('finality   ok');
        expect(code, said).toBe(0);
      }
      expect(await check(latex, '--registry', latex.chain.registry)).toMatchObject({ code: 0 });
      expect(await check(latex, '--registry', patient.address)).toMatchObject({
        code: 1,
        bad: expect.stringMatching(/^anchor/) as string,
      });

      const wrong: readonly [step: string, change: (copy: ProofFile) => void][] = [
        ['bytes', ({ item }) => (item.bytes = toBase64(Buffer.from('{"resourceType":"Basic"}')))],
        ['bytes', ({ item }) => (item.digest = altered(item.digest, 20))],
        ['leaf', ({ item }) => (item.leafSalt = altered(item.leafSalt, 3))],
        ['leaf', ({ item }) => (item.leaf = altered(item.leaf, 40))],
        ['inclusion', ({ item }) => (item.root = altered(item.root, 65))],
        ['anchor', ({ chain }) => (chain.id = 1)],
        ['anchor', ({ chain }) => (chain.registry = altered(chain.registry, 41))],
        ['anchor', ({ chain }) => (chain.fromBlock += 1)],
        ['anchor', ({ entry }) => (entry.id = altered(entry.id, 10))],
        ['anchor', ({ entry }) => (entry.cid = altered(entry.cid, 10))],
        ['anchor', ({ entry }) => (entry.patient = altered(entry.patient, 10))],
        ['anchor', ({ entry }) => (entry.block -= 1)],
        ['anchor', ({ entry }) => (entry.hash = altered(entry.hash, 10))],
        ['anchor', ({ entry }) => (entry.transaction = altered(entry.transaction, 10))],
        ['anchor', ({ entry }) => (entry.index += 1)],
        ['author', ({ entry }) => (entry.author = altered(entry.author, 10))],
        ['role', ({ author }) => (author.role = 'lab')],
        ['role', ({ author }) => (author.events = [])],
        ['role', ({ author }) => (author.events[0]!.hash = altered(author.events[0]!.hash, 12))],
        ['hospital', (copy) => (copy.hospital!.address = altered(copy.hospital!.address, 12))],
        ['hospital', (copy) => (copy.hospital!.events = [])],
        ['hospital', (copy) => void delete copy.hospital],
      ];
      for (const [step, change] of wrong) {
        const { code, said, bad } = await check(changed(latex, change));
        expect(bad?.split(' ')[0], `${change.toString()}\n${said}`).toBe(step);
        expect(code, said).toBe(1);
      }
      const swapped = changed(bees, ({ item }) => (item.path[0]!.hash = altered(item.path[0]!.hash, 30)));
      expect(await check(swapped)).toMatchObject({ code: 1, bad: expect.stringMatching(/^inclusion/) as string });
      const side = changed(bees, ({ item }) => (item.path[0]!.side = item.path[0]!.side === 'left' ? 'right' : 'left'));
      expect(await check(side)).toMatchObject({ code: 1, bad: expect.stringMatching(/^inclusion/) as string });

      // Beside it.
      const document = join(dir, 'document');
      await writeFile(document, fromBase64(bees.item.bytes!));
      const without = changed(bees, ({ item }) => void delete item.bytes);
      expect(await check(without)).toMatchObject({ code: 2 });
      expect(await check(without, '--file', document)).toMatchObject({ code: 0 });

      // What cannot be checked.
      for (const text of ['', '{}', proofText(latex).replace('proof/v1', 'proof/v9'), '[]'])
        expect(await check(text)).toMatchObject({ code: 2 });
      const { code } = await run(command, [script, join(dir, 'proof.json'), '--node', 'http://127.0.0.1:9']);
      expect(code).toBe(2);
      expect((await run(command, [script])).code).toBe(2);
    },
    240_000,
  );
});
