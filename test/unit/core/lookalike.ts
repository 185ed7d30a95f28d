import { AbiCoder, concat, id, zeroPadValue, type JsonRpcSigner } from 'ethers';

/**
 * Of each call it logs what it is told: number of topics (3 or 4), four words of topics, data. As anybody may put such a contract on a
 * chain, what a registry would never say can be looked at too.
 */
const RUNTIME =
  '60a036038060a060003760003560031460245760803560603560403560203584' + '6000a4005b606035604035602035836000a300';
const INIT = '603380600b6000396000f3';

type Value = string | number;
const NOBODY = `0x${'00'.repeat(20)}`;
const word = (value: Value): string =>
  typeof value === 'number' ? AbiCoder.defaultAbiCoder().encode(['uint256'], [value]) : zeroPadValue(value, 32);

/** A contract that logs what a registry would. */
export async function lookalike(by: JsonRpcSigner) {
  const made = await (await by.sendTransaction({ data: `0x${INIT}${RUNTIME}` })).wait();
  const to = made?.contractAddress ?? '';
  async function log(signature: string, topics: readonly Value[], data: readonly Value[] = []) {
    const words = [id(signature), ...topics.map(word)];
    const padded = [...words, ...Array<string>(4 - words.length).fill(word(0))];
    const call = concat([word(Math.max(3, words.length)), ...padded, ...data.map(word)]);
    const receipt = await (await by.sendTransaction({ to, data: call })).wait();
    return { block: receipt!.blockNumber, transaction: receipt!.hash, index: receipt!.logs[0]!.index };
  }
  await log('OwnershipTransferred(address,address)', [NOBODY, by.address]);
  return {
    address: to.toLowerCase(),
    fromBlock: made!.blockNumber,
    enrolled: (who: string, role: number, by_: string) => log('Enrolled(address,uint8,address)', [who, role, by_]),
    removed: (who: string) => log('Removed(address,address)', [who, by.address]),
    suspended: (who: string, on: boolean) => log('Suspended(address,address,bool)', [who, by.address], [on ? 1 : 0]),
    struck: (who: string, count: number, until: number) =>
      // It has two topics and one of nothing here, which nobody looks at.
      log('Struck(address,uint8,uint40)', [who], [count, until]),
    cleared: (who: string) => log('StrikesCleared(address)', [who]),
    recorded: (recordId: string, patient: string, author: string, cid: string, root: string) =>
      log(
        'RecordAdded(bytes32,address,address,uint48,uint16,bytes32,bytes32)',
        [recordId, patient, author],
        [1, 0, cid, root],
      ),
  };
}
