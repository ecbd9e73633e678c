// What AutoModel.fromPretrained takes: the public types and their checks. Bad options stop here,
// before any file is read or native code runs.

import type { OnFull } from "./admission.js";
import {
  booleanOption,
  choiceOption,
  integerOption,
  invalidOption,
  numberOption,
  optionObject,
  signalOption,
  stringOption,
} from "./checks.js";
import { DeepLabError } from "./errors.js";
import type { NativeSessionOptions } from "./native.js";
import { parseRecommendedParameters, type RecommendedParameters } from "./thresholds.js";

/** Settings of the ONNX Runtime session. */
export interface SessionOptions {
  /** Threads inside one operator; 0 lets the runtime choose: one a physical core. @default 0 */
  readonly intraOpThreads?: number;
  /** Threads across operators; 0 lets the runtime choose. @default 0 */
  readonly interOpThreads?: number;
  /** How much the graph may be rewritten at load. @default "all" */
  readonly graphOptimization?: "disabled" | "basic" | "extended" | "all";
  /** Keep freed memory for the next run. @default true */
  readonly memoryArena?: boolean;
  /** Plan one block of memory for all tensors of a run. @default true */
  readonly memoryPattern?: boolean;
  /** Let idle threads spin for a moment before they sleep: quicker, but busy. @default true */
  readonly spinning?: boolean;
}

/** Options of `AutoModel.fromPretrained`. */
export interface FromPretrainedOptions {
  /**
   * What executes the network. `"auto"` takes the best that the package and this machine allow; `info().reason`
   * says why. `"trt"` and `"torch"` are named errors in this version.
   * @default "auto"
   */
  readonly backend?: "auto" | "onnx" | "trt" | "torch";
  /** `"auto"`, `"cpu"` or `"cuda:N"`. @default "auto" */
  readonly device?: "auto" | "cpu" | `cuda:${number}`;
  /** Vendor libraries to use instead of those found by themselves. */
  readonly runtime?: {
    /** Path of `libonnxruntime`; a bare file name is left to the system's own search. */
    readonly onnxruntime?: string;
  };
  /** Settings of the inference session. */
  readonly session?: SessionOptions;
  /** Thresholds found when the model was evaluated; `confidence: "best"` uses them. */
  readonly recommendedParameters?: RecommendedParameters;
  /**
   * Accept a network whose number of channels fits neither the class names, nor one less, nor 1, as the
   * reference does.
   * @default false
   */
  readonly allowClassMismatch?: boolean;
  /**
   * Most images in one run of a network of open batch size, of one call or of several that wait. A package's own
   * limit counts where it is lower. Whether it pays is measured by `warmUp()`; without one, the first runs in which
   * several calls can share try both, and from then on calls share only if that was a tenth quicker an image
   * (`stats().sharedImages`). With `maxBatchDelay` and no `warmUp()` they always do.
   * @default 8
   */
  readonly maxBatch?: number;
  /**
   * Milliseconds an image may wait for others to share its run while nothing else is to be done: throughput for
   * latency. 0 never waits.
   * @default 0
   */
  readonly maxBatchDelay?: number;
  /**
   * Most runs under way at once, each in another stage: one is pre-processed while another is in the network. 0
   * lets the backend choose: 1 for ONNX Runtime on a CPU, whose network keeps all cores busy anyway.
   * @default 0
   */
  readonly maxInFlight?: number;
  /**
   * Most images that may wait while others are in work. The default keeps a network busy that takes 8 at once, and
   * bounds what is held: at 50 ms an image the last one waits three seconds, and 64 decoded 1080p pictures are 400 MB.
   * A list that is longer is taken when nothing else is in work.
   * @default 64
   */
  readonly maxQueue?: number;
  /**
   * What happens to calls beyond `maxQueue`: `"wait"` keeps them in order, before anything is decoded; `"reject"`
   * makes them `QUEUE_FULL` at once. Calls that wait are not bounded themselves, and their raw pixels are copied at the
   * call all the same: who makes calls faster than they are answered wants `"reject"`, or `stream()`.
   * @default "wait"
   */
  readonly onFull?: OnFull;
  /**
   * Leave a linear interpolation at the network's end to post-processing, which resizes the logits anyway: quicker,
   * and equal within float rounding. `info().headCut` says whether there was one.
   * @default true
   */
  readonly headCut?: boolean;
  /**
   * Aborts loading: the promise rejects with `signal.reason` at once. A network that is being loaded is released as
   * soon as it is there.
   */
  readonly signal?: AbortSignal;
}

