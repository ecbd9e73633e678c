// Long loops over pixels in slices, so that the event loop keeps turning between them.

import { setImmediate } from "node:timers/promises";

// A millisecond or two of a simple loop.
const pixelsPerSlice = 1 << 16;

/** Calls `work(from, to)` over 0…count, slice by slice; other callbacks run in between. */
export async function inSlices(count: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < count; from += pixelsPerSlice) {
    if (from > 0) await setImmediate();
    work(from, Math.min(count, from + pixelsPerSlice));
  }
}
