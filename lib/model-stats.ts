// What model.stats() counts, and what a warm-up measured.

import type { NativeMemoryStats, NativeModelStats } from "./native.js";

/** Milliseconds of one stage, since the model was loaded. */
export interface StageStats {
  readonly mean: number;
  readonly max: number;
}

/** Whether batches help, as `warmUp()` measured it. */
export interface BatchingInfo {
  /** Size of the network's input that was measured. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Milliseconds of the network for each image, by how many go at once. */
  readonly measured: readonly { readonly images: number; readonly perImage: number }[];
  /** Most images of one call that go at once; longer lists are split. */
  readonly ownImages: number;
  /** Most images of different calls that go at once; 1: sharing a run does not pay on this machine. */
  readonly sharedImages: number;
}

/** What a loaded model has done. Handles that share the network (`info().sharedBy`) share these numbers. */
export interface ModelStats {
  /** Calls; a stream makes one for each image. */
  readonly calls: {
    readonly submitted: number;
    readonly answered: number;
    readonly failed: number;
    /** Aborted, or still waiting at a close. */
    readonly aborted: number;
    /** Not begun by their deadline. */
    readonly expired: number;
    /** Refused as `QUEUE_FULL`, by the network's queue or by this handle. */
    readonly rejected: number;
  };
  /** Images that went through the network. */
  readonly images: number;
  /** Images of calls that wait in the model's queue. */
  readonly waiting: number;
  /** Images of calls of this handle that wait outside, before decoding (`onFull: "wait"`). */
  readonly waitingOutside: number;
  /** Images that are being worked on. */
  readonly running: number;
  /** How many runs had how many images: `[images, runs]`, without those that never were. */
  readonly batches: readonly (readonly [number, number])[];
  /** Milliseconds: of an image, but `network` of a run. */
  readonly timings: {
    readonly queue: StageStats;
    readonly preprocess: StageStats;
    readonly network: StageStats;
    readonly postprocess: StageStats;
  };
  /**
   * Most images of different calls that go together now: what `warmUp()` or, without it, the first runs found to pay;
   * until then `maxBatch`, but while the trial runs images of one call alone.
   */
  readonly sharedImages: number;
  /** Null before `warmUp()`. */
  readonly batching: BatchingInfo | null;
  /** Pooled memory of the process for pixels and results, all models together: in use, and kept for the next. Bytes. */
  readonly memory: {
    readonly used: number;
    readonly idle: number;
    /** Bytes of raw pixels that were copied since the process began; `allocateImage` spares that. */
    readonly copied: number;
  };
}

/** Joins what native code counts and what waits outside of it. */
export function modelStats(
  native: NativeModelStats,
  memory: NativeMemoryStats,
  outside: { readonly waiting: number; readonly refused: number },
): ModelStats {
  const { submitted, answered, failed, aborted, expired } = native;
  const rejected = native.rejected + outside.refused;
  const { queue, preprocess, network, postprocess } = native;
  return {
    calls: { submitted, answered, failed, aborted, expired, rejected },
    images: native.images,
    waiting: native.waiting,
    waitingOutside: outside.waiting,
    running: native.running,
    batches: [...native.batches.entries()].filter(([, runs]) => runs > 0),
    timings: { queue, preprocess, network, postprocess },
    sharedImages: native.sharedBatch,
    batching: batchingInfo(native),
    memory: { used: memory.usedBytes, idle: memory.idleBytes, copied: memory.copiedBytes },
  };
}

/** What the last warm-up measured; null without one. */
export function batchingInfo(native: NativeModelStats): BatchingInfo | null {
  if (native.profile.length === 0) return null;
  return {
    inputWidth: native.profileWidth,
    inputHeight: native.profileHeight,
    measured: native.profile,
    ownImages: native.ownBatch,
    sharedImages: native.sharedBatch,
  };
}
