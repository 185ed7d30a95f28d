import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Of 0 to 4; below, it is found in under a hundred million guesses. */
const LEAST_SCORE = 3;
/** What anybody would try first for this wallet. */
const OBVIOUS = ['salus', 'wallet', 'health', 'record'];

let estimator: Promise<ZxcvbnFactory> | undefined;

/** Lists of common passwords are large, and of use once: they come when a password is chosen. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new Factory({ dictionary, graphs: adjacencyGraphs });
}

/** Whether somebody who guesses well would find this password: common ones, repetitions, rows of keys, dates, and what is made of them. */
export async function isGuessable(password: string): Promise<boolean> {
  estimator ??= load();
  return (await estimator).check(password, OBVIOUS).score < LEAST_SCORE;
}
