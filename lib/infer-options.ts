// What model.infer takes beside the image: the public type and its checks.

import {
  booleanOption,
  choiceOption,
  integerOption,
  invalidOption,
  optionObject,
  signalOption,
  unitNumber,
} from "./checks.js";
import { parseDeadline } from "./deadline.js";
import { DeepLabError } from "./errors.js";
import { type DefaultParts, type IncludeFlags, parseInclude, type ResultPart } from "./include.js";
import type { OnImageError } from "./infer-failure.js";
import type { OutputArrays } from "./output.js";
import {
  type ChannelContext,
  noProbabilities,
  type ProbabilityRequest,
  parseProbabilityClasses,
} from "./probabilities.js";
import { type Confidence, parseConfidence } from "./thresholds.js";
import type { OverlayStyle } from "./visualize/overlay.js";
import { colorBytes, paintedColors } from "./visualize/palette.js";

/**
 * Options of `model.infer`.
 * @typeParam Parts What `include` lists; the result's type follows from it. Options in a variable keep theirs with
 *   `as const`: `{ include: ["classAreas"] } as const`. Where `include` may be left out, as in an
 *   `InferOptions<["classAreas"]>`, the result holds either that or the default.
 * @typeParam Classes The model's class names.
 */
export interface InferOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  Classes extends string = string,
> {
  /** The least confidence a pixel needs to keep its class. @default "default" */
  readonly confidence?: Confidence<Classes> | undefined;
  /**
   * What the result holds; what is not listed is `undefined` there and not computed.
   * @default ["segmentationMap", "confidence"]
   */
  readonly include?: Parts | undefined;
  /**
   * With `"probabilities"`: the classes whose planes are wanted, by name. Each takes 4 bytes a pixel.
   * @default every channel of the network
   */
  readonly probabilityClasses?: readonly Classes[] | undefined;
  /**
   * With `"overlay"`: how it is painted. It is made together with the maps, so it has neither outline nor legend, and
   * no file format: those are `result.overlay()`'s.
   */
  readonly overlay?: Pick<OverlayStyle, "alpha" | "palette" | "classes"> | undefined;
  /**
   * Arrays to write the maps into: one object for one image, a list of them for a list. The result holds views of
   * exactly width · height elements of them. After a rejection their contents are undefined, and after an abort
   * native code may write into shared ones until the run that had begun ends. Overlapping calls must not share one.
   */
  readonly out?: OutputArrays | readonly OutputArrays[] | undefined;
  /**
   * False: raw pixels over ordinary ArrayBuffers are read in place until the promise settles. Until then the caller
   * must not change them, and must not transfer or (WebAssembly) grow their memory: Node-API cannot hold it, and what
   * is read after that is undefined, up to a crash. Resizable ArrayBuffers are copied all the same. SharedArrayBuffers
   * and memory of `model.allocateImage` are always read in place, encoded bytes always copied.
   * @default true
   */
  readonly copyInput?: boolean | undefined;
  /**
   * Milliseconds from the call within which the network's work must have begun, decoding included; else the call
   * rejects with `DEADLINE_EXCEEDED` and costs nothing more. What has begun is answered, even if late.
   */
  readonly deadline?: number | undefined;
  /** A whole number; calls of higher priority are answered before others that wait. @default 0 */
  readonly priority?: number | undefined;
  /** Skip the package's static crop. @default false */
  readonly disableStaticCrop?: boolean | undefined;
  /** Skip the package's conversion to grey. @default false */
  readonly disableGrayscale?: boolean | undefined;
  /** Skip the package's contrast enhancement. @default false */
  readonly disableContrast?: boolean | undefined;
  /** Honoured by torch packages only; on others ignored with the warning `IMAGE_SIZE_IGNORED`. */
  readonly imageSize?: { readonly width: number; readonly height: number } | undefined;
  /**
   * Logits that are not finite are the error `NON_FINITE_LOGITS`; otherwise such pixels become background
   * with confidence 0, are counted in `result.nonFinitePixels`, and one warning is emitted.
   * @default false
   */
  readonly strict?: boolean | undefined;
  /**
   * Aborts the call: the promise rejects with `signal.reason` at once. What has not begun never runs; a run of
   * the network that has begun ends unseen in native code, and later calls wait for it.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of `model.infer` for a list.
 * @typeParam OnError Follows from `onError`: whether answers may be failures.
 */
export interface ListInferOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  OnError extends OnImageError = OnImageError,
  Classes extends string = string,
> extends InferOptions<Parts, Classes> {
  /**
   * `"throw"`: one image that fails fails the list, with `detail.index`. `"result"`: it has an {@link InferFailure} in
   * its place, and the others are answered. Images fail that cannot be read or decoded, that do not suit the network
   * or their `out`, whose run fails, or, with `strict`, whose logits are not finite. What is no image's fails the
   * list all the same: wrong options, an abort, the deadline, a full queue, a lost device, `close()`.
   * @default "throw"
   */
  readonly onError?: OnError | undefined;
}

/** `InferOptions`, complete and checked, but for `out`, which depends on the images. */
export interface InferSettings {
  readonly confidence: Confidence;
  readonly include: IncludeFlags;
  readonly probabilities: ProbabilityRequest;
  /** Weight of the colours of an overlay, in 1/256. */
  readonly overlayWeight: number;
  /** Red, green, blue and alpha of every class id; undefined for the usual colours. */
  readonly overlayColors: Uint8Array | undefined;
  readonly out: unknown;
  readonly copyInput: boolean;
  /** Milliseconds; 0 for none. */
  readonly deadline: number;
  readonly priority: number;
  readonly disableStaticCrop: boolean;
  readonly disableGrayscale: boolean;
  readonly disableContrast: boolean;
  /** Whether `imageSize` was given. */
  readonly hasImageSize: boolean;
  readonly strict: boolean;
  readonly onError: OnImageError;
  readonly signal: AbortSignal | undefined;
}

/** The names of {@link InferOptions}. */
export const inferKeys = [
  "confidence",
  "include",
  "probabilityClasses",
  "overlay",
  "out",
  "copyInput",
  "deadline",
  "priority",
  "disableStaticCrop",
  "disableGrayscale",
  "disableContrast",
  "imageSize",
  "strict",
  "signal",
] as const satisfies readonly (keyof InferOptions)[];

const listKeys = [...inferKeys, "onError"] as const satisfies readonly (keyof ListInferOptions)[];

const mostPriority = 2 ** 20;

/**
 * Checks and completes the options of `infer`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseInferOptions(options: unknown, context: ChannelContext): InferSettings {
  const given = optionObject(options, "options of model.infer()", listKeys);
  if (given.imageSize !== undefined) checkImageSize(given.imageSize);
  const include = parseInclude(given.include);
  return {
    confidence: parseConfidence(given.confidence, context.classNames),
    include,
    probabilities: parseProbabilities(given.probabilityClasses, include, context),
    ...parseOverlay(given.overlay, include, context),
    out: given.out,
    copyInput: booleanOption(given.copyInput, "copyInput", true),
    deadline: parseDeadline(given.deadline),
    priority: integerOption(given.priority, "priority", -mostPriority, mostPriority, 0),
    disableStaticCrop: booleanOption(given.disableStaticCrop, "disableStaticCrop", false),
    disableGrayscale: booleanOption(given.disableGrayscale, "disableGrayscale", false),
    disableContrast: booleanOption(given.disableContrast, "disableContrast", false),
    hasImageSize: given.imageSize !== undefined,
    strict: booleanOption(given.strict, "strict", false),
    onError: choiceOption(given.onError, "onError", ["throw", "result"], "throw"),
    signal: signalOption(given.signal),
  };
}

function parseProbabilities(
  value: unknown,
  include: IncludeFlags,
  context: ChannelContext,
): ProbabilityRequest {
  if (include.probabilities) return parseProbabilityClasses(value, context);
  if (value === undefined) return noProbabilities;
  return invalidOption("probabilityClasses", 'left out, as "probabilities" is not among include,', value);
}

function parseOverlay(
  value: unknown,
  include: IncludeFlags,
  { classNames, backgroundClassId, channels }: ChannelContext,
): Pick<InferSettings, "overlayWeight" | "overlayColors"> {
  if (value === undefined) return { overlayWeight: 128, overlayColors: undefined };
  if (!include.overlay) {
    return invalidOption("overlay", 'left out, as "overlay" is not among include,', value);
  }
  refuseLater(value);
  const { alpha, palette, classes } = optionObject(value, "option overlay", ["alpha", "palette", "classes"]);
  const usual = palette === undefined && classes === undefined;
  const facts = { classNames, backgroundClassId, idCount: Math.max(classNames.length, channels) };
  return {
    overlayWeight: alpha === undefined ? 128 : Math.round(unitNumber(alpha, "overlay.alpha") * 256),
    overlayColors: usual ? undefined : colorBytes(paintedColors(palette, classes, facts)),
  };
}

// What result.overlay() takes and a call cannot do.
function refuseLater(overlay: unknown): void {
  const later = ["image", "outline", "fill", "legend", "format", "quality"];
  const key = Object.keys(Object(overlay)).find((name) => later.includes(name));
  if (key === undefined) return;
  throw new DeepLabError("OPTION_UNKNOWN", `Option overlay of model.infer() has no "${key}".`, {
    detail: { option: key, allowed: ["alpha", "palette", "classes"] },
    hint: `result.overlay({ ${key}: … }) takes it.`,
  });
}

// Ignored by ONNX packages, but a wrong one is a mistake there too.
function checkImageSize(value: unknown): void {
  const size = optionObject(value, "option imageSize", ["width", "height"]);
  for (const side of ["width", "height"] as const) {
    integerOption(size[side] ?? null, `imageSize.${side}`, 1, 65536, 0);
  }
}
