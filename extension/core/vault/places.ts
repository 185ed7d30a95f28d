import * as v from 'valibot';
import { sha256, toBase64, utf8 } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { noRoom, type VaultSlot } from './slots.ts';
import { damaged, parseVault, type VaultFile } from './vault-file.ts';

/** The file is stored as text: a store may reorder the keys of an object, and then its checksum would not hold. */
const StoredSchema = v.object({ file: v.string(), check: v.string() });
type Stored = v.InferOutput<typeof StoredSchema>;

/** A checksum beside the file tells damage from a wrong password. It covers ciphertext only. */
const checksum = async (file: string): Promise<string> => toBase64(await sha256(utf8(file)));

/** In place of what a slot holds that could not be read: a database may not even open on a full disk. */
const UNREADABLE = Symbol('unreadable');

/**
 * The vault's file in two places that fail independently. The first counts where both are good, so that one write decides which of
 * two vaults there is.
 */
export class VaultPlaces {
  readonly #primary: VaultSlot;
  readonly #copy: VaultSlot;
  #last: Promise<unknown> = Promise.resolve();

  constructor(primary: VaultSlot, copy: VaultSlot) {
    this.#primary = primary;
    this.#copy = copy;
  }

  /**
   * The copy first: until the primary is written, what was is what counts, and from then on the new one.
   * @throws SalusError `storage-full`; what was counts still
   */
  store(file: VaultFile): Promise<void> {
    return this.#inTurn(async () => {
      const text = JSON.stringify(file);
      const stored = { file: text, check: await checksum(text) };
      const before = await Promise.all([this.#primary.read(), this.#copy.read()]).catch(() => {
        throw noRoom();
      });
      try {
        await writeAndCheck(this.#copy, stored);
        await writeAndCheck(this.#primary, stored);
      } catch {
        await this.#primary.write(before[0]).catch(() => undefined); // one of the two is whole
        await this.#copy.write(before[1]).catch(() => undefined); // mended by the primary, if there is one
        throw noRoom();
      }
    });
  }

  /**
   * The vault from whichever place holds it undamaged; the other is made the same, so that no older one comes back.
   * @throws SalusError `vault-missing`, `vault-damaged`; `storage-full` where a place cannot be read and the other holds nothing good
   */
  async load(): Promise<VaultFile> {
    const { file, mend } = await this.#look();
    if (mend === undefined) return file;
    // Looked at again in its turn: what differs may just be being written.
    return this.#inTurn(async () => {
      const now = await this.#look();
      await now.mend?.().catch(() => undefined); // mended when there is room
      return now.file;
    });
  }

  /** @returns the file, and how to make the other place the same where it is not */
  async #look(): Promise<{ file: VaultFile; mend?: () => Promise<void> }> {
    const slots = [this.#primary, this.#copy];
    const stored = await Promise.all(slots.map((slot) => slot.read().catch(() => UNREADABLE)));
    const files = await Promise.all(stored.map(undamaged));
    const good = files.findIndex((f) => f !== undefined);
    const [file, other] = [files[good], slots[1 - good]];
    if (file === undefined || other === undefined) {
      if (stored.includes(UNREADABLE)) throw noRoom();
      if (stored.every((s) => s === undefined)) {
        throw new SalusError('vault-missing', 'There is no wallet in this browser.');
      }
      throw damaged();
    }
    if (stored[1 - good] === UNREADABLE || isSame(stored[good], stored[1 - good])) return { file };
    return { file, mend: () => other.write(stored[good]) };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

async function undamaged(stored: unknown): Promise<VaultFile | undefined> {
  const parsed = v.safeParse(StoredSchema, stored);
  if (!parsed.success) return undefined;
  try {
    const { file, check } = parsed.output;
    return (await checksum(file)) === check ? parseVault(JSON.parse(file)) : undefined;
  } catch {
    return undefined;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [v.safeParse(StoredSchema, one), v.safeParse(StoredSchema, other)];
  return a.success && b.success && a.output.file === b.output.file && a.output.check === b.output.check;
}

async function writeAndCheck(slot: VaultSlot, value: Stored): Promise<void> {
  await slot.write(value);
  if (!isSame(value, await slot.read())) throw new Error('not written');
}
