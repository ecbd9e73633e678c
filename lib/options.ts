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
import {
  type EngineLoadOptions,
  type EngineLoadSettings,
  type EngineMode,
  parseEngineLoad,
} from "./compile/load-options.js";
import { type DeviceOptions, type DeviceSettings, deviceKeys, parseDeviceOptions } from "./device-options.js";
import { DeepLabError } from "./errors.js";
import { decodedPixelLimit } from "./image/decode.js";
import { mostPixels } from "./image/raw.js";
import type { ImageRules } from "./image/taken.js";
import { parseAllowUrls } from "./image/url-rules.js";
import { type LogLevel, type LogListener, type LogSettings, parseLog } from "./log.js";
import { parseSession, type SessionOptions, type SessionSettings } from "./session-options.js";
import { parseRecommendedParameters, type RecommendedParameters } from "./thresholds.js";

export type { SessionOptions } from "./session-options.js";

/** Vendor libraries, as paths; a bare file name is left to the system's own search. */
export interface RuntimeOptions {
  /** `libonnxruntime`. */
  readonly onnxruntime?: string | undefined;
  /** NVIDIA's driver, `libcuda.so.1` or `nvcuda.dll`. */
  readonly cuda?: string | undefined;
  /** TensorRT 10, `libnvinfer.so.10` or `nvinfer_10.dll`. */
  readonly tensorrt?: string | undefined;
}

