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

function device(name: string): "trt" | "onnx" | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  if (value !== "trt" && value !== "onnx") throw new Error(`${name} must be trt or onnx, found "${value}"`);
  return value;
}

function gpuDevice(name: string): `cuda:${number}` | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  if (!/^cuda:\d{1,3}$/.test(value)) throw new Error(`${name} must be cuda:N, found "${value}"`);
  return value as `cuda:${number}`;
}

export const variant = {
  /** Interpolations at the network's end are cut off and joined to the final resize. */
  headCut: choice("DEEPLAB_TEST_HEAD_CUT"),
  /** Requests are sent together and share batches; off: one by one. */
  batching: choice("DEEPLAB_TEST_BATCHING"),
  /** The kernels' instruction set that was asked for. */
  simd: process.env.DEEPLAB_RT_SIMD || undefined,
  /** On a GPU, or its double: engines that TensorRT builds, or ONNX Runtime's provider. */
  gpu: device("DEEPLAB_TEST_GPU"),
  /** Which GPU; the first where this names none. */
  device: gpuDevice("DEEPLAB_TEST_DEVICE"),
  /** Requests on a GPU are CUDA graphs. */
  graphs: choice("DEEPLAB_TEST_GRAPHS"),
  /** A process that answers instead of this one. */
  answerWith: command("DEEPLAB_TEST_ANSWER_WITH"),
} as const;

/** Milliseconds: longer than it takes to send the requests of a test, shorter than anyone wants to wait. */
const batchDelay = 25;

function batchOptions(): FromPretrainedOptions {
  if (variant.batching === undefined) return {};
  return variant.batching ? { maxBatch: 8, maxBatchDelay: batchDelay } : { maxBatch: 1 };
}

/** Under an emulator threads that wait by spinning hold up those that work; the doubles of a GPU compute by one. */
const singleThread = { session: { intraOpThreads: 1 } };

/** What the variant asks of `fromPretrained`. */
export function variantOptions(): FromPretrainedOptions {
  return {
    ...(variant.headCut === undefined ? {} : { headCut: variant.headCut }),
    ...(variant.answerWith === undefined && variant.gpu === undefined ? {} : singleThread),
    ...batchOptions(),
  };
}

/** More than any golden picture has. */
const openSizes = {
  minSize: { width: 1, height: 1 },
  optSize: { width: 128, height: 128 },
  maxSize: { width: 2048, height: 2048 },
};

/** What tests that ask for the CPU get instead, where the run is about a GPU. `isOpen`: the package states no size. */
export function gpuOptions(isOpen: boolean): FromPretrainedOptions {
  if (variant.gpu === undefined) return {};
  const graphs = variant.graphs === true ? { cudaGraphs: true } : {};
  const device = variant.device ?? "cuda:0";
  if (variant.gpu === "onnx") return { backend: "onnx", device, ...singleThread, ...graphs };
  const engine = { maxBatch: 8, headCut: variant.headCut !== false, ...(isOpen && openSizes) };
  return { backend: "trt", device, engine, ...graphs };
}

/** Whether nothing was asked for. */
export const isDefaultVariant = (): boolean => Object.values(variant).every((value) => value === undefined);

/** Whether the doubles answer for the GPU: they compute what the CPU's scalar level does, to the bit. */
export const onDoubles = (): boolean => Boolean(process.env.DEEPLAB_RT_DOUBLES);

/** Whether networks are computed by another kind of processor than that which made the golden set. */
export const onOtherProcessor = (): boolean =>
  variant.answerWith !== undefined || (variant.gpu !== undefined && !onDoubles());
