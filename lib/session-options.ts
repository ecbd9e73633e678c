// The options of fromPretrained that are about the inference session: how ONNX Runtime runs the network, and on which
// of its execution providers.

import {
  booleanOption,
  choiceOption,
  integerOption,
  invalidOption,
  optionObject,
  plainObject,
} from "./checks.js";
import type { NativeSessionOptions } from "./native.js";
import { cacheFolder } from "./packages/cache.js";

/** Settings of the ONNX Runtime session. */
export interface SessionOptions {
  /** Threads inside one operator; 0 lets the runtime choose: one a physical core. @default 0 */
  readonly intraOpThreads?: number | undefined;
  /** Threads across operators; 0 lets the runtime choose. @default 0 */
  readonly interOpThreads?: number | undefined;
  /** How much the graph may be rewritten at load. @default "all" */
  readonly graphOptimization?: "disabled" | "basic" | "extended" | "all" | undefined;
  /** Keep freed memory for the next run. @default true */
  readonly memoryArena?: boolean | undefined;
  /** Plan one block of memory for all tensors of a run. @default true */
  readonly memoryPattern?: boolean | undefined;
  /** Let idle threads spin for a moment before they sleep: quicker, but busy. @default true */
  readonly spinning?: boolean | undefined;
  /**
   * What of ONNX Runtime runs the network: `"cpu"`, `"cuda"`, or `"tensorrt"` with CUDA behind it. `"auto"` takes CUDA
   * where `device` is a GPU, and where `device` is `"auto"` and it can be had; TensorRT, which may build engines for
   * minutes, only where it is named. `info().executionProvider` says which it is and `info().reason` why.
   * @default "auto"
   */
  readonly executionProvider?: "auto" | "cpu" | "cuda" | "tensorrt" | undefined;
  /**
   * Options of that provider in ONNX Runtime's own names, such as `{ cudnn_conv_algo_search: "HEURISTIC" }`; with
   * `"tensorrt"` those that begin with `trt_` are TensorRT's and the others CUDA's. Device, stream and CUDA graphs are
   * not among them.
   */
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** `SessionOptions`, complete and checked. */
export type SessionSettings = Omit<NativeSessionOptions, "logSeverity">;

const keys = [
  "intraOpThreads",
  "interOpThreads",
  "graphOptimization",
  "memoryArena",
  "memoryPattern",
  "spinning",
  "executionProvider",
  "providerOptions",
];
const graphLevels = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const providers = ["auto", "cpu", "cuda", "tensorrt"] as const;
const maxThreads = 1024;

/**
 * Checks and completes them.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseSession(value: unknown): SessionSettings {
  const given = optionObject(value, "option session", keys);
  const levels = Object.keys(graphLevels) as (keyof typeof graphLevels)[];
  const provider = choiceOption(given.executionProvider, "session.executionProvider", providers, "auto");
  return {
    intraOpThreads: integerOption(given.intraOpThreads, "session.intraOpThreads", 0, maxThreads, 0),
    interOpThreads: integerOption(given.interOpThreads, "session.interOpThreads", 0, maxThreads, 0),
    graphOptimization:
      graphLevels[choiceOption(given.graphOptimization, "session.graphOptimization", levels, "all")],
    memoryArena: booleanOption(given.memoryArena, "session.memoryArena", true),
    memoryPattern: booleanOption(given.memoryPattern, "session.memoryPattern", true),
    spinning: booleanOption(given.spinning, "session.spinning", true),
    provider,
    providerOptions: parseProviderOptions(given.providerOptions),
    engineCacheFolder: provider === "tensorrt" ? cacheFolder("onnxruntime-engines") : "",
  };
}

function parseProviderOptions(value: unknown): [string, string][] {
  if (value === undefined) return [];
  const given = plainObject(value, "session.providerOptions", "a plain object of names and values");
  return Object.entries(given).map(([name, entry]) => [name, providerValue(name, entry)]);
}

// As ONNX Runtime reads them.
function providerValue(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && value !== "" && !`${name}${value}`.includes("\0")) return value;
  const expected = "a text that is not empty, a number or a boolean";
  return invalidOption(`session.providerOptions.${name}`, expected, value);
}
