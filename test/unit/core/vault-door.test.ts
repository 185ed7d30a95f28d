import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equal, toBase64, utf8 } from '../../../extension/core/bytes.ts';
import { isSalusError, type ErrorCode } from '../../../extension/core/errors.ts';
import { hkdf } from '../../../extension/core/keys/hkdf.ts';
import type { DeriveKey } from '../../../extension/core/vault/kdf.ts';
import type { VaultSlot } from '../../../extension/core/vault/slots.ts';
import { AUTO_LOCK_MINUTES } from '../../../extension/core/vault/unlocking.ts';
import type { VaultFile } from '../../../extension/core/vault/vault-file.ts';
import { Vault } from '../../../extension/core/vault/vault.ts';
import { memorySession } from './memory-slots.ts';
import { fill } from './support.ts';
import { Waits } from './waits.ts';

const PASSWORD = 'correct horse battery';
const OTHER = 'another horse entirely';
const MINUTE = 60_000;
const entropy = fill(32, 42);
const device = (n: number) => ({ id: toBase64(fill(16, n)), salt: toBase64(fill(32, n)), secret: fill(32, 100 + n) });
const code = (expected: ErrorCode) => (e: unknown) => isSalusError(e, expected);

/** In place of Argon2id, which is tested elsewhere and takes long. */
const quickKey: DeriveKey = (password, salt) => hkdf(utf8(password), salt, utf8('a test'));

/** What a browser keeps, and the workers that live and die on it. */
class Browser {
  readonly disk = new Map<string, unknown>();
  readonly memory = new Map<string, unknown>();
  now = 1_700_000_000_000;
  full = false;
  /** Writes until the worker is killed: before an odd one takes hold, and after an even one did. */
  fuse = Infinity;

  worker(): Vault {
    this.fuse = Infinity;
    const life = { dead: false };
    const slot = (key: string): VaultSlot => ({
      read: () => (life.dead ? never() : Promise.resolve(structuredClone(this.disk.get(key)))),
      write: async (value) => {
        const burn = () => {
          if (--this.fuse <= 0) life.dead = true;
          if (life.dead) throw new Error('killed');
        };
        if (life.dead) return never();
        burn();
        if (this.full) throw new DOMException('no room', 'QuotaExceededError');
        await Promise.resolve();
        if (value === undefined) this.disk.delete(key);
        else this.disk.set(key, structuredClone(value));
        burn();
      },
    });
    const session = memorySession(this.memory);
    return new Vault({
      primary: slot('primary'),
      copy: slot('copy'),
      attempts: slot('attempts'),
      autoLock: slot('autoLock'),
      session: { ...session, set: (key, value) => (life.dead ? never() : session.set(key, value)) },
      deriveKey: quickKey,
      now: () => this.now,
    });
  }

  file(place: 'primary' | 'copy' = 'primary'): VaultFile {
    return JSON.parse((this.disk.get(place) as { file: string }).file) as VaultFile;
  }

  /** Changes the file in both places, with the checksum that goes with it. */
  async tamper(change: (file: VaultFile) => VaultFile): Promise<void> {
    const file = JSON.stringify(change(this.file()));
    const check = toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(file))));
    for (const place of ['primary', 'copy']) this.disk.set(place, { file, check });
  }

  /** Which of these passwords open it for a worker that comes anew. */
  async opensWith(passwords: readonly string[]): Promise<string[]> {
    const open: string[] = [];
    for (const password of passwords) {
      this.now += 10 * MINUTE;
      const vault = this.worker();
      await vault.lock();
      await vault.unlock(password).then(
        () => open.push(password),
        (error: unknown) => expect(error).toSatisfy(code('wrong-password')),
      );
    }
    return open;
  }
}

/** What a killed worker waits for never comes. */
const never = (): Promise<never> => Promise.reject(new Error('killed'));

