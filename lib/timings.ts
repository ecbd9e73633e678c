// How long the stages of a result took.

import { readTimings } from "./native-facts.js";

/** Milliseconds of each stage. In a list, pictures share a batch: `network` is that of their batch. */
export interface Timings {
  /** Reading and decoding, without loading the decoder itself; 0 for raw pixels. */
  readonly decode: number;
  /** Waiting for earlier requests. */
  readonly queue: number;
  readonly preprocess: number;
  /** Where a request is launched whole (`cudaGraphs`): everything on the GPU, the other stages being part of it. */
  readonly network: number;
  readonly postprocess: number;
  /** From the call to its end, the whole list where there is one. */
  readonly total: number;
}

/** Time spent outside native code, milliseconds. */
export interface OuterTimings {
  readonly decode: number;
  readonly total: number;
}

/** Joins them with those of native code. */
export function joinTimings(facts: Float64Array, { decode, total }: OuterTimings): Timings {
  return { decode, ...readTimings(facts), total };
}
