/** The part of the SDK for web pages. Servers import `server.ts`. */
export * from './client.ts';
export { HealthError } from './health-error.ts';
export { findWallet, WALLET_RDNS, WalletNotFound, type FindWalletOptions, type Provider } from './provider.ts';
export type {
  Access,
  Capabilities,
  Consent,
  ConsentChanged,
  EndedConsent,
  HealthRecord,
  Offered,
  OpenedRecord,
  RecordPage,
  RecordProvenance,
  Verification,
  Written,
} from './results.ts';
