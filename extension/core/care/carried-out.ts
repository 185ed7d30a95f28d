import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import { OrderKind } from './orders-abi.ts';

/** System of the identifier by which a resource names an order (`order-id.ts`). */
const ORDER = 'urn:salus:order';

/** Types of FHIR R4 resources that carry an order out, what kind of order that is, and where they name it. */
const CARRIES_OUT: Readonly<Record<string, { readonly kind: OrderKind; readonly element: string }>> = {
  MedicationDispense: { kind: OrderKind.Prescription, element: 'authorizingPrescription' },
  DiagnosticReport: { kind: OrderKind.Test, element: 'basedOn' },
};
const ruleOf = ({ resourceType }: Resource) =>
  Object.hasOwn(CARRIES_OUT, resourceType) ? CARRIES_OUT[resourceType] : undefined;

/** Kind of the orders that such a resource carries out; undefined for one that carries out none. */
export const kindCarriedOut = (resource: Resource): OrderKind | undefined => ruleOf(resource)?.kind;

/** The resource, saying that it carries out this order and no other. @param order id, 0x hex */
export function carryingOut(resource: Resource, order: string): Resource {
  const rule = ruleOf(resource);
  return rule === undefined
    ? resource
    : { ...resource, [rule.element]: [{ identifier: { system: ORDER, value: order } }] };
}

/** Whether a resource says that it carries out this order, and no other. @param order id, 0x hex */
export function saysItCarriesOut(resource: Resource, order: string): boolean {
  const rule = ruleOf(resource);
  if (rule === undefined) return false;
  const named = listAt(resource, rule.element)
    .map((reference) => at(reference, 'identifier'))
    .filter((identifier) => textAt(identifier, 'system') === ORDER)
    .map((identifier) => textAt(identifier, 'value')?.toLowerCase());
  return named.length === 1 && named[0] === order.toLowerCase();
}
