// Building lists of JavaScript from what native code and the worker thread made: with many regions that takes seconds, so
// it is done in slices, between which the event loop turns.

import { setImmediate as nextTurn } from "node:timers/promises";

// Milliseconds of a slice.
const slice = 0.5;
// Numbers at once: some tenths of a millisecond.
const mostNumbers = 16_384;

/** Says when a loop has run long enough: `if (turns.due) await turns.next();`. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #until = performance.now() + slice;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  get due(): boolean {
    return performance.now() >= this.#until;
  }

  /**
   * Lets the event loop turn.
   * @throws signal.reason
   */
  async next(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#until = performance.now() + slice;
  }
}

/**
 * The numbers as a list.
 * @throws signal.reason
 */
export async function listOf(
  numbers: Uint8Array | Uint32Array | Float64Array,
  turns: Turns,
): Promise<number[]> {
  if (numbers.length <= mostNumbers) return Array.from(numbers);
  const list: number[] = [];
  for (let from = 0; from < numbers.length; from += mostNumbers) {
    if (turns.due) await turns.next();
    for (const number of numbers.subarray(from, from + mostNumbers)) list.push(number);
  }
  return list;
}
