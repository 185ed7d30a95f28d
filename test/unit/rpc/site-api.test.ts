import { verifyMessage } from 'ethers';
import { describe, expect, it } from 'vitest';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { originHash } from '../../../extension/core/registry/client.ts';
import { importOwn } from '../core/wallets.ts';
import { walletWorld } from './wallet-world.ts';

const CLINIC = 'https://clinic.example';
const OTHER = 'https://other.example';
const ACCOUNTS = [{ eth_accounts: {} }];
const error = (code: number, reason?: string) => expect.objectContaining({ code, ...(reason && { reason }) }) as Error;

describe('permissions (EIP-2255)', () => {
  it('are what there is: the account of a connected site, and one for each live consent it asked for', async () => {
    const w = await walletWorld();
    const account = w.session.address.toLowerCase();
    const accounts = {
      invoker: CLINIC,
      parentCapability: 'eth_accounts',
      caveats: [{ type: 'restrictReturnedAccounts', value: [account] }],
    };
    expect(await w.ask(CLINIC, 'wallet_getPermissions')).toEqual([]);

    const requested = w.ask(CLINIC, 'wallet_requestPermissions', ACCOUNTS);
    await w.approve();
    expect(await requested).toEqual([accounts]);
    expect(await w.ask(CLINIC, 'wallet_requestPermissions', ACCOUNTS)).toEqual([accounts]);
    expect(w.opened.length).toBe(1);

    const id = await w.consentFor(CLINIC);
    const until = expect.any(Number) as number;
    expect(await w.ask(CLINIC, 'wallet_getPermissions')).toEqual([
      accounts,
      {
        id,
        invoker: CLINIC,
        parentCapability: 'health_access',
        caveats: [
          { type: 'sections', value: ['allergies'] },
          { type: 'purpose', value: 'TREAT' },
          { type: 'expiry', value: until },
        ],
      },
    ]);
    expect(await w.ask(OTHER, 'wallet_getPermissions')).toEqual([]);
    w.state.locked = true;
    expect(await w.ask(CLINIC, 'wallet_getPermissions')).toEqual([]);
  });

  it('are given back without a question, also those that were never given', async () => {
    const w = await walletWorld();
    expect(await w.ask(CLINIC, 'wallet_revokePermissions', ACCOUNTS)).toBeNull();
    expect(w.events).toEqual([]);
    await w.connect(CLINIC);
    await w.connect(OTHER);
    w.events.length = 0;

    expect(await w.ask(CLINIC, 'wallet_revokePermissions', ACCOUNTS)).toBeNull();

    expect(w.events).toEqual([[CLINIC, 'accountsChanged', []]]);
    expect(await w.ask(CLINIC, 'eth_accounts')).toEqual([]);
    expect(await w.ask(OTHER, 'eth_accounts')).toEqual([w.session.address.toLowerCase()]);
    expect(w.opened.length).toBe(2);
  });

  it('take their requests with them: a signature asked for before is not given after', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    const answer = expect(w.ask(CLINIC, 'personal_sign', ['hello', w.session.address])).rejects.toEqual(error(4001));
    const approval = await w.prompt();
    await w.ask(CLINIC, 'wallet_revokePermissions', ACCOUNTS);
    await answer;
    await expect(w.prompts.carryOut(approval, {})).rejects.toMatchObject({ code: 'bad-request' });
  });

  it.each([
    [undefined],
    [[]],
    [[{}]],
    [[{ health_access: {} }]],
    [[{ eth_accounts: {}, snap: {} }]],
    [[{ eth_accounts: 1 }]],
  ])('are refused as %j', async (params) => {
    const w = await walletWorld();
    for (const method of ['wallet_requestPermissions', 'wallet_revokePermissions']) {
      await expect(w.ask(CLINIC, method, params)).rejects.toEqual(error(-32602, 'params'));
    }
  });
});