/** Options of `AutoModel.fromPretrained`. */
export interface FromPretrainedOptions extends DeviceOptions {
  /**
   * Which of the package's weights are run: `"onnx"` weights.onnx, `"trt"` engine.plan, which is built where there is
   * only weights.onnx (option `engine`). `"auto"` takes weights.onnx
   * where there is one, for it runs everywhere, and an engine where that is all there is; `info().reason` says what
   * executes it and why. `"torch"` is a named error in this version.
   * @default "auto"
   */
  readonly backend?: "auto" | "onnx" | "trt" | "torch" | undefined;
  /** Vendor libraries to use instead of those found by themselves; one that is named is the only place tried. */
  readonly runtime?: RuntimeOptions | undefined;
  /**
   * How an engine is built where `backend: "trt"` finds weights.onnx and no engine.plan: once for this GPU, TensorRT and
   * driver, and kept in the cache folder. A word is its `mode`.
   * @default "wait"
   */
  readonly engine?: EngineMode | EngineLoadOptions | undefined;
  /**
   * Load an engine.plan that was not built by deeplab-rt for this user on this machine. An engine is a compiled
   * program: set this only for engines from whom you would run a program. Code for the host that an engine may carry
   * is not run in any case.
   * @default false
   */
  readonly trustEngine?: boolean | undefined;
  /** Settings of the inference session. */
  readonly session?: SessionOptions | undefined;
  /** Thresholds found when the model was evaluated; `confidence: "best"` uses them. */
  readonly recommendedParameters?: RecommendedParameters | undefined;
  /**
   * Accept a network whose number of channels fits neither the class names, nor one less, nor 1, as the
   * reference does.
   * @default false
   */
  readonly allowClassMismatch?: boolean | undefined;
  /**
   * Most images in one run of a network of open batch size, of one call or of several that wait. A package's own
   * limit counts where it is lower; an engine's smallest batch, where that is higher. Whether it pays is measured by
   * `warmUp()`; without one, the first runs in which several calls can share try both, and from then on calls share
   * only if that was a tenth quicker an image (`stats().sharedImages`). With `maxBatchDelay` and no `warmUp()` they
   * always do.
   * @default 8, and the largest batch that an engine was built for
   */
  readonly maxBatch?: number | undefined;
  /**
   * Milliseconds an image may wait for others to share its run while nothing else is to be done: throughput for
   * latency. 0 never waits.
   * @default 0
   */
  readonly maxBatchDelay?: number | undefined;
  /**
   * Most runs under way at once, each in another stage: one is pre-processed while another is in the network. 0
   * lets the backend choose: 1 for ONNX Runtime on a CPU, whose network keeps all cores busy anyway, 2 for each GPU with an
   * engine, 1 for each with ONNX Runtime.
   * @default 0
   */
  readonly maxInFlight?: number | undefined;
  /**
   * Most images that may wait while others are in work. The default keeps a network busy that takes 8 at once, and
   * bounds what is held: at 50 ms an image the last one waits three seconds, and 64 decoded 1080p pictures are 400 MB.
   * A list that is longer is taken when nothing else is in work.
   * @default 64
   */
  readonly maxQueue?: number | undefined;
  /**
   * What happens to calls beyond `maxQueue`: `"wait"` keeps them in order, before anything is decoded; `"reject"`
   * makes them `QUEUE_FULL` at once. Calls that wait are not bounded themselves, and their raw pixels are copied at the
   * call all the same: who makes calls faster than they are answered wants `"reject"`, or `stream()`.
   * @default "wait"
   */
  readonly onFull?: OnFull | undefined;
  /**
   * Leave a linear interpolation at the network's end to post-processing, which resizes the logits anyway: quicker,
   * and equal within float rounding. `info().headCut` says whether there was one. An engine was built one way or the
   * other: false refuses one that was built without its last interpolation.
   * @default true
   */
  readonly headCut?: boolean | undefined;
  /**
   * Whether images may be `http:` and `https:` URLs: true for every public host, or a list of hosts, on the scheme's
   * own port (`"images.example.org"`), on another (`"example.org:8443"`) or of all subdomains (`"*.example.org"`).
   * Pictures are fetched from public addresses only, within 30 s, 64 MiB and 5 redirects, each checked as the first
   * address is; user names, cookies and proxies are not used. See docs/images.md before setting it on a server.
   * @default false
   */
  readonly allowUrls?: boolean | readonly string[] | undefined;
  /**
   * Most pixels (width · height) of an encoded picture: more is `IMAGE_TOO_LARGE`, found in its header before memory is
   * taken. From 1 to 2²⁸. Raw pixels and instances of sharp are memory of the caller's own and are not counted.
   * @default 100_000_000
   */
  readonly limitInputPixels?: number | undefined;
  /**
   * Called with the lines that inference libraries (ONNX Runtime, TensorRT) log in this process, from when loading
   * begins until `close()` has resolved, on this thread; it keeps no process alive, and what it throws is the warning
   * `LOG_LISTENER_FAILED`. A library does not say which model a line is about: with several models loaded, lines of
   * the others are among them. Without it the lines are not shown anywhere: what matters of them is in the messages
   * of errors.
   */
  readonly onLog?: LogListener | undefined;
  /**
   * The least level that `onLog` is called with. `"verbose"` and `"info"` are for looking for a mistake: a model with
   * one of them shares its network only with others that have it too.
   * @default "warning"
   */
  readonly logLevel?: LogLevel | undefined;
  /**
   * Aborts loading: the promise rejects with `signal.reason`, at once, or where an engine is being built, when its
   * builder has been ended and what it left is removed. A network that is being loaded is released as soon as it is
   * there.
   */
  readonly signal?: AbortSignal | undefined;
}

/** {@link RuntimeOptions}, checked. */
export type LibraryPaths = Readonly<Record<keyof RuntimeOptions, string | undefined>>;

/** `FromPretrainedOptions`, complete and checked. */
export interface LoadSettings {
  readonly backend: "auto" | "onnx" | "trt";
  readonly libraries: LibraryPaths;
  readonly engine: EngineLoadSettings;
  readonly trustEngine: boolean;
  readonly device: DeviceSettings;
  readonly session: SessionSettings;
  readonly log: LogSettings;
  readonly recommended: RecommendedParameters;
  readonly allowClassMismatch: boolean;
  /** Undefined: as suits the package. */
  readonly maxBatch: number | undefined;
  readonly maxBatchDelay: number;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly onFull: OnFull;
  readonly headCut: boolean;
  readonly imageRules: ImageRules;
  readonly signal: AbortSignal | undefined;
}

