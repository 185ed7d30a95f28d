import * as dagCbor from '@ipld/dag-cbor';
import { expect, it } from 'vitest';
import { own } from '../../../extension/core/bytes.ts';
import type { StoragePort } from '../../../extension/core/wallet/ports.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { siteTrust } from '../../../extension/core/wallet/trust.ts';
import { fill } from './support.ts';

it('names from outside are shown with what is hidden in them', async () => {
  const profile = { resourceType: 'Organization', name: 'River\u202Eside\u200B\u0007' };
  const member = (address: string) => ({ address, enroller: '0xregistrar', profile: fill(32) });
  const client = {
    hospitalOf: () => Promise.resolve(member('0xhospital')),
    member: (address: string) => Promise.resolve(member(address)),
  };
  const session = {
    client,
    catalogue: { rows: { get: () => Promise.resolve(undefined) } },
    follower: { enrolledIn: () => Promise.resolve(undefined) },
  } as unknown as Session;
  const storage = { block: () => Promise.resolve(own(dagCbor.encode(profile))) } as unknown as StoragePort;
  const shown = 'River⟨U+202E⟩side⟨U+200B⟩⟨U+0007⟩';
  expect(await siteTrust(session, storage, 'https://clinic.example')).toMatchObject({
    hospital: { name: shown, accreditedByName: shown },
  });
});
