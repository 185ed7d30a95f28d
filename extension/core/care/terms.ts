import { digitsAt } from '../fhir/lossless.ts';
import { textAt } from '../fhir/resource.ts';
import { OrderKind } from './orders-abi.ts';

/** How often something that is ordered may be carried out, and until when. */
export interface Terms {
  readonly kind: Exclude<OrderKind, typeof OrderKind.None>;
  /** First Unix second at which it no longer may. */
  readonly until: number;
  /** 1 to 255. */
  readonly times: number;
}

/** The last place on earth where it is still the same day. */
const LAST_ZONE_SECONDS = 12 * 3_600;
const DAY = 86_400;
const MOST_TIMES = 255;

/**
 * What a MedicationRequest (`dispenseRequest`) or a ServiceRequest (`occurrencePeriod`) says of it, which goes on the chain with it. Its
 * last day lasts as long as it is that day somewhere.
 * @returns undefined for anything else, and for one that does not say until when
 */
export function termsOf(resource: { readonly resourceType: string }): Terms | undefined {
  const isDrug = resource.resourceType === 'MedicationRequest';
  if (!isDrug && resource.resourceType !== 'ServiceRequest') return undefined;
  if (textAt(resource, 'intent') !== 'order' || textAt(resource, 'status') !== 'active') return undefined;
  const day = textAt(resource, isDrug ? 'dispenseRequest.validityPeriod.end' : 'occurrencePeriod.end') ?? '';
  const start = Date.parse(`${day.slice(0, 10)}T00:00:00Z`) / 1000;
  if (Number.isNaN(start)) return undefined;
  const until = start + DAY + LAST_ZONE_SECONDS;
  if (!isDrug) return { kind: OrderKind.Test, until, times: 1 };
  const repeats = Number(digitsAt(resource, 'dispenseRequest.numberOfRepeatsAllowed') ?? 0);
  const times = repeats + 1;
  return Number.isInteger(times) && times >= 1 && times <= MOST_TIMES
    ? { kind: OrderKind.Prescription, until, times }
    : undefined;
}
