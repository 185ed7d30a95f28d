import slip39 from 'slip39/src/slip39_helper.js';

// It adds functions to every array and every text of the page, where a loop over names would meet them.
for (const prototype of [Array.prototype, String.prototype]) {
  for (const name of Object.keys(prototype)) Object.defineProperty(prototype, name, { enumerable: false });
}

/**
 * The parts of the `slip39` library that are used: arithmetic, encoding and encryption as SLIP-0039 has them. What it says when
 * something is wrong quotes the words, so nothing that it throws may go further than the functions around it (docs/decisions/0021).
 */
export default slip39;
