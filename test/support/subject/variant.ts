// Which of the ways through the product this run of the tests takes. scripts/testing/levels/ sets these variables; a
// run without them takes the product's own defaults.

import type { FromPretrainedOptions } from "deeplab-rt";

function choice(name: string): boolean | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  if (value !== "on" && value !== "off") throw new Error(`${name} must be on or off, found "${value}"`);
  return value === "on";
}

function command(name: string): readonly string[] | undefined {
  const value = process.env[name];
  return value === undefined || value === "" ? undefined : (JSON.parse(value) as string[]);
}

export const variant = {
  /** Interpolations at the network's end are cut off and joined to the final resize. */
  headCut: choice("DEEPLAB_TEST_HEAD_CUT"),
  /** Requests are sent together and share batches; off: one by one. */
  batching: choice("DEEPLAB_TEST_BATCHING"),
  /** The kernels' instruction set that was asked for. */
  simd: process.env.DEEPLAB_RT_SIMD || undefined,
  /** A process that answers instead of this one. */
  answerWith: command("DEEPLAB_TEST_ANSWER_WITH"),
} as const;

/** Milliseconds: longer than it takes to send the requests of a test, shorter than anyone wants to wait. */
const batchDelay = 25;

function batchOptions(): FromPretrainedOptions {
  if (variant.batching === undefined) return {};
  return variant.batching ? { maxBatch: 8, maxBatchDelay: batchDelay } : { maxBatch: 1 };
}

/** Under an emulator threads that wait by spinning hold up those that work. */
const emulatedSession = { session: { intraOpThreads: 1 } };

/** What the variant asks of `fromPretrained`. */
export function variantOptions(): FromPretrainedOptions {
  return {
    ...(variant.headCut === undefined ? {} : { headCut: variant.headCut }),
    ...(variant.answerWith === undefined ? {} : emulatedSession),
    ...batchOptions(),
  };
}

/** Whether nothing was asked for. */
export const isDefaultVariant = (): boolean => Object.values(variant).every((value) => value === undefined);
