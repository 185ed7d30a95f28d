/** The part of the SDK for web pages. Servers import `server.ts`. */
export * from './client.ts';
export type { Amount, BillTerms, Called, Found, HandedOut, PrescriptionTerms, TestTerms, VisitTerms } from './care.ts';
export { HealthError } from './health-error.ts';
export { findWallet, WALLET_RDNS, WalletNotFound, type FindWalletOptions, type Provider } from './provider.ts';
export type {
  Access,
  Capabilities,
  Consent,
  ConsentChanged,
  RecordAdded,
  EndedConsent,
  HealthRecord,
  Offered,
  Order,
  OpenedRecord,
  RecordPage,
  RecordProvenance,
  Verification,
  Written,
} from './results.ts';