let browser: Browser;
let vault: Vault;
let waits: Waits | undefined;
beforeEach(async () => {
  browser = new Browser();
  vault = browser.worker();
  await vault.create(entropy, PASSWORD);
});
afterEach(() => waits?.stop());

describe('another password', () => {
  it('opens the wallet from then on, and the old one opens nothing of what is kept', async () => {
    const before = browser.file();
    const open = await vault.unlockId();
    await vault.changePassword(PASSWORD, OTHER);
    expect(await vault.unlockId()).toBe(open);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    expect(browser.disk.get('copy')).toEqual(browser.disk.get('primary'));
    const after = browser.file();
    expect(after.password.salt).not.toBe(before.password.salt);
    for (const place of ['primary', 'copy']) {
      const text = JSON.stringify(browser.disk.get(place));
      for (const old of [before.data, before.password.data, before.password.salt]) expect(text).not.toContain(old);
    }
    expect(await browser.opensWith([PASSWORD, OTHER])).toEqual([OTHER]);
  });

  it('is no use to who has the old data key', async () => {
    const old = (browser.memory.get('vault') as { key: string }).key;
    await vault.changePassword(PASSWORD, OTHER);
    const session = browser.memory.get('vault') as { key: string };
    expect(session.key).not.toBe(old);
    browser.memory.set('vault', { ...session, key: old });
    await expect(browser.worker().entropy()).rejects.toSatisfy(code('vault-locked'));
  });

  it('takes the old one, and a wrong one counts as a try', async () => {
    for (let i = 0; i < 3; i++) {
      await expect(vault.changePassword(`wrong ${i}`, OTHER)).rejects.toSatisfy(code('wrong-password'));
    }
    await expect(vault.changePassword(PASSWORD, OTHER)).rejects.toSatisfy(code('too-many-attempts'));
    await expect(vault.reveal(PASSWORD)).rejects.toSatisfy(code('too-many-attempts'));
    browser.now += 1_000;
    await vault.changePassword(PASSWORD, OTHER);
    expect(browser.disk.get('attempts')).toEqual({ failed: 0, notBefore: 0 });
  });

  it('is not tried more often by trying several times at once', async () => {
    const tries = Array.from({ length: 8 }, (_, i) =>
      vault.changePassword(`wrong ${i}`, OTHER).catch((e: unknown) => e),
    );
    const told = (await Promise.all(tries)).map((e) => (e as { code: string }).code);
    expect(told.filter((one) => one === 'wrong-password')).toHaveLength(3);
    expect(told.filter((one) => one === 'too-many-attempts')).toHaveLength(5);
  });

  it('has some length, and is asked for only while the wallet is open', async () => {
    await expect(vault.changePassword(PASSWORD, 'short')).rejects.toSatisfy(code('weak-password'));
    await vault.lock();
    await expect(vault.changePassword(PASSWORD, OTHER)).rejects.toSatisfy(code('vault-locked'));
    expect(browser.disk.get('attempts')).toEqual({ failed: 0, notBefore: 0 });
    expect(await browser.opensWith([PASSWORD, OTHER])).toEqual([PASSWORD]);
  });

  it('is not there on a full disk: the old one holds', async () => {
    browser.full = true;
    await expect(vault.changePassword(PASSWORD, OTHER)).rejects.toSatisfy(code('storage-full'));
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    browser.full = false;
    expect(await browser.opensWith([PASSWORD, OTHER])).toEqual([PASSWORD]);
  });

  it('disturbs nobody who uses the wallet meanwhile', async () => {
    const uses: Promise<unknown>[] = [];
    waits = new Waits();
    const count = (): void => {
      uses.push(vault.entropy());
      waits?.after(1, uses.length < 60 ? count : () => undefined);
    };
    waits.after(1, count);
    await vault.changePassword(PASSWORD, OTHER);
    waits.after(Infinity, () => undefined);
    for (const use of await Promise.all(uses)) expect(use).toEqual(entropy);
    expect(browser.disk.get('copy')).toEqual(browser.disk.get('primary'));
    expect(uses.length).toBeGreaterThan(10);
  });

  it('is there or not, and the wallet locked, wherever it was locked in the middle', async () => {
    waits = new Waits();
    waits.after(Infinity, () => undefined);
    await vault.changePassword(PASSWORD, OTHER);
    const all = waits.counted;
    let stopped = 0;
    for (let at = 1; at <= all; at++) {
      browser = new Browser();
      vault = browser.worker();
      await vault.create(entropy, PASSWORD);
      let locking: Promise<void> | undefined;
      waits.after(at, () => void (locking = vault.lock()));
      const changed = await vault.changePassword(PASSWORD, OTHER).then(
        () => true,
        (error: unknown) => {
          expect(error).toSatisfy(code('vault-locked'));
          return false;
        },
      );
      waits.after(Infinity, () => undefined);
      await locking;
      expect(await vault.state()).toBe('locked');
      expect(await browser.opensWith([PASSWORD, OTHER])).toEqual([changed ? OTHER : PASSWORD]);
      if (!changed) stopped++;
    }
    expect(stopped).toBeGreaterThan(3);
    expect(stopped).toBeLessThan(all);
  });
});

