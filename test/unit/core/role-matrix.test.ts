import { id as keccak, ZeroHash } from 'ethers';
import { describe, expect, it } from 'vitest';
import { mayWrite } from '../../../extension/core/care/roles.ts';
import { OrderKind } from '../../../extension/core/care/orders-abi.ts';
import type { OrderPlace } from '../../../extension/core/care/signed-orders.ts';
import { folderName, type FolderRow } from '../../../extension/core/catalogue/model.ts';
import { fromHex } from '../../../extension/core/bytes.ts';
import { Right, Role } from '../../../extension/core/registry/abi.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { fulfil, order } from '../../../extension/core/wallet/care.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import type { HealthClient } from '../../../portal/sdk/index.ts';
import {
  SECTION,
  tomorrow,
  ROLES,
  TYPES,
  plain,
  prescribed,
  testOrdered,
  dispensed,
  reported,
  outcome,
  table,
  written,
  everybody,
  siteOf,
  ordered,
  chainOf,
  tried,
} from './every-role.ts';

// What each role may do with a patient's record, tried out by every role at every layer: the wallet's own screens, a site by way of the SDK,
// a keeper, and the contracts without any of them. Each holds every right to the folder, so that what is left is the role. The tables
// are those of docs/REGISTRY.md (“Who may”) and core/care/roles.ts, written out; `yes`, or the typed error.

describe('each role, each type', () => {
  it('is written into a record by those whose work it is, in the wallet and for a site', async () => {
    const net = await everybody();
    const { patient, all, w } = net;
    const rows: string[][] = [['-', ...all.map(({ name }) => name)]];
    const sites = new Map<Role, string[]>();
    for (const { role, session } of all) {
      const client = await siteOf(net, session);
      const outcomes: string[] = [];
      for (const type of TYPES) {
        outcomes.push(
          await outcome(() =>
            client.writeRecord({ patient: patient.address, section: SECTION, resource: plain(type) }),
          ),
        );
      }
      sites.set(role, outcomes);
    }
    w.state.acting = undefined;
    for (const [i, type] of TYPES.entries()) {
      const cells: string[] = [];
      for (const { role, session } of all) {
        const wallet = await outcome(async () =>
          writeShared(session, patient.address, SECTION, await stageByHand(session, JSON.stringify(plain(type)))),
        );
        // A site is told the same as the person.
        expect.soft(sites.get(role)?.[i], `${type}, role ${role}`).toBe(wallet);
        if (role !== Role.None) expect.soft(wallet === 'yes', `${type}, role ${role}`).toBe(mayWrite(role, type));
        cells.push(wallet === 'role-forbids' ? 'no' : wallet);
      }
      rows.push([type, ...cells]);
    }
    expect(table(rows)).toEqual(
      written(`
        -                         None        Registrar  Hospital  EhrManager  Doctor  Lab  Pharmacist  Researcher  Patient  Payer
        MedicationRequest         no-consent  no         yes       no          yes     no   no          no          no       no-consent
        ServiceRequest            no-consent  no         yes       no          yes     no   no          no          no       no-consent
        MedicationDispense        no-consent  no         yes       no          no      no   yes         no          no       no-consent
        MedicationAdministration  no-consent  no         yes       no          yes     no   yes         no          no       no-consent
        MedicationStatement       no-consent  no         yes       no          yes     no   yes         no          no       no-consent
        Immunization              no-consent  no         yes       no          yes     no   yes         no          no       no-consent
        DiagnosticReport          no-consent  no         yes       no          yes     yes  no          no          no       no-consent
        Observation               no-consent  no         yes       no          yes     yes  no          no          yes      no-consent
        Specimen                  no-consent  no         yes       no          yes     yes  no          no          no       no-consent
        ImagingStudy              no-consent  no         yes       no          yes     yes  no          no          no       no-consent
        Media                     no-consent  no         yes       no          yes     yes  no          no          no       no-consent
        DocumentReference         no-consent  no         yes       no          yes     yes  yes         no          yes      no-consent
        Communication             no-consent  no         yes       no          yes     no   yes         no          yes      no-consent
        Invoice                   no-consent  no         yes       no          yes     yes  yes         no          no       no-consent
        Appointment               no-consent  no         yes       no          yes     no   no          no          no       no-consent
        Condition                 no-consent  no         yes       no          yes     no   no          no          no       no-consent
        AllergyIntolerance        no-consent  no         yes       no          yes     no   no          no          no       no-consent
      `),
    );
  }, 300_000);
});