/** `FromPretrainedOptions`, complete and checked. */
export interface LoadSettings {
  readonly backend: "auto" | "onnx";
  readonly device: string;
  readonly onnxruntime: string | undefined;
  readonly session: NativeSessionOptions;
  readonly recommended: RecommendedParameters;
  readonly allowClassMismatch: boolean;
  readonly maxBatch: number;
  readonly maxBatchDelay: number;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly onFull: OnFull;
  readonly headCut: boolean;
  readonly signal: AbortSignal | undefined;
}

const where = "options of AutoModel.fromPretrained()";
const keys = [
  "backend",
  "device",
  "runtime",
  "session",
  "recommendedParameters",
  "allowClassMismatch",
  "maxBatch",
  "maxBatchDelay",
  "maxInFlight",
  "maxQueue",
  "onFull",
  "headCut",
  "signal",
];
const sessionKeys = [
  "intraOpThreads",
  "interOpThreads",
  "graphOptimization",
  "memoryArena",
  "memoryPattern",
  "spinning",
];
const graphLevels = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const maxThreads = 1024;
// More images at once cost memory and gain little on a CPU.
const defaultBatch = 8;
const defaultQueue = 64;

/**
 * Checks and completes the options of `fromPretrained`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, BACKEND_UNAVAILABLE
 */
export function parseLoadOptions(options: unknown): LoadSettings {
  const given = optionObject(options, where, keys);
  const runtime = optionObject(given.runtime, "option runtime", ["onnxruntime"]);
  return {
    backend: parseBackend(given.backend),
    device: parseDevice(given.device),
    onnxruntime: stringOption(runtime.onnxruntime, "runtime.onnxruntime"),
    session: parseSession(given.session),
    recommended: parseRecommendedParameters(given.recommendedParameters),
    allowClassMismatch: booleanOption(given.allowClassMismatch, "allowClassMismatch", false),
    maxBatch: integerOption(given.maxBatch, "maxBatch", 1, 1024, defaultBatch),
    maxBatchDelay: numberOption(given.maxBatchDelay, "maxBatchDelay", 0, 60_000, 0),
    maxInFlight: integerOption(given.maxInFlight, "maxInFlight", 0, 64, 0),
    maxQueue: integerOption(given.maxQueue, "maxQueue", 1, 2 ** 20, defaultQueue),
    onFull: choiceOption(given.onFull, "onFull", ["wait", "reject"], "wait"),
    headCut: booleanOption(given.headCut, "headCut", true),
    signal: signalOption(given.signal),
  };
}

function parseBackend(value: unknown): "auto" | "onnx" {
  const backend = choiceOption(value, "backend", ["auto", "onnx", "trt", "torch"], "auto");
  if (backend === "auto" || backend === "onnx") return backend;
  throw backendNotYet(backend, `Backend "${backend}" was asked for`);
}

/** The error for a backend that has a name but no code in this version. */
export function backendNotYet(backend: "trt" | "torch", why: string): DeepLabError {
  return new DeepLabError(
    "BACKEND_UNAVAILABLE",
    `${why}, but this version of deeplab-rt runs ONNX packages only: "${backend}" is not yet part of it.`,
    {
      detail: { backend, usable: ["onnx"] },
      hint: 'use a package with weights.onnx and { backend: "onnx" } or "auto".',
    },
  );
}

function parseDevice(value: unknown): string {
  if (value === undefined) return "auto";
  if (typeof value === "string" && /^(auto|cpu|cuda:\d{1,3})$/.test(value)) return value;
  const more = value === "cuda" || value === "gpu" ? ' Did you mean "cuda:0"?' : "";
  return invalidOption("device", '"auto", "cpu" or "cuda:N"', value, more);
}

function parseSession(value: unknown): NativeSessionOptions {
  const given = optionObject(value, "option session", sessionKeys);
  const levels = Object.keys(graphLevels) as (keyof typeof graphLevels)[];
  return {
    intraOpThreads: integerOption(given.intraOpThreads, "session.intraOpThreads", 0, maxThreads, 0),
    interOpThreads: integerOption(given.interOpThreads, "session.interOpThreads", 0, maxThreads, 0),
    graphOptimization:
      graphLevels[choiceOption(given.graphOptimization, "session.graphOptimization", levels, "all")],
    memoryArena: booleanOption(given.memoryArena, "session.memoryArena", true),
    memoryPattern: booleanOption(given.memoryPattern, "session.memoryPattern", true),
    spinning: booleanOption(given.spinning, "session.spinning", true),
  };
}