describe('whatever is done in whatever order, killed wherever', () => {
  const PASSWORDS = [PASSWORD, OTHER, 'a third horse, grey', 'a fourth horse, white'];
  const passwords = fc.constantFrom(...PASSWORDS);
  const fuse = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 14 }));
  const step = fc.oneof(
    fc.record({ act: fc.constant('change' as const), to: passwords, fuse }),
    fc.record({ act: fc.constant('unlock' as const), by: passwords, fuse }),
    fc.record({ act: fc.constantFrom('lock', 'worker', 'browser', 'harm', 'full', 'room') }),
    fc.record({ act: fc.constantFrom('passkey', 'forget'), n: fc.integer({ min: 1, max: 3 }), fuse }),
  );

  it('the vault opens with the last password that was acknowledged, and with no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        browser = new Browser();
        vault = browser.worker();
        await vault.create(entropy, PASSWORD);
        /** What it may open with: two only while nobody was told which. */
        let may = [PASSWORD];
        const settle = async () => {
          const open = await browser.opensWith(PASSWORDS);
          expect(open).toHaveLength(1);
          expect(may).toEqual(expect.arrayContaining(open));
          may = open;
          vault = browser.worker();
        };
        for (const one of steps) {
          browser.now += 10 * MINUTE;
          if ('fuse' in one) browser.fuse = one.fuse;
          const [now = ''] = may;
          if (one.act === 'change') {
            await vault.unlock(now).catch(() => undefined);
            await vault.changePassword(now, one.to).then(
              () => (may = [one.to]),
              () => (may = [...may, one.to]),
            );
          } else if (one.act === 'unlock') {
            const opened = await vault.unlock(one.by).then(
              () => true,
              () => false,
            );
            expect(opened && one.by !== now).toBe(false);
          } else if (one.act === 'passkey') {
            await vault.unlock(now).catch(() => undefined);
            await vault.addPasskey(now, { ...device(one.n), name: 'A device' }).catch(() => undefined);
          } else if (one.act === 'forget') {
            await vault.unlock(now).catch(() => undefined);
            await vault.removePasskey(device(one.n).id).catch(() => undefined);
          } else if (one.act === 'lock') await vault.lock();
          else if (one.act === 'browser') browser.memory.clear();
          else if (one.act === 'harm') browser.disk.set('copy', 'rubbish');
          else if (one.act === 'full' || one.act === 'room') browser.full = one.act === 'full';
          await settle();
        }
        browser.now += 10 * MINUTE;
        await vault.unlock(may[0]!);
        expect(equal(await vault.entropy(), entropy)).toBe(true);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('an older copy does not come back where the newer one is damaged', async () => {
    const old = structuredClone(browser.disk.get('primary'));
    await vault.changePassword(PASSWORD, OTHER);
    browser.disk.set('copy', old); // as a kill between two writes would leave it
    expect(await browser.worker().state()).toBe('unlocked');
    browser.disk.set('primary', 'rubbish');
    expect(await browser.opensWith([PASSWORD, OTHER])).toEqual([OTHER]);
  });
});

