// What compilePackage takes: the public types and their checks.

import {
  booleanOption,
  byteSizeOption,
  choiceOption,
  integerOption,
  invalidOption,
  optionObject,
  signalOption,
  stringOption,
  unitNumber,
} from "../checks.js";
import type { ByteSize } from "../device-options.js";
import type { ImageSource } from "../image/source.js";
import { type LibraryPaths, parseRuntime, type RuntimeOptions } from "../options.js";
import type { EngineBatch } from "../packages/trt-config.js";
import type { CompileProgress } from "./progress.js";

/** What an engine may compute in. */
export type EnginePrecision = "fp32" | "fp16" | "bf16";

/** Pixels. */
export interface ImageExtent {
  readonly width: number;
  readonly height: number;
}

/** A range of sizes that an engine takes. */
export interface EngineSizes {
  readonly min: ImageExtent;
  readonly opt: ImageExtent;
  readonly max: ImageExtent;
}

/** What decides an engine, wherever one is built. */
export interface EngineOptions {
  /**
   * What the engine may compute in; TensorRT chooses for each layer what is quickest. `"fp16"` and `"bf16"` are
   * quicker and less exact; `"bf16"` needs compute capability 8.0. A network that was quantized (QuantizeLinear)
   * computes in 8-bit integers where it says so, whatever is chosen here.
   * @default "fp32"
   */
  readonly precision?: EnginePrecision | undefined;
  /** Fewest images in one run, of a network of open batch size; shorter lists are padded. @default 1 */
  readonly minBatch?: number | undefined;
  /** The batch that the engine is to be quickest at. @default 8, or maxBatch where that is less */
  readonly optBatch?: number | undefined;
  /** Most images in one run. @default 32 */
  readonly maxBatch?: number | undefined;
  /**
   * Smallest picture, as the network gets it, where the package states no input size and the network takes any: such
   * an engine takes a range of sizes, of which `maxSize` has to be given.
   * @default 32 × 32, or maxSize where that is less
   */
  readonly minSize?: ImageExtent | undefined;
  /** The size that the engine is to be quickest at. @default maxSize */
  readonly optSize?: ImageExtent | undefined;
  /** Largest picture. */
  readonly maxSize?: ImageExtent | undefined;
  /** Most scratch memory that the engine's layers may use: `"12GiB"`. All there is where it is left out. */
  readonly workspace?: ByteSize | undefined;
  /** File with what TensorRT measured in earlier builds on this kind of GPU: read, extended and written. */
  readonly timingCache?: string | undefined;
  /**
   * Leave a linear interpolation at the network's end out of the engine and to post-processing. Quicker, but such an
   * engine can be run by deeplab-rt only.
   * @default false
   */
  readonly headCut?: boolean | undefined;
  /** Least part of pixels in which the engine has to agree with ONNX Runtime in fp32. @default 0.995 */
  readonly minAgreement?: number | undefined;
}

