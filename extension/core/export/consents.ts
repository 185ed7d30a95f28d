import { purposesIn } from '../consent/purposes.ts';
import type { Receipt } from '../consent/receipt.ts';
import { SELECTION, SENSITIVE } from '../records/sections.ts';
import type { ConsentView } from '../wallet/sharing.ts';
import { ACT_REASON, didIdentifier, didOf, instantOf } from './did.ts';

const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const LOINC = 'http://loinc.org';
const ACTIONS = 'http://terminology.hl7.org/CodeSystem/consentaction';
const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const SECTION = 'urn:salus:section';
/** What Consent.provision.action calls our rights. */
const ACTION_OF = { read: 'access', write: 'collect', dispense: 'use', share: 'disclose' } as const;

export interface ConsentsAbout {
  readonly patient: string;
  readonly chainId: number;
}

const isLive = ({ live }: ConsentView): boolean => live.length > 0;

/** One permission as FHIR R4 has it; what the chain says counts, and the receipt gives it words. */
export function consentResource(consent: ConsentView, { patient, chainId }: ConsentsAbout) {
  const { consentId, recipient, rights, purposes, until, sections, receipt, transaction } = consent;
  const name = receipt?.recipientName;
  return {
    resourceType: 'Consent',
    identifier: [
      { system: 'urn:salus:consent', value: consentId },
      { system: 'urn:salus:transaction', value: transaction },
    ],
    status: isLive(consent) ? 'active' : 'inactive',
    scope: { coding: [{ system: SCOPE, code: 'patient-privacy' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0', display: 'Consent Document' }] }],
    patient: { identifier: didIdentifier(chainId, patient) },
    ...(receipt && { dateTime: instantOf(receipt.issued) }),
    performer: [{ identifier: didIdentifier(chainId, consent.by ?? patient) }],
    policy: [{ uri: `urn:salus:registry:${consent.registry}` }],
    provision: {
      type: 'permit',
      period: { ...(receipt && { start: instantOf(receipt.issued) }), end: instantOf(until) },
      actor: [
        {
          role: { coding: [{ system: PARTICIPANT, code: 'IRCP' }] },
          reference: { identifier: didIdentifier(chainId, recipient), ...(name !== undefined && { display: name }) },
        },
      ],
      action: rights.map((right) => ({ coding: [{ system: ACTIONS, code: ACTION_OF[right] }] })),
      purpose: purposesIn(purposes).map((code) => ({ system: ACT_REASON, code })),
      code: [...new Set(sections)].map((section) => ({ coding: [{ system: SECTION, code: section }] })),
    },
  };
}

/**
 * The receipt of a permission, three times: as both sides keep it, by the names of the Kantara Consent Receipt 1.1, and by those of
 * ISO/IEC TS 27560. Without a receipt, what the chain says of it.
 */
export function receiptOf(consent: ConsentView, about: ConsentsAbout) {
  const { consentId, receipt, transaction, block } = consent;
  const anchor = { consentId, transaction, block, state: isLive(consent) ? 'active' : 'ended' };
  return {
    ...anchor,
    kantara: kantara(consent, about),
    iso27560: iso27560(consent, about),
    ...(receipt && { receipt }),
  };
}

const partyName = (receipt: Receipt | undefined, did: string): string => receipt?.recipientName ?? did;

/** Kantara Initiative, Consent Receipt Specification 1.1.0, section 4. */
function kantara(consent: ConsentView, { patient, chainId }: ConsentsAbout) {
  const { receipt, recipient, purposes, sections } = consent;
  const controller = didOf(chainId, recipient);
  return {
    version: 'KI-CR-v1.1.0',
    jurisdiction: 'unknown',
    consentTimestamp: receipt?.issued ?? 0,
    collectionMethod: 'Salus wallet, prompt answered by the patient',
    consentReceiptID: receipt?.recordId ?? consent.consentId,
    language: 'en',
    piiPrincipalId: didOf(chainId, patient),
    piiControllers: [
      {
        piiController: partyName(receipt, controller),
        contact: controller,
        ...(receipt && { piiControllerUrl: receipt.origin }),
      },
    ],
    services: [
      {
        service: receipt?.origin ?? 'unknown',
        purposes: purposesIn(purposes).map((purpose) => ({
          purpose: receipt?.reason ?? purpose,
          purposeCategory: [purpose],
          consentType: 'EXPLICIT',
          piiCategory: [...new Set(sections)],
          primaryPurpose: true,
          termination: instantOf(consent.until),
          thirdPartyDisclosure: false,
        })),
      },
    ],
    sensitive: true,
    spiCat: ['Health'],
  };
}

/** ISO/IEC TS 27560:2023, clause 6. */
function iso27560(consent: ConsentView, { patient, chainId }: ConsentsAbout) {
  const { receipt, recipient, purposes, sections, until } = consent;
  const controller = didOf(chainId, recipient);
  const issued = receipt?.issued;
  return {
    schema_version: 'ISO/IEC TS 27560:2023',
    record_id: receipt?.recordId ?? consent.consentId,
    pii_principal_id: didOf(chainId, patient),
    pii_processing: [
      {
        language: 'en',
        purposes: purposesIn(purposes).map((purpose) => ({
          purpose: receipt?.reason ?? purpose,
          purpose_type: purpose,
          lawful_basis: 'consent',
          pii_information: [...new Set(sections)].map((section) => ({
            pii_type: section,
            special_pii_category: section !== SELECTION && SENSITIVE.has(section) ? 'health, sensitive' : 'health',
          })),
          pii_controllers: [controller],
          processing_method: consent.rights,
          retention_period: instantOf(until),
          withdrawal_method: 'In the wallet, at any time',
          ...(receipt && { services: [receipt.origin] }),
        })),
      },
    ],
    party_identification: [
      { party_id: didOf(chainId, patient), party_role: 'PII principal' },
      { party_id: controller, party_role: 'PII controller', party_name: partyName(receipt, controller) },
    ],
    events: [
      {
        ...(issued !== undefined && { event_time: instantOf(issued), validity_duration: until - issued }),
        entity_id: didOf(chainId, patient),
        event_type: 'explicit consent',
        event_state: isLive(consent) ? 'consent given' : 'consent ended',
      },
    ],
  };
}