const where = "options of AutoModel.fromPretrained()";
const keys = [
  "backend",
  ...deviceKeys,
  "runtime",
  "engine",
  "trustEngine",
  "session",
  "recommendedParameters",
  "allowClassMismatch",
  "maxBatch",
  "maxBatchDelay",
  "maxInFlight",
  "maxQueue",
  "onFull",
  "headCut",
  "allowUrls",
  "limitInputPixels",
  "onLog",
  "logLevel",
  "signal",
];
const defaultQueue = 64;

/**
 * Checks and completes the options of `fromPretrained`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, BACKEND_UNAVAILABLE
 */
export function parseLoadOptions(options: unknown): LoadSettings {
  const given = optionObject(options, where, keys);
  return {
    backend: parseBackend(given.backend),
    libraries: parseRuntime(given.runtime),
    engine: parseEngine(given.engine, given.backend),
    trustEngine: booleanOption(given.trustEngine, "trustEngine", false),
    device: parseDeviceOptions(given),
    session: parseSession(given.session),
    log: parseLog(given.onLog, given.logLevel),
    recommended: parseRecommendedParameters(given.recommendedParameters),
    allowClassMismatch: booleanOption(given.allowClassMismatch, "allowClassMismatch", false),
    maxBatch:
      given.maxBatch === undefined ? undefined : integerOption(given.maxBatch, "maxBatch", 1, 1024, 1),
    maxBatchDelay: numberOption(given.maxBatchDelay, "maxBatchDelay", 0, 60_000, 0),
    maxInFlight: integerOption(given.maxInFlight, "maxInFlight", 0, 64, 0),
    maxQueue: integerOption(given.maxQueue, "maxQueue", 1, 2 ** 20, defaultQueue),
    onFull: choiceOption(given.onFull, "onFull", ["wait", "reject"], "wait"),
    headCut: booleanOption(given.headCut, "headCut", true),
    imageRules: parseImageRules(given),
    signal: signalOption(given.signal),
  };
}

function parseImageRules(given: Readonly<Record<string, unknown>>): ImageRules {
  const { allowUrls, limitInputPixels: limit } = given;
  return {
    urls: parseAllowUrls(allowUrls),
    limitInputPixels: integerOption(limit, "limitInputPixels", 1, mostPixels, decodedPixelLimit),
  };
}

function parseBackend(value: unknown): "auto" | "onnx" | "trt" {
  const backend = choiceOption(value, "backend", ["auto", "onnx", "trt", "torch"], "auto");
  if (backend !== "torch") return backend;
  throw backendNotYet(backend, `Backend "${backend}" was asked for`);
}

// Nothing is built for another backend: an option without effect would be a mistake that nobody sees.
function parseEngine(value: unknown, backend: unknown): EngineLoadSettings {
  if (value !== undefined && backend !== "trt") {
    return invalidOption("engine", 'left out unless backend is "trt"', value);
  }
  return parseEngineLoad(value);
}

/** The error for a backend that has a name but no code in this version. */
export function backendNotYet(backend: "torch", why: string): DeepLabError {
  return new DeepLabError(
    "BACKEND_UNAVAILABLE",
    `${why}, but this version of deeplab-rt runs ONNX networks and TensorRT engines only: "${backend}" is not yet ` +
      "part of it.",
    {
      detail: { backend, usable: ["onnx", "trt"] },
      hint: 'use a package with weights.onnx and { backend: "onnx" } or "auto".',
    },
  );
}

/** Checks the option `runtime`. */
export function parseRuntime(value: unknown): LibraryPaths {
  const given = optionObject(value, "option runtime", ["onnxruntime", "cuda", "tensorrt"]);
  return {
    onnxruntime: stringOption(given.onnxruntime, "runtime.onnxruntime"),
    cuda: stringOption(given.cuda, "runtime.cuda"),
    tensorrt: stringOption(given.tensorrt, "runtime.tensorrt"),
  };
}