describe('consents', () => {
  it('are told to the site that asked for them, and to no other', async () => {
    const w = await walletWorld();
    await expect(w.ask(CLINIC, 'health_getConsents')).rejects.toEqual(error(4100, 'not-connected'));
    await w.connect(CLINIC);
    await w.connect(OTHER);
    const consentId = await w.consentFor(CLINIC);
    const told = {
      consentId,
      recipient: w.doctor.address.toLowerCase(),
      sections: ['allergies'],
      purpose: 'TREAT',
      until: expect.any(Number) as number,
    };
    expect(await w.ask(CLINIC, 'health_getConsents')).toEqual([{ ...told, live: true }]);
    expect(await w.ask(OTHER, 'health_getConsents')).toEqual([]);
  });

  it('are ended by the site that asked for them without a question, once, and by no other', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    await w.connect(OTHER);
    const consentId = await w.consentFor(CLINIC);
    w.events.length = 0;
    await expect(w.ask(OTHER, 'health_endConsent', { consentId })).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.ask('https://third.example', 'health_endConsent', { consentId })).rejects.toEqual(
      error(4100, 'not-connected'),
    );
    expect(await w.ask(CLINIC, 'health_getConsents')).toMatchObject([{ live: true }]);
    expect(w.events).toEqual([]);

    expect(await w.ask(CLINIC, 'health_endConsent', [{ consentId }])).toEqual({ consentId, live: false });

    expect(w.events).toEqual([[CLINIC, 'consentChanged', { consentId, live: false }]]);
    expect(await w.ask(CLINIC, 'health_getConsents')).toMatchObject([{ consentId, live: false }]);
    expect(await w.ask(CLINIC, 'wallet_getPermissions')).toMatchObject([{ parentCapability: 'eth_accounts' }]);
    expect(await w.ask(CLINIC, 'health_endConsent', { consentId })).toEqual({ consentId, live: false });
    expect(w.opened.length).toBe(2);
  });
});

describe('signatures', () => {
  it('are given for the account a site sees, after the person agreed to all that is shown', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    const text = `Dear ${w.doctor.address}, I agree.`;
    const answer = w.ask(CLINIC, 'personal_sign', [text, w.session.address.toLowerCase()]);
    expect(await w.prompts.view(await w.prompt())).toMatchObject({
      kind: 'sign',
      account: w.session.address,
      site: { origin: CLINIC },
      signable: { form: 'text', text },
      known: [{ address: w.doctor.address, role: 4, active: true }],
    });
    await w.approve();
    expect(verifyMessage(text, (await answer) as string)).toBe(w.session.address);
  });

  it('are refused before anybody is asked: to a stranger, for another account, while locked', async () => {
    const w = await walletWorld();
    const params = ['hello', w.session.address];
    await expect(w.ask(CLINIC, 'personal_sign', params)).rejects.toEqual(error(4100, 'not-connected'));
    await w.connect(CLINIC);
    await expect(w.ask(CLINIC, 'personal_sign', ['hello', w.doctor.address])).rejects.toEqual(
      error(4100, 'not-your-account'),
    );
    w.state.locked = true;
    await expect(w.ask(CLINIC, 'personal_sign', params)).rejects.toEqual(error(4100, 'not-connected'));
    expect(w.opened.length).toBe(1);
  });

  it('are waited for by a page that asks again, also when the wallet locked itself meanwhile', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    const ask = () => w.ask(CLINIC, 'personal_sign', ['hello', w.session.address], 'a1');
    const first = ask();
    await w.prompt();
    w.state.locked = true;
    const again = ask();
    await expect(w.prompts.carryOut(await w.prompt(), {})).rejects.toMatchObject({ code: 'vault-locked' });
    w.state.locked = false;
    await w.approve();
    expect(await again).toBe(await first);
    expect(w.opened.length).toBe(2);
  });

  it('are refused for the registry’s own acts, so that no consent is given blindly', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    const { chainId, registry } = w.network;
    const types = { Wish: [{ name: 'for', type: 'string' }] };
    const ask = (data: object) => w.ask(CLINIC, 'eth_signTypedData_v4', [w.session.address, data]);
    const data = { types, primaryType: 'Wish', message: { for: 'peace' } };
    await expect(ask({ ...data, domain: { chainId, verifyingContract: registry } })).rejects.toEqual(
      error(4100, 'use-health-methods'),
    );
    await expect(ask({ ...data, domain: { chainId: chainId + 1 } })).rejects.toEqual(error(-32602, 'wrong-chain'));
    await expect(ask({ ...data, domain: { chainId }, message: {} })).rejects.toMatchObject({ code: 'not-signable' });
    expect(w.opened.length).toBe(1);
  });
});

describe('wallet_switchEthereumChain', () => {
  it('agrees to the chain there is and knows no other', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    w.opened.length = 0;
    const chainId = `0x${w.network.chainId.toString(16)}`;
    expect(await w.ask(CLINIC, 'wallet_switchEthereumChain', [{ chainId }])).toBeNull();
    await expect(w.ask(CLINIC, 'wallet_switchEthereumChain', [{ chainId: '0x1' }])).rejects.toEqual(error(4902));
    for (const params of [[{ chainId: 1 }], [{}], [], undefined]) {
      await expect(w.ask(CLINIC, 'wallet_switchEthereumChain', params)).rejects.toEqual(error(-32602, 'params'));
    }
  });
});