/** Options of `compilePackage`. */
export interface CompileOptions extends EngineOptions {
  /** Folder of the compiled package, made whole or not at all. @default the package's folder with `-trt` behind it */
  readonly output?: string | undefined;
  /** Replace the output folder where it holds a compiled package already. @default false */
  readonly force?: boolean | undefined;
  /** The GPU to build on: the engine runs on its kind only. @default "auto", the first */
  readonly device?: "auto" | `cuda:${number}` | undefined;
  /** Vendor libraries to use instead of those found by themselves. */
  readonly runtime?: RuntimeOptions | undefined;
  /**
   * Pictures on which the engine is compared with ONNX Runtime. Without them the package's own (its folder `samples`),
   * else generated ones, which say less.
   */
  readonly samples?: readonly ImageSource[] | undefined;
  /** Told of every step. What it throws is ignored. */
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined;
  /** Ends the build: the promise rejects with `signal.reason` when the builder is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link EngineOptions}, complete and checked. */
export interface EngineSettings {
  readonly precision: EnginePrecision;
  readonly batch: EngineBatch;
  /** Undefined: the package's own size. */
  readonly sizes: EngineSizes | undefined;
  /** Bytes; 0: all there is. */
  readonly workspace: number;
  readonly timingCache: string | undefined;
  readonly headCut: boolean;
  readonly minAgreement: number;
}

/** {@link CompileOptions}, complete and checked. */
export interface CompileSettings extends EngineSettings {
  readonly output: string | undefined;
  readonly force: boolean;
  /** Number of the GPU. */
  readonly ordinal: number;
  readonly libraries: LibraryPaths;
  readonly samples: readonly ImageSource[] | undefined;
  readonly onProgress: ((progress: CompileProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The names of {@link EngineOptions}. */
export const engineKeys = [
  "precision",
  "minBatch",
  "optBatch",
  "maxBatch",
  "minSize",
  "optSize",
  "maxSize",
  "workspace",
  "timingCache",
  "headCut",
  "minAgreement",
];
const compileKeys = ["output", "force", "device", "runtime", "samples", "onProgress", "signal"];
const precisions: readonly EnginePrecision[] = ["fp32", "fp16", "bf16"];
const defaults = { min: 1, opt: 8, max: 32 };
const mostImages = 1024;

/**
 * Checks and completes the options of `compilePackage`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseCompileOptions(options: unknown): CompileSettings {
  const given = optionObject(options, "options of compilePackage()", [...engineKeys, ...compileKeys]);
  return {
    ...parseEngineOptions(given),
    output: stringOption(given.output, "output"),
    force: booleanOption(given.force, "force", false),
    ordinal: parseOrdinal(given.device),
    libraries: parseRuntime(given.runtime),
    samples: parseSamples(given.samples, "samples"),
    onProgress: functionOption(given.onProgress, "onProgress"),
    signal: signalOption(given.signal),
  };
}

/** Those of the engine itself. @param prefix How messages name them: `"engine."` where they are inside an option. */
export function parseEngineOptions(given: Readonly<Record<string, unknown>>, prefix = ""): EngineSettings {
  return {
    precision: choiceOption(given.precision, `${prefix}precision`, precisions, "fp32"),
    batch: parseBatch(given, prefix),
    sizes: parseSizes(given, prefix),
    workspace: byteSizeOption(given.workspace, `${prefix}workspace`, 1, 0),
    timingCache: stringOption(given.timingCache, `${prefix}timingCache`),
    headCut: booleanOption(given.headCut, `${prefix}headCut`, false),
    minAgreement:
      given.minAgreement === undefined ? 0.995 : unitNumber(given.minAgreement, `${prefix}minAgreement`),
  };
}

// What is left out fits what is given: only two that are given can contradict each other.
function parseBatch(given: Readonly<Record<string, unknown>>, prefix: string): EngineBatch {
  const read = (key: string, least: number, fallback: number) =>
    integerOption(given[key], `${prefix}${key}`, least, mostImages, fallback);
  const min = read("minBatch", 1, defaults.min);
  const opt = given.optBatch === undefined ? undefined : read("optBatch", min, min);
  const max = read("maxBatch", opt ?? min, Math.max(defaults.max, opt ?? min));
  return { min, opt: opt ?? Math.min(Math.max(defaults.opt, min), max), max };
}

const mostPixels = 2 ** 15;
const least = 32;

// In the same way, for each axis.
function parseSizes(given: Readonly<Record<string, unknown>>, prefix: string): EngineSizes | undefined {
  const { minSize, optSize, maxSize } = given;
  if (maxSize === undefined) {
    if (minSize === undefined && optSize === undefined) return undefined;
    return invalidOption(`${prefix}maxSize`, "a size, as another one is given", maxSize);
  }
  const max = parseExtent(maxSize, `${prefix}maxSize`);
  const fallback = { width: Math.min(least, max.width), height: Math.min(least, max.height) };
  const min = minSize === undefined ? fallback : parseExtent(minSize, `${prefix}minSize`);
  const opt = optSize === undefined ? max : parseExtent(optSize, `${prefix}optSize`);
  const inOrder = (axis: keyof ImageExtent) => min[axis] <= opt[axis] && opt[axis] <= max[axis];
  if (inOrder("width") && inOrder("height")) return { min, opt, max };
  return invalidOption(`${prefix}minSize, optSize and maxSize`, "sizes that do not fall", { min, opt, max });
}

function parseExtent(value: unknown, name: string): ImageExtent {
  const given = optionObject(value, name, ["width", "height"]);
  const read = (axis: keyof ImageExtent) =>
    given[axis] === undefined
      ? invalidOption(`${name}.${axis}`, "a number of pixels", undefined)
      : integerOption(given[axis], `${name}.${axis}`, 1, mostPixels, 1);
  return { width: read("width"), height: read("height") };
}

/** The number in `"cuda:N"`. */
export function parseOrdinal(value: unknown): number {
  if (value === undefined || value === "auto") return 0;
  const digits = typeof value === "string" ? /^cuda:(\d{1,3})$/.exec(value)?.[1] : undefined;
  return digits === undefined ? invalidOption("device", '"auto" or "cuda:N"', value) : Number(digits);
}

/** A list of images, or undefined. */
export function parseSamples(value: unknown, name: string): readonly ImageSource[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.length > 0
    ? (value as ImageSource[])
    : invalidOption(name, "a list of at least one image", value);
}

/** A function, or undefined. */
export function functionOption<T>(value: unknown, name: string): T | undefined {
  return value === undefined || typeof value === "function"
    ? (value as T | undefined)
    : invalidOption(name, "a function", value);
}
