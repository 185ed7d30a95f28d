import { describe, expect, it } from 'vitest';
import { planImport } from '../../../extension/core/records/importer.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { writePrompt } from '../../../extension/rpc/prompts/records.ts';
import { listShared } from './listings.ts';
import { allergy, DOCTOR, importOwn, json, OTHER_DOCTOR, PATIENT, world } from './wallets.ts';

const context = { name: 'r.json', source: 'https://clinic.example', known: { digests: [] }, validate: () => [] };
/** What a person is shown of a file, given as it is written. */
const shown = async (text: string) =>
  (await planImport(new Blob([text], { type: 'application/json' }), context)).report.preview;
const one = async (resource: object) => (await shown(JSON.stringify(resource)))[0];
const observation = (fields: object) => ({ resourceType: 'Observation', code: { text: 'Potassium' }, ...fields });
const bundle = (...resources: object[]) =>
  JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });

describe('what is shown before a yes', () => {
  it('names each item with its date, its section and what it says', async () => {
    const potassium = observation({ effectiveDateTime: '2026-03-02', valueQuantity: { value: 4.1, unit: 'mmol/L' } });
    expect(await shown(bundle(potassium, allergy('peanuts')))).toEqual([
      {
        section: 'results',
        type: 'Observation',
        title: 'Potassium',
        date: '2026-03-02',
        measures: [{ value: '4.1', unit: 'mmol/L' }],
      },
      { section: 'allergies', type: 'AllergyIntolerance', title: 'peanuts' },
    ]);
  });

  it.each<[string, object, object]>([
    ['a text', observation({ valueString: 'not detected' }), { value: 'not detected' }],
    [
      'a code by its words',
      observation({ valueCodeableConcept: { coding: [{ code: 'x', display: 'Positive' }] } }),
      { value: 'Positive' },
    ],
    [
      'a limit',
      observation({ valueQuantity: { comparator: '<', value: 5, unit: 'mg/L' } }),
      { measures: [{ comparator: '<', value: '5', unit: 'mg/L' }] },
    ],
    [
      'a result in parts',
      observation({
        component: [
          { code: { text: 'Systolic' }, valueQuantity: { value: 120, unit: 'mmHg' } },
          { code: { text: 'Diastolic' }, valueQuantity: { value: 80, unit: 'mmHg' } },
        ],
      }),
      {
        measures: [
          { name: 'Systolic', value: '120', unit: 'mmHg' },
          { name: 'Diastolic', value: '80', unit: 'mmHg' },
        ],
      },
    ],
    ['that it is withdrawn', observation({ status: 'entered-in-error', valueInteger: 3 }), { status: 'error' }],
    [
      'that it does not hold',
      { resourceType: 'Condition', code: { text: 'Asthma' }, verificationStatus: { coding: [{ code: 'refuted' }] } },
      { status: 'denied' },
    ],
    [
      'a dose',
      { resourceType: 'MedicationRequest', status: 'active', dosageInstruction: [{ text: 'one each morning' }] },
      { value: 'one each morning' },
    ],
    [
      'what is not to be done',
      { resourceType: 'ServiceRequest', doNotPerform: true, code: { text: 'MRI' } },
      { status: 'forbidden' },
    ],
  ])('says %s', async (_, resource, said) => {
    expect(await one(resource)).toMatchObject(said);
  });

  it('has numbers as they were written, since they are what is sealed', async () => {
    const text = JSON.stringify(observation({ valueQuantity: { value: 0, unit: 'g' } }));
    for (const number of ['4.50', '1.00', '9007199254740993', '1e2']) {
      const [item] = await shown(text.replace('"value":0', `"value":${number}`));
      expect(item).toMatchObject({ measures: [{ value: number, unit: 'g' }] });
    }
  });

  it('writes hidden characters out', async () => {
    const item = await one(observation({ code: { text: 'Pota\u202Essium' }, valueString: 'a\u200Bb' }));
    expect(item).toMatchObject({ title: 'Pota⟨U+202E⟩ssium', value: 'a⟨U+200B⟩b' });
  });

  it('is bounded, whatever a file holds', async () => {
    const long = (n: number) =>
      observation({ id: String(n), code: { text: 'x'.repeat(9_000) }, valueString: 'y'.repeat(9_000) });
    const { report } = await planImport(
      json(JSON.parse(bundle(...Array.from({ length: 50 }, (_, n) => long(n))))),
      context,
    );
    expect([report.taken, report.preview.length]).toEqual([50, 20]);
    expect(JSON.stringify(report.preview).length).toBeLessThan(20_000);
  });
});

describe('the prompt to write', () => {
  it('names the patient as they named themselves, and nobody else', async () => {
    const w = await world();
    const registry = await w.deploy();
    const patient = await w.open(PATIENT, registry.network);
    await ensureMembership(patient);
    const [doctor, other] = [
      await w.open(DOCTOR, registry.network, 'provider'),
      await w.open(OTHER_DOCTOR, registry.network, 'provider'),
    ];
    await w.hire(registry, doctor);
    await w.hire(registry, other);
    await importOwn(patient, { resourceType: 'Patient', name: [{ text: 'Mira San\u200Bdoval' }] });
    await drainOutbox(patient);
    const until = Math.floor(Date.now() / 1000) + 3_600;
    const decision = {
      origin: context.source,
      purpose: 'TREAT' as const,
      reason: 'r',
      rights: ['read' as const],
      until,
    };
    await giveConsent(patient, { ...decision, recipient: doctor.address, sections: ['profile'] });

    const view = async (session: typeof doctor) => {
      await listShared(session);
      const job = await session.storage.stage(json(allergy('nuts')), 'r.json', context.source);
      const parts = { storage: session.storage, messages: undefined as never, notify: () => Promise.resolve() };
      const params = { patient: patient.address, section: 'allergies' };
      const approval = { id: '1', kind: 'write', origin: context.source, params, job } as never;
      return writePrompt(parts, () => Promise.resolve()).view({ approval, session }, undefined as never);
    };
    expect(await view(doctor)).toMatchObject({
      patient: patient.address,
      patientName: 'Mira San⟨U+200B⟩doval',
      section: 'allergies',
      report: { preview: [{ title: 'nuts', section: 'allergies' }] },
    });
    expect(await view(other)).not.toHaveProperty('patientName');
  });
});
