/** How sure it is that something stays as it is. */
export type Settlement = 'pending' | 'recorded' | 'final';

/** @param final newest block that will not be undone */
export const settlementOf = (block: number, final: number): Settlement =>
  block === 0 ? 'pending' : block <= final ? 'final' : 'recorded';
