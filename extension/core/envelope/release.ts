/** A port that nobody listens to any more: what is sent there is gone. */
const nowhere = ((): MessagePort => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

/**
 * Gives a buffer's memory back now, not when the garbage collector comes by: a long stream would otherwise grow by hundreds of
 * megabytes in between. The bytes are gone afterwards, so only their one owner may call this.
 *
 * `buffer.transfer(0)` would be plainer, but where a buffer has been through WebCrypto or IndexedDB, Chromium keeps its memory
 * until the next collection all the same. Sent away, it is freed.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  nowhere.postMessage(undefined, [bytes.buffer]);
}