describe('the words shown again', () => {
  it('take the password, also while the wallet is open', async () => {
    expect(equal(await vault.reveal(PASSWORD), entropy)).toBe(true);
    await expect(vault.reveal(OTHER)).rejects.toSatisfy(code('wrong-password'));
    await vault.lock();
    await expect(vault.reveal(PASSWORD)).rejects.toSatisfy(code('vault-locked'));
  });

  it('are not given once the wallet was locked, wherever that was', async () => {
    waits = new Waits();
    waits.after(Infinity, () => undefined);
    await vault.reveal(PASSWORD);
    for (let at = waits.counted; at > 0; at--) {
      await vault.unlock(PASSWORD);
      let locking: Promise<void> | undefined;
      waits.after(at, () => void (locking = vault.lock()));
      await expect(vault.reveal(PASSWORD), String(at)).rejects.toSatisfy(code('vault-locked'));
      await locking;
    }
  });
});

describe('a passkey', () => {
  const { id, secret, salt } = device(1);
  const own = { id, secret, salt, name: 'Mira’s laptop' };

  it('opens the wallet beside the password', async () => {
    await vault.addPasskey(PASSWORD, own);
    expect(await vault.namedPasskeys()).toEqual([{ id, name: own.name, at: 1_700_000_000 }]);
    await vault.lock();
    expect(await vault.passkeys()).toEqual([{ id, salt }]);
    await expect(vault.namedPasskeys()).rejects.toSatisfy(code('vault-locked'));
    await vault.unlockWith({ id, secret });
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    expect(await browser.opensWith([PASSWORD])).toEqual([PASSWORD]);
  });

  it('of the wrong device opens nothing, and is no try of the password', async () => {
    await vault.addPasskey(PASSWORD, own);
    await vault.lock();
    for (const proof of [
      { id, secret: fill(32, 9) },
      { id: device(2).id, secret },
      { id, secret: new Uint8Array() },
    ]) {
      await expect(vault.unlockWith(proof)).rejects.toSatisfy(code('wrong-passkey'));
    }
    expect(await vault.state()).toBe('locked');
    expect(browser.disk.get('attempts')).toEqual({ failed: 0, notBefore: 0 });
  });

  it('is added by the password only, which counts as a try', async () => {
    await expect(vault.addPasskey(OTHER, own)).rejects.toSatisfy(code('wrong-password'));
    expect(browser.disk.get('attempts')).toMatchObject({ failed: 1 });
    await vault.lock();
    await expect(vault.addPasskey(PASSWORD, own)).rejects.toSatisfy(code('vault-locked'));
    expect(browser.file().passkeys).toEqual([]);
  });

  it('stays when the password is changed, and opens what is new', async () => {
    await vault.addPasskey(PASSWORD, own);
    const before = browser.file();
    await vault.changePassword(PASSWORD, OTHER);
    expect(browser.file().passkeys).not.toEqual(before.passkeys);
    await vault.lock();
    await vault.unlockWith({ id, secret });
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });

  it('that was removed opens nothing; the others and the password do', async () => {
    const other = { ...device(2), name: 'Phone' };
    await vault.addPasskey(PASSWORD, own);
    await vault.addPasskey(PASSWORD, other);
    await vault.removePasskey(id);
    await vault.lock();
    await expect(vault.unlockWith({ id, secret })).rejects.toSatisfy(code('wrong-passkey'));
    await vault.unlockWith(other);
    expect(await vault.namedPasskeys()).toMatchObject([{ name: 'Phone' }]);
    expect(await browser.opensWith([PASSWORD])).toEqual([PASSWORD]);
  });

  it.each(['data', 'salt', 'nonce'] as const)('whose %s was changed opens nothing; the password does', async (what) => {
    await vault.addPasskey(PASSWORD, own);
    await browser.tamper((file) => ({
      ...file,
      passkeys: file.passkeys.map((slot) => ({ ...slot, [what]: toBase64(fill(what === 'nonce' ? 12 : 48, 3)) })),
    }));
    await vault.lock();
    await expect(vault.unlockWith({ id, secret })).rejects.toSatisfy(code('wrong-passkey'));
    expect(await browser.opensWith([PASSWORD])).toEqual([PASSWORD]);
  });

  it('has no name in what is kept, and no secret or key', async () => {
    await vault.addPasskey(PASSWORD, own);
    const kept = JSON.stringify([...browser.disk, ...browser.memory]);
    for (const hidden of [own.name, 'Mira', toBase64(secret)]) expect(kept).not.toContain(hidden);
  });

  it('too many, or one with a name that cannot be kept, leave the vault as it is', async () => {
    for (let n = 1; n <= 20; n++) await vault.addPasskey(PASSWORD, { ...device(n), name: `Device ${n}` });
    await expect(vault.addPasskey(PASSWORD, { ...device(21), name: 'One more' })).rejects.toSatisfy(
      code('bad-request'),
    );
    await vault.removePasskey(device(20).id);
    await expect(vault.addPasskey(PASSWORD, { ...device(20), name: 'x'.repeat(41) })).rejects.toSatisfy(
      code('bad-request'),
    );
    expect(await vault.namedPasskeys()).toHaveLength(19);
    expect(await browser.opensWith([PASSWORD])).toEqual([PASSWORD]);
  });
});

