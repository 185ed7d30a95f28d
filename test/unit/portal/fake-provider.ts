import type { Provider, RequestArguments } from '../../../portal/sdk/provider.ts';

/** A wallet that answers from a table; `calls` lists what it was asked. */
export function fakeProvider(answers: Record<string, (params: unknown) => unknown>): Provider & {
  calls: RequestArguments[];
  emit(event: string, data: unknown): void;
} {
  const listeners = new Map<string, Set<(data: unknown) => void>>();
  const calls: RequestArguments[] = [];
  return {
    calls,
    emit: (event, data) => listeners.get(event)?.forEach((listener) => listener(data)),
    async request(args) {
      calls.push(args);
      return Promise.resolve(answers[args.method]?.(args.params));
    },
    on: (event, listener) => listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
    removeListener: (event, listener) => listeners.get(event)?.delete(listener),
  };
}

export const PATIENT = `0x${'a1'.repeat(20)}`;
export const DOCTOR = `0x${'d0'.repeat(20)}`;
export const HASH = `0x${'5e'.repeat(32)}`;

/** A row of a list as the wallet gives it. */
export const record = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  patient: PATIENT,
  author: DOCTOR,
  section: 'results',
  type: 'Observation',
  title: 'Potassium',
  date: '2026-11-02',
  mediaType: 'application/fhir+json',
  size: 120,
  block: 7,
  transactionHash: HASH,
  ...more,
});
