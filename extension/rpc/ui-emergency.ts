import * as v from 'valibot';
import { EMERGENCY_REASONS, type EmergencyReason } from '../core/consent/emergency-reason.ts';
import type { Section } from '../core/records/sections.ts';
import { openableInEmergency, openInEmergency } from '../core/wallet/break-glass.ts';
import {
  allowedInEmergency,
  allowInEmergency,
  emergencies,
  endEmergency,
  type EmergencyView,
} from '../core/wallet/emergency.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { account, section } from './ui-arguments.ts';

/** Arguments of the calls of {@link createEmergencyCalls}. */
export const EMERGENCY_ARGUMENTS = {
  allowedInEmergency: v.tuple([]),
  allowInEmergency: v.tuple([v.array(section)]),
  emergencies: v.tuple([]),
  endEmergency: v.tuple([account]),
  openableInEmergency: v.tuple([account]),
  openInEmergency: v.tuple([account, v.picklist(EMERGENCY_REASONS)]),
} as const;

/** The calls of the wallet's own screens about emergencies: the patient's, and the doctor's. */
export function createEmergencyCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    async allowedInEmergency(): Promise<readonly Section[]> {
      return allowedInEmergency(await wallet.session());
    },
    async allowInEmergency(sections: readonly Section[]): Promise<void> {
      await allowInEmergency(await wallet.session(), sections).finally(changed);
      void wallet.sync();
    },
    async emergencies(): Promise<readonly EmergencyView[]> {
      return emergencies(await wallet.session());
    },
    async endEmergency(who: string): Promise<void> {
      await endEmergency(await wallet.session(), who).finally(changed);
    },
    /** How many sections of a patient could be opened now. */
    async openableInEmergency(patient: string): Promise<number> {
      return openableInEmergency(await wallet.session(), patient);
    },
    async openInEmergency(patient: string, reason: EmergencyReason): Promise<void> {
      await openInEmergency(await wallet.session(), patient, reason).finally(changed);
    },
  };
}
