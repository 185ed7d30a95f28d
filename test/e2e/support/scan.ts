import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, inflateRawSync, inflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { within } from '../../../scripts/lib/patience.ts';

/** The part of a base64 text that holds `bytes` whatever stands before and after them, for each of the three alignments. */
const inBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters also hold bits of the neighbours.
    return text.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
  });

/** Finds secrets in bytes: as they are, as UTF-16, in hex, and in base64 at any alignment. */
export class Scanner {
  readonly #needles: readonly { readonly name: string; readonly bytes: Buffer }[];

  constructor(secrets: Readonly<Record<string, Buffer | string>>) {
    this.#needles = Object.entries(secrets).flatMap(([name, secret]) => {
      const bytes = Buffer.from(secret as string);
      const texts = [bytes.toString('hex'), ...inBase64(bytes)];
      const urls = texts.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
      const forms = [bytes, ...[...texts, ...urls].map((text) => Buffer.from(text))];
      const wide = [bytes.toString('latin1'), ...texts].map((text) => Buffer.from(text, 'utf16le'));
      return [...forms, ...wide].map((form) => ({ name, bytes: form }));
    });
  }

  /** Names of the secrets found. */
  find(bytes: Buffer): string[] {
    return [...new Set(this.#needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name }) => name))];
  }

  /** The same in what a deflate stream that begins anywhere in the first bytes would give, even a broken one. */
  findInflated(bytes: Buffer): string[] {
    const found = new Set<string>();
    for (let at = 0; at < Math.min(64, bytes.length); at++) {
      for (const inflate of [inflateRawSync, inflateSync]) {
        try {
          const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1_048_576 };
          for (const name of this.find(inflate(bytes.subarray(at), options))) found.add(name);
        } catch {
          continue; // not a deflate stream
        }
      }
    }
    return [...found];
  }
}

/** Every file below a folder that was written since a time, in milliseconds since the epoch. */
export async function filesBelow(folder: string, since = 0): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const times = await Promise.all(files.map(async (path) => (await stat(path)).mtimeMs));
  const written = files.filter((_, i) => (times[i] ?? 0) >= since);
  return Promise.all(written.map(async (path) => ({ path, bytes: await readFile(path) })));
}

/** Every value the wallet keeps in this browser: all IndexedDB databases and `chrome.storage.local`. */
export async function keptValues(page: Page): Promise<{ path: string; bytes: Buffer }[]> {
  const values = await page.evaluate(async () => {
    const out: [path: string, base64: string][] = [];
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('the database does not answer'));
      });
    const walk = (path: string, value: unknown): void => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        const buffer = value instanceof ArrayBuffer ? value : value.buffer;
        const bytes = new Uint8Array(buffer);
        let text = '';
        for (let i = 0; i < bytes.length; i += 4_096) text += String.fromCharCode(...bytes.subarray(i, i + 4_096));
        out.push([path, btoa(text)]);
      } else if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) walk(`${path}.${key}`, inner);
      } else {
        const bytes = new TextEncoder().encode(String(value));
        out.push([path, btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''))]);
      }
    };
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const objects = db.transaction(store).objectStore(store);
        const [keys, all] = await Promise.all([
          done(objects.getAllKeys()),
          done(objects.getAll() as IDBRequest<unknown[]>),
        ]);
        keys.forEach((key, i) => walk(`${name}/${store}/key${i}`, key));
        all.forEach((value, i) => walk(`${name}/${store}/value${i}`, value));
      }
      db.close();
    }
    walk('storage.local', await chrome.storage.local.get(null));
    return out;
  });
  return values.map(([path, base64]) => ({ path, bytes: Buffer.from(base64, 'base64') }));
}

/** Everything on the chain: each transaction, each log. */
export async function chainBytes(rpcUrl: string): Promise<{ path: string; bytes: Buffer }[]> {
  const ask = async (method: string, params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const answer = fetch(rpcUrl, { method: 'POST', headers, body }).then((response) => response.json());
    const { result } = (await within(30_000, `the node’s answer to ${method}`, answer)) as { result: unknown };
    return result;
  };
  const hex = (data: string) => Buffer.from(data.slice(2), 'hex');
  const latest = Number(await ask('eth_blockNumber', []));
  const out: { path: string; bytes: Buffer }[] = [];
  for (let number = 0; number <= latest; number++) {
    const block = (await ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])) as {
      transactions: { hash: string; input: string }[];
    };
    for (const { hash, input } of block.transactions) out.push({ path: `transaction ${hash}`, bytes: hex(input) });
  }
  const logs = (await ask('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }])) as {
    data: string;
    topics: string[];
    transactionHash: string;
  }[];
  for (const { data, topics, transactionHash } of logs)
    out.push({ path: `log in ${transactionHash}`, bytes: Buffer.concat([data, ...topics].map(hex)) });
  return out;
}
