// What model.infer takes beside the image: the public type and its checks.

import { booleanOption, integerOption, optionObject, signalOption } from "./checks.js";
import { type Confidence, parseConfidence } from "./thresholds.js";

/** Options of `model.infer`. */
export interface InferOptions {
  /** The least confidence a pixel needs to keep its class. @default "default" */
  readonly confidence?: Confidence;
  /** Skip the package's static crop. @default false */
  readonly disableStaticCrop?: boolean;
  /** Skip the package's conversion to grey. @default false */
  readonly disableGrayscale?: boolean;
  /** Skip the package's contrast enhancement. @default false */
  readonly disableContrast?: boolean;
  /** Honoured by torch packages only; on others ignored with the warning `IMAGE_SIZE_IGNORED`. */
  readonly imageSize?: { readonly width: number; readonly height: number };
  /**
   * Logits that are not finite are the error `NON_FINITE_LOGITS`; otherwise such pixels become background
   * with confidence 0, are counted in `result.nonFinitePixels`, and one warning is emitted.
   * @default false
   */
  readonly strict?: boolean;
  /**
   * Aborts the call: the promise rejects with `signal.reason` at once. What has not begun never runs; a run of
   * the network that has begun ends unseen in native code, and later calls wait for it.
   */
  readonly signal?: AbortSignal;
}

/** `InferOptions`, complete and checked. */
export interface InferSettings {
  readonly confidence: Confidence;
  readonly disableStaticCrop: boolean;
  readonly disableGrayscale: boolean;
  readonly disableContrast: boolean;
  /** Whether `imageSize` was given. */
  readonly hasImageSize: boolean;
  readonly strict: boolean;
  readonly signal: AbortSignal | undefined;
}

const keys = [
  "confidence",
  "disableStaticCrop",
  "disableGrayscale",
  "disableContrast",
  "imageSize",
  "strict",
  "signal",
];

/**
 * Checks and completes the options of `infer`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseInferOptions(options: unknown, classNames: readonly string[]): InferSettings {
  const given = optionObject(options, "options of model.infer()", keys);
  checkImageSize(given.imageSize);
  return {
    confidence: parseConfidence(given.confidence, classNames),
    disableStaticCrop: booleanOption(given.disableStaticCrop, "disableStaticCrop", false),
    disableGrayscale: booleanOption(given.disableGrayscale, "disableGrayscale", false),
    disableContrast: booleanOption(given.disableContrast, "disableContrast", false),
    hasImageSize: given.imageSize !== undefined,
    strict: booleanOption(given.strict, "strict", false),
    signal: signalOption(given.signal),
  };
}

// Ignored by ONNX packages, but a wrong one is a mistake there too.
function checkImageSize(value: unknown): void {
  if (value === undefined) return;
  const size = optionObject(value, "option imageSize", ["width", "height"]);
  for (const side of ["width", "height"] as const) {
    integerOption(size[side] ?? null, `imageSize.${side}`, 1, 65536, 0);
  }
}