describe('each role, each act that is carried out', () => {
  it('is ordered by a doctor and carried out by a pharmacist or a lab, whichever way it is tried', async () => {
    const net = await everybody();
    const { w, patient } = net;
    const into = { patient: patient.address, section: SECTION } as const;
    // One for each layer, since it is used up.
    const prescription = await ordered(net, 'prescription', 3);
    const [testOfWallet, testOfSite, testOfChain] = [
      await ordered(net, 'test'),
      await ordered(net, 'test'),
      await ordered(net, 'test'),
    ];

    const inWallet = (attempt: (session: Session) => Promise<unknown>) => (session: Session) => {
      w.state.acting = undefined;
      return outcome(() => attempt(session));
    };
    const job = (session: Session, resource: object) => stageByHand(session, JSON.stringify(resource));
    const ordering = (resource: object, kind: typeof OrderKind.Prescription | typeof OrderKind.Test) =>
      inWallet(async (session) =>
        order(session, { ...into, job: await job(session, resource) }, { kind, until: tomorrow(), times: 1 }),
      );
    const fulfilling = (resource: object, of: { readonly item: string }) =>
      inWallet(async (session) => fulfil(session, of.item, { ...into, job: await job(session, resource) }));

    const onSite = (attempt: (client: HealthClient) => Promise<unknown>) => async (session: Session) => {
      const client = await siteOf(net, session);
      return outcome(() => attempt(client));
    };
    const writing = (resource: { resourceType: string }, of?: { readonly item: string }) =>
      onSite((client) => client.writeRecord({ ...into, resource, ...(of && { fulfils: of.item }) }));

    const onChain =
      (name: string, ...args: readonly unknown[]) =>
      async (session: Session) => {
        const { orders, would } = await chainOf(net, session);
        return would(orders, name, ...args);
      };
    const commitment = keccak('another');
    const { folder } = prescription.place;
    const by = ({ doctor }: OrderPlace) => [patient.address, doctor, folder] as const;

    expect(
      await tried(net, {
        'prescribe/wallet': ordering(prescribed, OrderKind.Prescription),
        'prescribe/site': writing(prescribed),
        'prescribe/chain': onChain('prescribe', patient.address, folder, commitment, tomorrow(), 1, ZeroHash),
        'test/wallet': ordering(testOrdered, OrderKind.Test),
        'test/site': writing(testOrdered),
        'test/chain': onChain('orderTest', patient.address, folder, commitment, tomorrow(), ZeroHash),
        'dispense/wallet': fulfilling(dispensed(prescription.id), prescription),
        'dispense/site': writing(dispensed(prescription.id), prescription),
        'dispense/chain': onChain('dispense', ...by(prescription.place), prescription.place.commitment, commitment),
        'report/wallet': fulfilling(reported(testOfWallet.id), testOfWallet),
        'report/site': writing(reported(testOfSite.id), testOfSite),
        'report/chain': onChain('reportTest', ...by(testOfChain.place), testOfChain.place.commitment, commitment),
      }),
    ).toEqual(
      written(`
        -                 None          Registrar     Hospital      EhrManager    Doctor        Lab           Pharmacist    Researcher    Patient       Payer
        prescribe/wallet  role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  role-forbids  role-forbids  role-forbids
        prescribe/site    role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  role-forbids  role-forbids  role-forbids
        prescribe/chain   NotAllowed    NotAllowed    NotAllowed    NotAllowed    yes           NotAllowed    NotAllowed    NotAllowed    NotAllowed    NotAllowed
        test/wallet       role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  role-forbids  role-forbids  role-forbids
        test/site         role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  role-forbids  role-forbids  role-forbids
        test/chain        NotAllowed    NotAllowed    NotAllowed    NotAllowed    yes           NotAllowed    NotAllowed    NotAllowed    NotAllowed    NotAllowed
        dispense/wallet   not-found     role-forbids  role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  not-found
        dispense/site     no-consent    no-consent    no-consent    no-consent    no-consent    no-consent    yes           no-consent    no-consent    no-consent
        dispense/chain    NotAllowed    NotAllowed    NotAllowed    NotAllowed    NotAllowed    NotAllowed    yes           NotAllowed    NotAllowed    NotAllowed
        report/wallet     not-found     role-forbids  role-forbids  role-forbids  role-forbids  yes           role-forbids  role-forbids  role-forbids  not-found
        report/site       no-consent    no-consent    no-consent    no-consent    no-consent    yes           no-consent    no-consent    no-consent    no-consent
        report/chain      NotAllowed    NotAllowed    NotAllowed    NotAllowed    NotAllowed    yes           NotAllowed    NotAllowed    NotAllowed    NotAllowed
      `),
    );
  }, 300_000);

  it('is let in, given keys and opened in an emergency by chain and keepers as the registry’s table says', async () => {
    const net = await everybody();
    const { w, patient, folder, doctor } = net;
    const registryOf =
      (name: string, ...args: readonly unknown[]) =>
      async (session: Session) => {
        const { registry, would } = await chainOf(net, session);
        return would(registry, name, ...args);
      };
    const entry = (at: number) => ({ folder: at, epoch: 0, cid: keccak('cid'), commitment: keccak('commitment') });
    const terms = { grantee: doctor.address, folder: 77, from: 0, until: tomorrow(), purposes: 1, rights: Right.Read };
    const somebody = `0x${'77'.repeat(20)}`;

    // What keepers give to an author: they see neither types nor resources, but who is a member and who may write where.
    const { registry } = patient.newest;
    const { keyring } = (await patient.catalogue.rows.get<FolderRow>(
      folderName(registry.toLowerCase(), patient.address, folder),
    ))!;
    const asked = { chainId: w.network.chainId, registry: registry.toLowerCase(), patient: patient.address };
    const sealing = (at: number) => (session: Session) =>
      outcome(async () => {
        const place = {
          ...asked,
          folder: at,
          epoch: 0,
          author: session.address,
          commitment: fromHex(keccak('commitment').slice(2)),
        };
        return session.keepers!.seal({ folder: { ...asked, folder: at }, keyring: keyring!, places: [place] });
      });
    await w
      .registry(await w.evm.impersonate(patient.address))
      .getFunction('allowEmergency')
      .send([folder], true);

    const enrolling = ROLES.map(([name, role]) => [`enrol/${name}`, registryOf('enrol', somebody, role)] as const);
    expect(
      await tried(net, {
        ...Object.fromEntries(enrolling),
        'grant/own-folder': registryOf('grant', [terms], keccak('receipt')),
        "grant/in-patient's-place": registryOf(
          'grantAs',
          patient.address,
          [{ ...terms, folder, grantee: somebody }],
          keccak('receipt'),
        ),
        'addRecord/granted': registryOf('addRecord', entry(folder), patient.address),
        'addRecord/not-granted': registryOf('addRecord', entry(folder + 1), patient.address),
        'seal/granted': sealing(folder),
        breakGlass: registryOf('breakGlass', patient.address, folder, keccak('note')),
        setOrigin: registryOf('setOrigin', keccak('origin'), true),
      }),
    ).toEqual(
      written(`
        -                         None         Registrar    Hospital     EhrManager   Doctor       Lab          Pharmacist   Researcher   Patient      Payer
        enrol/None                MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Registrar           MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Hospital            MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/EhrManager          MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Doctor              MayNotEnrol  MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Lab                 MayNotEnrol  MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Pharmacist          MayNotEnrol  MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Researcher          MayNotEnrol  MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Patient             MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        enrol/Payer               MayNotEnrol  yes          MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol  MayNotEnrol
        grant/own-folder          NotA         NotA         NotA         NotA         NotA         NotA         NotA         NotA         yes          NotA
        grant/in-patient's-place  NotActive    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent
        addRecord/granted         NotActive    yes          yes          yes          yes          yes          yes          yes          yes          yes
        addRecord/not-granted     NotActive    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent    NoConsent
        seal/granted              no-consent   yes          yes          yes          yes          yes          yes          yes          yes          yes
        breakGlass                NotA         NotA         NotA         NotA         yes          NotA         NotA         NotA         NotA         NotA
        setOrigin                 NotA         NotA         yes          NotA         NotA         NotA         NotA         NotA         NotA         NotA
      `),
    );

    // Once the patient ended it, a keeper gives nothing to anybody.
    for (const { role, session } of net.all) {
      if (role === Role.None) continue;
      await w
        .registry(await w.evm.impersonate(patient.address))
        .getFunction('revoke')
        .send(session.address, [folder]);
    }
    expect(await tried(net, { 'seal/ended': sealing(folder) })).toEqual(
      written(`
        -           None        Registrar   Hospital    EhrManager  Doctor      Lab         Pharmacist  Researcher  Patient     Payer
        seal/ended  no-consent  no-consent  no-consent  no-consent  no-consent  no-consent  no-consent  no-consent  no-consent  no-consent
      `),
    );
  }, 300_000);
});
