import { beforeEach, describe, expect, it } from 'vitest';
import { equal, toBase64 } from '../../../extension/core/bytes.ts';
import { isSalusError, type ErrorCode } from '../../../extension/core/errors.ts';
import { deriveKey } from '../../../extension/core/vault/derive-key.ts';
import type { VaultSlot } from '../../../extension/core/vault/slots.ts';
import { passwordSlot, sealVault } from '../../../extension/core/vault/vault-file.ts';
import { Vault } from '../../../extension/core/vault/vault.ts';
import { memorySession } from './memory-slots.ts';
import { fill } from './support.ts';

class Slot implements VaultSlot {
  value: unknown;
  failing = false;
  unreadable = false;
  async read() {
    if (this.unreadable) throw new DOMException('it does not open', 'UnknownError');
    return Promise.resolve(structuredClone(this.value));
  }
  async write(value: unknown) {
    if (this.failing) throw new DOMException('no room', 'QuotaExceededError');
    this.value = structuredClone(value);
    return Promise.resolve();
  }
}

const AUTO_LOCK_MS = 15 * 60_000;
const PASSWORD = 'correct horse battery';
const entropy = fill(32, 42);
const code = (expected: ErrorCode) => (e: unknown) => isSalusError(e, expected);

let primary: Slot, copy: Slot, attempts: Slot, session: Map<string, unknown>, now: number;
let vault: Vault;
beforeEach(() => {
  [primary, copy, attempts] = [new Slot(), new Slot(), new Slot()];
  session = new Map();
  now = 1_700_000_000_000;
  vault = new Vault({
    primary,
    copy,
    attempts,
    autoLock: new Slot(),
    deriveKey,
    now: () => now,
    session: memorySession(session),
  });
});

