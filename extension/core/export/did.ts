/** An account as a decentralised identifier (CAIP-10, did:pkh). */
export const didOf = (chainId: number, account: string): string => `did:pkh:eip155:${chainId}:${account}`;

/** The same as FHIR has identifiers. */
export const didIdentifier = (chainId: number, account: string) => ({
  system: 'urn:ietf:rfc:3986',
  value: didOf(chainId, account),
});

/** Code system of purposes of use. */
export const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** FHIR instant. @param seconds Unix time */
export const instantOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