describe('the time after which it locks itself', () => {
  const isOpenAfter = async (ms: number) => {
    browser.now += ms;
    return (await browser.worker().state()) === 'unlocked';
  };

  it.each(AUTO_LOCK_MINUTES)('is %i minutes where the person chose so, also for later workers', async (minutes) => {
    await vault.chooseAutoLock(minutes);
    expect(await browser.worker().autoLock()).toBe(minutes);
    expect(await isOpenAfter(minutes * MINUTE - 1)).toBe(true);
    await browser.worker().touch();
    expect(await isOpenAfter(minutes * MINUTE - 1)).toBe(true);
    expect(await isOpenAfter(1)).toBe(false);
  });

  it('holds at once, shorter or longer', async () => {
    await vault.chooseAutoLock(60);
    await vault.chooseAutoLock(5);
    expect(await isOpenAfter(5 * MINUTE)).toBe(false);
  });

  it.each(['rubbish', 7, { minutes: 5 }, -5, 1e9, null])('is 15 minutes in place of %j', async (spoiled) => {
    browser.disk.set('autoLock', spoiled);
    expect(await vault.autoLock()).toBe(15);
    await vault.touch();
    expect(await isOpenAfter(15 * MINUTE - 1)).toBe(true);
    expect(await isOpenAfter(1)).toBe(false);
  });

  it('is not outlived by a deadline that no clock could have set', async () => {
    await vault.chooseAutoLock(5);
    browser.now -= 6 * MINUTE;
    expect(await vault.state()).toBe('locked');
  });

  it('is chosen at an open wallet, and is what it was on a full disk, or sooner', async () => {
    browser.full = true;
    await expect(vault.chooseAutoLock(60)).rejects.toSatisfy(code('storage-full'));
    expect(await vault.autoLock()).toBe(15);
    expect(await isOpenAfter(15 * MINUTE)).toBe(false);
    browser.full = false;
    await expect(browser.worker().chooseAutoLock(60)).rejects.toSatisfy(code('vault-locked'));
  });

  it('shorter holds also where the worker is killed before it is kept', async () => {
    await vault.chooseAutoLock(60);
    browser.fuse = 1;
    await vault.chooseAutoLock(5).catch(() => undefined);
    expect(await isOpenAfter(5 * MINUTE)).toBe(false);
  });
});
