// From the buffers that native code filled to the parts of a result.

import { DeepLabError } from "./errors.js";
import type { ResultPart, ResultValues } from "./include.js";
import type { NativeImageResult } from "./native.js";
import { Probabilities } from "./probabilities.js";
import type { ResultContext, ResultRequest } from "./result.js";

/** Typed arrays over the very memory native code wrote, or over the caller's. */
export function resultParts(
  native: NativeImageResult,
  { idBytes }: ResultContext,
  { include, probabilityClasses, out }: ResultRequest,
): ResultValues {
  const { width, height } = native;
  const Ids = idBytes === 2 ? Uint16Array : Uint8Array;
  return {
    segmentationMap: include.segmentationMap
      ? (out?.segmentationMap?.subarray(0, width * height) ?? new Ids(native.segmentationMap))
      : undefined,
    confidence: include.confidence
      ? (out?.confidence?.subarray(0, width * height) ?? new Float32Array(native.confidence))
      : undefined,
    classAreas: include.classAreas ? new Float64Array(native.classAreas) : undefined,
    probabilities: include.probabilities
      ? new Probabilities(probabilityClasses, width, height, new Float32Array(native.probabilities))
      : undefined,
    overlayImage: include.overlay ? { data: new Uint8Array(native.overlay), width, height } : undefined,
  };
}

/**
 * A part that a method of the result needs.
 * @throws DeepLabError OPTION_INVALID where the call did not ask for it
 */
export function included<T>(value: T | undefined, part: ResultPart, method: string): T {
  if (value !== undefined) return value;
  throw new DeepLabError(
    "OPTION_INVALID",
    `result.${method} needs the part "${part}", which the option include of model.infer() left out.`,
    {
      detail: { option: "include", expected: part },
      hint: `add "${part}" to include.`,
    },
  );
}