describe('health_addNetwork', () => {
  it('has a network after a yes, and asks again to use it', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    w.opened.length = 0;
    const regional = { ...w.network, name: 'Regional', chainId: 5, registry: `0x${'ab'.repeat(20)}` };
    const answer = w.ask(CLINIC, 'health_addNetwork', regional);
    expect(await w.prompts.view(await w.prompt())).toMatchObject({ kind: 'network', use: false });
    expect(w.added).toEqual([]);
    await w.approve();
    expect(await answer).toBeNull();
    expect(w.added).toEqual([regional]);
    expect(w.chosen).toEqual([]);

    const use = w.ask(CLINIC, 'wallet_switchEthereumChain', [{ chainId: '0x5' }]);
    expect(await w.prompts.view(await w.prompt())).toMatchObject({ kind: 'network', use: true, network: regional });
    await w.approve();
    expect(await use).toBeNull();
    await expect.poll(() => w.chosen).toEqual([`5/${regional.registry}`]);
  });

  it('changes nothing of a network that the wallet has, in use or not', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    w.opened.length = 0;
    const regional = { ...w.network, name: 'Regional', chainId: 5 };
    w.added.push(regional);
    for (const known of [w.network, regional]) {
      const other = { ...known, rpcUrl: 'http://evil.example', managers: ['http://evil.example'], durableAt: 1 };
      expect(await w.ask(CLINIC, 'health_addNetwork', other)).toBeNull();
    }
    expect(w.opened).toEqual([]);
    expect(w.added).toEqual([regional]);
  });

  it('is refused by the name of the field where the description is not one', async () => {
    const w = await walletWorld();
    await w.connect(CLINIC);
    w.opened.length = 0;
    for (const change of [{ rpcUrl: 'ftp://x.example' }, { registry: '0x1' }, { managers: [] }, { durableAt: 99 }]) {
      const asked = w.ask(CLINIC, 'health_addNetwork', { ...w.network, ...change });
      await expect(asked).rejects.toEqual(error(-32602, 'params'));
    }
    expect(w.opened).toEqual([]);
  });
});

describe('what patients share with the account that a site sees', () => {
  const allergy = { resourceType: 'AllergyIntolerance', code: { text: 'Latex' }, patient: { display: 'me' } };

  async function shared() {
    const w = await walletWorld();
    await importOwn(w.session, allergy);
    await drainOutbox(w.session);
    await w.consentFor(CLINIC);
    w.state.isDoctor = true;
    await w.connect(CLINIC);
    await w.connect(OTHER);
    const list = async (site: string, purpose?: string) =>
      (await w.ask(site, 'health_listRecords', purpose ? { purpose } : {})) as {
        records: { id: string }[];
        total: number;
      };
    const { records } = await list(CLINIC);
    const patient = w.session.address;
    return { w, list, patient, id: records[0]?.id ?? '' };
  }
  const nothing = { records: [], total: 0, unreadable: 0 };

  it('is read by the site through which they gave it, and by no other', async () => {
    const { w, list, patient, id } = await shared();
    expect(await list(CLINIC)).toMatchObject({ total: 1 });
    expect(await w.ask(CLINIC, 'health_readRecord', { patient, id })).toMatchObject({ resource: allergy });

    expect(await list(OTHER)).toEqual(nothing);
    await expect(w.ask(OTHER, 'health_readRecord', { patient, id })).rejects.toMatchObject({ code: 'no-consent' });
    const inHand = { patient, id, resource: allergy };
    await expect(w.ask(OTHER, 'health_verifyRecord', inHand)).rejects.toMatchObject({ code: 'no-consent' });
    expect(await w.ask(CLINIC, 'health_verifyRecord', inHand)).toMatchObject({ verified: true });
  });

  it('is read by another site of the same hospital', async () => {
    const { w, list, patient, id } = await shared();
    const hospital = w.registry(w.evm.who.hospital).getFunction('setOrigin');
    await hospital.send(originHash(OTHER), true);
    expect(await list(OTHER)).toEqual(nothing);
    w.pass(61);
    await hospital.send(originHash(CLINIC), true);
    expect(await list(OTHER)).toMatchObject({ total: 1 });
    expect(await w.ask(OTHER, 'health_readRecord', { patient, id })).toMatchObject({ resource: allergy });
  });

  it('is read for what they agreed to, and for nothing else', async () => {
    const { w, list, patient, id } = await shared();
    expect(await list(CLINIC, 'TREAT')).toMatchObject({ total: 1 });
    expect(await list(CLINIC, 'HRESCH')).toEqual(nothing);
    const reading = { patient, id, purpose: 'HRESCH' };
    await expect(w.ask(CLINIC, 'health_readRecord', reading)).rejects.toMatchObject({ code: 'no-consent' });
    await expect(w.ask(CLINIC, 'health_readRecord', { ...reading, purpose: 'fun' })).rejects.toEqual(error(-32602));
  });
});