describe('vault', () => {
  it('is made, locked, and opened again with the password', async () => {
    expect(await vault.state()).toBe('none');
    await vault.create(entropy, PASSWORD);
    expect(await vault.state()).toBe('unlocked');
    await vault.lock();
    expect(await vault.state()).toBe('locked');
    await expect(vault.entropy()).rejects.toSatisfy(code('vault-locked'));
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });

  it('keeps neither password nor entropy where it can be read', async () => {
    await vault.create(entropy, PASSWORD);
    const stored = JSON.stringify([primary.value, copy.value, attempts.value, [...session]]);
    expect(stored).not.toContain(PASSWORD);
    expect(stored).not.toContain(toBase64(entropy));
  });

  it('locks itself at the deadline, also when the worker slept through it', async () => {
    await vault.create(entropy, PASSWORD);
    now += AUTO_LOCK_MS - 1;
    expect(await vault.state()).toBe('unlocked');
    await vault.touch();
    now += AUTO_LOCK_MS - 1;
    expect(await vault.state()).toBe('unlocked');
    now += 1;
    expect(await vault.state()).toBe('locked');
    expect(session.size).toBe(0);
  });

  it('refuses a wrong password without a hint, and waits longer each time', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      await expect(vault.unlock(`wrong ${i}`)).rejects.toSatisfy(code('wrong-password'));
      const { notBefore } = attempts.value as { notBefore: number };
      waits.push(notBefore - now);
      if (notBefore > now) await expect(vault.unlock(PASSWORD)).rejects.toSatisfy(code('too-many-attempts'));
      now = Math.max(now, notBefore);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000]);
    await vault.unlock(PASSWORD);
    expect(attempts.value).toEqual({ failed: 0, notBefore: 0 });
  });

  it('waits no longer than the delay from now, whatever the clock said when it was counted', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    const right = now;
    now += 7 * 365 * 86_400_000;
    for (let i = 0; i < 8; i++) {
      await vault.unlock(`wrong ${i}`).catch(() => undefined);
      now = Math.max(now, (attempts.value as { notBefore: number }).notBefore);
    }
    now = right;
    let waited = 0;
    await expect(vault.unlock(PASSWORD)).rejects.toSatisfy((error) => {
      waited = (error as { detail: { seconds: number } }).detail.seconds;
      return isSalusError(error, 'too-many-attempts');
    });
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThanOrEqual(300);
    now += waited * 1_000;
    await vault.unlock(PASSWORD);
    expect(await vault.state()).toBe('unlocked');
  });

  it('does not stay open for years when a clock that was ahead is put right', async () => {
    now += 7 * 365 * 86_400_000;
    await vault.create(entropy, PASSWORD);
    now -= 7 * 365 * 86_400_000;
    expect(await vault.state()).toBe('locked');
  });

  it('opens on a full disk, and goes on counting wrong passwords', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    for (const slot of [primary, copy, attempts]) slot.failing = true;
    for (let i = 0; i < 3; i++) {
      await expect(vault.unlock(`wrong ${i}`)).rejects.toSatisfy(code('wrong-password'));
    }
    await expect(vault.unlock(PASSWORD)).rejects.toSatisfy(code('too-many-attempts'));
    now += 1_000;
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    attempts.failing = false;
    await vault.lock();
    await vault.unlock(PASSWORD);
    expect(session.has('attempts')).toBe(false);
  });

  it.each(['primary', 'copy'] as const)('opens on a full disk also when the %s is damaged', async (which) => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    (which === 'primary' ? primary : copy).value = 'rubbish';
    for (const slot of [primary, copy, attempts]) slot.failing = true;
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });

  it('says what is wrong where nothing at all can be written', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    attempts.failing = true;
    session.set = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    await expect(vault.unlock(PASSWORD)).rejects.toSatisfy(code('storage-full'));
  });

  it('asks for a password of some length', async () => {
    await expect(vault.create(entropy, 'short')).rejects.toSatisfy(code('weak-password'));
    expect(await vault.state()).toBe('none');
  });

  it('never replaces a good vault', async () => {
    await vault.create(entropy, PASSWORD);
    await expect(vault.create(fill(32, 1), PASSWORD)).rejects.toSatisfy(code('vault-exists'));
  });

  it.each(['primary', 'copy'] as const)('mends itself when the %s is damaged', async (which) => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    const slot = which === 'primary' ? primary : copy;
    const stored = slot.value as { file: string; check: string };
    slot.value = {
      ...stored,
      file: stored.file.replace(/"data":"./, (c) => (c.endsWith('A') ? '"data":"B' : '"data":"A')),
    };
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    expect(primary.value).toEqual(copy.value);
  });

  it('says that it is damaged, not that the password is wrong, and lets the words make a new one', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    primary.value = { file: 'rubbish' };
    copy.value = 'rubbish';
    expect(await vault.state()).toBe('damaged');
    await expect(vault.unlock(PASSWORD)).rejects.toSatisfy(code('vault-damaged'));
    await vault.create(entropy, PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });

  it('leaves no half vault when the disk is full', async () => {
    copy.failing = true;
    await expect(vault.create(entropy, PASSWORD)).rejects.toSatisfy(code('storage-full'));
    expect(await vault.state()).toBe('none');
  });

  it.each(['primary', 'copy'] as const)('opens where the %s cannot be read', async (which) => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    (which === 'primary' ? primary : copy).unreadable = true;
    attempts.unreadable = true;
    expect(await vault.state()).toBe('locked');
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });

  it('that cannot be read is never taken for no wallet, nor for a damaged one', async () => {
    await vault.create(entropy, PASSWORD);
    await vault.lock();
    primary.value = undefined;
    copy.unreadable = true;
    await expect(vault.state()).rejects.toSatisfy(code('storage-full'));
    await expect(vault.unlock(PASSWORD)).rejects.toSatisfy(code('storage-full'));
    await expect(vault.create(fill(32, 1), PASSWORD)).rejects.toSatisfy(code('storage-full'));
  });

  it('refuses a vault whose settings were weakened', async () => {
    const weak = { name: 'argon2id' as const, memory: 1_024, passes: 1, lanes: 1 };
    await expect(deriveKey(PASSWORD, fill(16, 1), weak)).rejects.toSatisfy(code('vault-too-weak'));
  });

  it('rises to today’s settings when an older vault is unlocked', async () => {
    const old = { name: 'argon2id' as const, memory: 19_456, passes: 2, lanes: 1 };
    const salt = fill(16, 1);
    const dataKey = fill(32, 2);
    const slot = await passwordSlot(dataKey, { key: await deriveKey(PASSWORD, salt, old), kdf: old, salt });
    const file = await sealVault({ entropy: toBase64(entropy), createdAt: 0, passkeys: [] }, dataKey, slot);
    await vault.create(entropy, PASSWORD); // gives both slots their form
    const text = JSON.stringify(file);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    primary.value = copy.value = { file: text, check: toBase64(new Uint8Array(digest)) };
    await vault.lock();
    for (const slot of [primary, copy]) slot.failing = true;
    await vault.unlock(PASSWORD);
    expect(equal(await vault.entropy(), entropy)).toBe(true);
    await vault.lock();
    for (const slot of [primary, copy]) slot.failing = false;
    await vault.unlock(PASSWORD);
    expect((primary.value as { file: string }).file).toContain('"memory":65536');
    expect(equal(await vault.entropy(), entropy)).toBe(true);
  });
});
