import { expect, it } from 'vitest';
import { invite } from '../../scripts/lib/invite.ts';
import { BUNDLE } from '../fixtures/bundle.ts';
import {
  approve,
  chooseFile,
  counts,
  createWallet,
  openRecord,
  press,
  prompt,
  shows,
  takeIn,
  texts,
} from './screens.ts';
import { inFirefox } from './world.ts';

inFirefox(({ stack, newBrowser, file }) => {
  it('a patient shares with a doctor and ends it, and the next read fails', async () => {
    const [patient, doctor] = [await newBrowser(), await newBrowser()];
    await createWallet(patient);
    await createWallet(doctor, 'I work in health care');
    await chooseFile(patient, await file('record.json', JSON.stringify(BUNDLE)));
    await shows(patient.app, `${BUNDLE.entry.length} of ${BUNDLE.entry.length} entries will be added.`);
    await takeIn(patient);

    const { portalUrl } = stack();
    const desk = await doctor.open(await invite(portalUrl, { name: 'Dr Amara Okafor', work: 'doctor' }));
    await press(desk, 'Connect your health wallet');
    await approve(doctor);
    await press(desk, 'Sign in and join');
    await approve(doctor);
    await shows(desk, 'The hospital vouches for Dr Amara Okafor');
    await press(desk, 'Go to your desk');
    await press(desk, 'Refresh');

    const checkIn = await patient.open(`${portalUrl}/check-in`);
    await press(checkIn, 'Connect your health wallet');
    await approve(patient);
    await press(checkIn, 'Ask to share');
    const asked = await prompt(patient);
    await shows(asked, 'Dr Amara Okafor');
    await shows(asked, 'Registered hospital');
    await approve(patient);
    await shows(checkIn, 'Shared');

    await press(desk, 'Refresh');
    await counts(desk, 'record', 5);
    const listed = (await texts(desk, '[data-testid=record]')).join(' ');
    expect(listed).toContain('Lisinopril');
    expect(listed).not.toContain('depressive');
    await openRecord(desk, 'Allergy to penicillin');
    await shows(desk, 'unchanged since it was recorded');

    await patient.app.evaluate(() => (location.hash = '#/sharing'));
    await press(patient.app, 'Stop sharing');
    await shows(patient.app, 'Keep sharing');
    await press(patient.app, 'Stop sharing');
    await shows(patient.app, 'Ended');
    await openRecord(desk, 'Lisinopril');
    await shows(desk, 'This patient has ended access or never gave it.');
    await press(desk, 'Refresh');
    await counts(desk, 'record', 0);
  });
});
