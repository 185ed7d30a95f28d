import { describe, expect, it } from 'vitest';
import { fill, toHex } from './support.ts';
import { activity, type ActivityEvent } from '../../../extension/core/wallet/activity.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { addMark } from '../../../extension/core/wallet/marks.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { eraseItem } from '../../../extension/core/wallet/rearrange.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { withdrawDue } from '../../../extension/core/wallet/withdraw.ts';
import { listOwn } from './listings.ts';
import { allergy, importOwn, PATIENT, share, world } from './wallets.ts';

const words = (event: ActivityEvent): string => (event.kind === 'chain' ? event.what : event.kind);

async function onChain(session: Session): Promise<readonly ActivityEvent[]> {
  await session.catalogue.sync();
  const { items } = await activity(session, { of: 'chain' });
  return items;
}
/** Oldest first. */
const told = async (session: Session) => (await onChain(session)).map(words).toReversed();

describe('what the chain has of a person', () => {
  it('is listed whole, and Activity has no more than it had', async () => {
    const w = await world();
    const { registry, patient, doctor } = await w.clinic();
    expect(await told(patient)).toEqual(['joined', 'key']);

    await importOwn(patient, allergy('Latex'));
    await drainOutbox(patient);
    const { consentId } = await share(patient, doctor);
    const { items } = await listOwn(patient);
    await addMark(patient, items[0]!.id, 'note', 'Only as a child');
    await drainOutbox(patient);
    const before = ['joined', 'key', 'added', 'shared', 'keys', 'beside'];
    expect(await told(patient)).toEqual(before);

    // Somebody asks, and what may be opened in an emergency changes.
    const folder = (await patient.folders()).tag('allergies');
    const wish = [patient.address, folder, 4_000_000_000, 1, 1, toHex(fill(32))];
    const asking = registry.as(await w.evm.impersonate(doctor.address));
    await asking.getFunction('request').send(wish);
    const me = registry.as(await w.evm.impersonate(patient.address));
    await me.getFunction('allowEmergency').send([folder], true);
    await me.getFunction('allowEmergency').send([folder], false);
    await me.getFunction('setProfile').send(toHex(fill(32)));
    await endConsent(patient, { consentId, recipient: doctor.address });
    const all = [...before, 'requested', 'emergency-on', 'emergency-off', 'profile', 'ended'];
    expect(await told(patient)).toEqual(all);
    const events = await onChain(patient);
    expect(events.find((event) => words(event) === 'requested')).toMatchObject({
      who: doctor.address,
      sections: ['allergies'],
    });
    for (const { block, transaction, at, settlement } of events) {
      expect([block > 0, /^0x[0-9a-f]{64}$/.test(transaction), at! > 0]).toEqual([true, true, true]);
      expect(['recorded', 'final']).toContain(settlement);
    }
    const seen = (await activity(patient)).items.map(words).toReversed();
    expect(seen).toEqual(['added', 'shared', 'ended']);

    // What was erased stays there as something that was.
    await eraseItem(patient, (await listOwn(patient)).items[0]!.id);
    await patient.catalogue.sync();
    await drainOutbox(patient);
    await withdrawDue(patient);
    await withdrawDue(patient);
    const after = await told(patient);
    expect(after.filter((what) => what === 'added')).toEqual([]);
    expect(after).toContain('gone');
    expect(after).toContain('erased');
  });

  it('is told without a node, page by page, and what waits is told first', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    for (const substance of ['Latex', 'Nuts', 'Bees']) {
      await importOwn(patient, allergy(substance));
      await drainOutbox(patient);
    }
    await told(patient);
    await importOwn(patient, allergy('Cats'));
    await patient.catalogue.listPending();
    patient.client.provider.send = () => Promise.reject(new Error('no network'));
    const pages: ActivityEvent[][] = [];
    for (let before: string | undefined; ;) {
      const { items, next } = await activity(patient, { of: 'chain', limit: 2, before });
      pages.push([...items]);
      if (next === undefined) break;
      before = next;
    }
    expect(pages.map((page) => page.map(words))).toEqual([
      ['added', 'added'],
      ['added', 'added'],
      ['key', 'joined'],
    ]);
    expect(pages[0]![0]).toMatchObject({ block: 0, settlement: 'pending' });
  });

  it('names what others added that does not open', async () => {
    const w = await world();
    const registry = await w.deploy();
    const patient = await w.open(PATIENT, registry.network);
    await ensureMembership(patient);
    const me = registry.as(await w.evm.impersonate(patient.address));
    const folder = (await patient.folders()).tag('allergies');
    await me.getFunction('addRecord').send([folder, toHex(fill(32, 7)), 0, toHex(fill(32, 8))], patient.address);
    expect(await told(patient)).toEqual(['joined', 'key', 'unread']);
  });
});
