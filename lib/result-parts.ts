// From the buffers that native code filled to the parts of a result.

import { DeepLabError } from "./errors.js";
import type { ImageRules } from "./image/taken.js";
import type { IncludeFlags, ResultPart, ResultValues } from "./include.js";
import type { NativeImageResult } from "./native.js";
import type { OutputTarget } from "./output.js";
import { Probabilities } from "./probabilities.js";

/** Facts of the model that a result needs to explain itself. */
export interface ResultContext {
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  readonly idCount: number;
  readonly idBytes: number;
  readonly resizeMode: "stretch" | "letterbox" | "center-crop";
}

/** What the call asked for. */
export interface ResultRequest {
  readonly include: IncludeFlags;
  /** Names of the planes of `probabilities`. */
  readonly probabilityClasses: readonly string[];
  /** The caller's arrays, where there are some. */
  readonly out: OutputTarget | undefined;
  /** What the model lets its images be; those of overlays too. */
  readonly imageRules: ImageRules;
}

/** Size of the maps. */
export interface MapSize {
  readonly width: number;
  readonly height: number;
}

/** Typed arrays over the very memory native code wrote, or over the caller's. */
export function resultParts(
  { parts }: NativeImageResult,
  { width, height }: MapSize,
  { idBytes }: ResultContext,
  { include, probabilityClasses, out }: ResultRequest,
): ResultValues {
  const Ids = idBytes === 2 ? Uint16Array : Uint8Array;
  let place = 0;
  const next = (): ArrayBuffer => {
    const part = parts[place++];
    if (part === undefined) throw new DeepLabError("INTERNAL", "Native code returned too few parts.");
    return part;
  };
  // In the order of `parts`.
  return {
    segmentationMap: include.segmentationMap
      ? (out?.segmentationMap?.subarray(0, width * height) ?? new Ids(next()))
      : undefined,
    confidence: include.confidence
      ? (out?.confidence?.subarray(0, width * height) ?? new Float32Array(next()))
      : undefined,
    classAreas: include.classAreas ? new Float64Array(next()) : undefined,
    probabilities: include.probabilities
      ? new Probabilities(probabilityClasses, width, height, new Float32Array(next()))
      : undefined,
    overlayImage: include.overlay ? { data: new Uint8Array(next()), width, height } : undefined,
  };
}

/** The buffers that native code owns and that are as large as the picture: neither the caller's nor `classAreas`. */
export function ownBuffers(parts: ResultValues, { out }: ResultRequest): ArrayBuffer[] {
  const arrays = [
    out?.segmentationMap === undefined ? parts.segmentationMap : undefined,
    out?.confidence === undefined ? parts.confidence : undefined,
    parts.probabilities?.data,
    parts.overlayImage?.data,
  ];
  return arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
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
