import { expect, test } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import { refusal } from './fixtures.ts';
import { FOLDER, keeperWorld, TREAT } from './keeper-world.ts';

const FORBIDDEN = registryInterface.getError('EmergencyForbidden')!.selector;
const BTG = 4;
const DAY = 86_400;
const NOTE = toHex(new Uint8Array(32).fill(7));

test(
  'an emergency opening gives keys for its own purpose, of what was allowed, for 24 hours of the chain, or until the patient ends it',
  { timeout: 60_000 },
  async () => {
    const world = await keeperWorld();
    const { managers, entrust, add, revoke, read, doctor, patient, registry, evm } = world;
    const manager = managers[0]!;
    await entrust([FOLDER, 9].map((folder) => ({ folder, epoch: 0 })));
    const { id } = await add(patient);
    const elsewhere = await add(patient, { folder: 9 });
    const as = (signer: typeof patient) => registry.as(signer.signer);
    const breakGlass = () => as(doctor).getFunction('breakGlass').send(patient.address, FOLDER, NOTE);
    const statusOf = async (purpose = BTG) => (await read(doctor, manager, [id], { purpose })).status;
    const refused = async (what: string, changes: { purpose: number; folder?: number }, records = [id]) =>
      expect(await refusal(await read(doctor, manager, records, changes)), what).toMatchObject({ code: 'no-consent' });

    await refused('nothing was opened', { purpose: BTG });
    await expect(breakGlass()).rejects.toThrow(FORBIDDEN);
    await refused('it was not allowed', { purpose: BTG });
    await as(patient).getFunction('allowEmergency').send([FOLDER], true);
    await refused('it was allowed, and not opened', { purpose: BTG });

    await breakGlass();
    expect(await statusOf()).toBe(200);
    await refused('another purpose', { purpose: TREAT });
    expect(await statusOf(BTG | TREAT), 'two purposes at once').toBe(400);
    await refused('a folder that was not allowed', { purpose: BTG, folder: 9 }, [elsewhere.id]);

    await evm.provider.send('evm_increaseTime', [DAY + 1]);
    await evm.mine(1);
    await refused('a day later', { purpose: BTG });

    await breakGlass();
    expect(await statusOf(), 'opened once more').toBe(200);
    await as(patient).getFunction('allowEmergency').send([FOLDER], false);
    expect(await statusOf(), 'to forbid it ends nothing').toBe(200);
    await revoke(doctor);
    await refused('the patient ended it', { purpose: BTG });
    await expect(breakGlass()).rejects.toThrow(FORBIDDEN);
  },
);
