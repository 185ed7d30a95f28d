import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CID } from 'multiformats/cid';
import { isKept, parseCid } from './cid.ts';
import { syncPath, writeWhole } from './durable-file.ts';

/** The folder of pins holds something else. Nothing is guessed: a pin overlooked would let its blocks be deleted. */
export class PinsDamaged extends Error {
  override readonly name = 'PinsDamaged';
}

/**
 * The roots this node promised to keep, one file each (name and content are the CID). It is on disk before
 * {@link add} returns, and all of it is in memory: a root is 36 bytes.
 */
export class Pins {
  readonly #folder: string;
  readonly #roots = new Map<string, CID>();
  /**
   * Additions under way, by root: two of the same root go one after the other, or they would share a draft, and one's failure undo
   * the other's pin. Others do not wait.
   */
  readonly #adding = new Map<string, Promise<unknown>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the pins in `folder`, making the folder when missing.
   *
   * @throws PinsDamaged when a file is not a pin
   */
  static async open(folder: string): Promise<Pins> {
    await mkdir(folder, { recursive: true });
    const pins = new Pins(folder);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      // A draft was never acknowledged to anyone.
      if (name.endsWith('.tmp')) await rm(path);
      else pins.#roots.set(name, await readPin(path, name));
    }
    return pins;
  }

  /** Number of pins. */
  get size(): number {
    return this.#roots.size;
  }

  /** Whether `root` is pinned. */
  has(root: CID): boolean {
    return this.#roots.has(root.toString());
  }

  /** All pinned roots. */
  roots(): CID[] {
    return [...this.#roots.values()];
  }

  /**
   * Pins `roots`, durably: all of them or, when it throws, none of those that were not pinned before. Should the
   * process die in between, some may be pinned: each is complete by itself, and the sender, having no answer, sends
   * all of them again.
   *
   * @throws the system's error
   */
  async add(roots: readonly CID[]): Promise<void> {
    const names = [...new Set(roots.map(String))];
    const before = Promise.allSettled(names.flatMap((name) => this.#adding.get(name) ?? []));
    const adding = before.then(() => this.#add(roots));
    for (const name of names) this.#adding.set(name, adding);
    try {
      await adding;
    } finally {
      for (const name of names) if (this.#adding.get(name) === adding) this.#adding.delete(name);
    }
  }

  /** Unpins a root, durably; nothing happens to one that is not pinned. @throws the system's error */
  async remove(root: CID): Promise<void> {
    const name = root.toString();
    await this.#adding.get(name)?.catch(() => undefined);
    if (!this.#roots.delete(name)) return;
    await rm(join(this.#folder, name), { force: true });
    await syncPath(this.#folder);
  }

  async #add(roots: readonly CID[]): Promise<void> {
    const added: string[] = [];
    try {
      for (const root of roots) {
        const name = root.toString();
        if (this.#roots.has(name)) continue;
        added.push(name);
        await writeWhole(join(this.#folder, name), `${name}\n`);
        this.#roots.set(name, root);
      }
      await syncPath(this.#folder);
    } catch (error) {
      for (const name of added) {
        this.#roots.delete(name);
        await rm(join(this.#folder, name), { force: true });
      }
      throw error;
    }
  }
}

async function readPin(path: string, name: string): Promise<CID> {
  const cid = parseCid(name);
  if (!cid || !isKept(cid) || (await readFile(path, 'utf8')).trim() !== name) {
    throw new PinsDamaged(`${path} is not a pin; move it away or restore it, then start again`);
  }
  return cid;
}
