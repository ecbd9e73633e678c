// A result as plain data in memory of its own, which may be posted to another thread without a further copy.

import { DeepLabError } from "./errors.js";
import type { ImageMetadata } from "./image-metadata.js";
import type { ResultValues } from "./include.js";
import { native } from "./native.js";
import type { Probabilities } from "./probabilities.js";
import type { SemanticSegmentationResult } from "./result.js";
import type { Timings } from "./timings.js";
import { bytesOf } from "./visualize/map-bytes.js";

type AnyArray = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** {@link Probabilities} as plain data: `new Probabilities(classes, width, height, data)` makes them whole again. */
export interface ProbabilityPlanes<Classes extends string = string> {
  /** Names of the planes, in their order. */
  readonly classes: readonly Classes[];
  readonly width: number;
  readonly height: number;
  /** `[classes.length, height, width]`, 0 to 1. */
  readonly data: Float32Array;
}

/**
 * What a result holds, as plain data that `postMessage` and `structuredClone` take. Every function that looks at
 * results takes it too.
 * @typeParam Held What the result holds.
 * @typeParam Classes The model's class names.
 */
export interface ResultData<Held extends ResultValues = ResultValues, Classes extends string = string> {
  /** Size of the maps. */
  readonly width: number;
  readonly height: number;
  /** `width · height` class ids, row by row. */
  readonly segmentationMap: Held["segmentationMap"];
  /** `width · height` confidences, 0 to 1. */
  readonly confidence: Held["confidence"];
  /** By class id: how many pixels of the map have that class. */
  readonly classAreas: Held["classAreas"];
  readonly probabilities: Held["probabilities"] extends infer Member // each of a union by itself
    ? Member extends Probabilities<infer Names>
      ? ProbabilityPlanes<Names>
      : Member
    : never;
  readonly overlayImage: Held["overlayImage"];
  /** Names by class id. */
  readonly classNames: readonly Classes[];
  readonly backgroundClassId: number;
  /** How many class ids there are: the number of names, or more where the network has channels without a name. */
  readonly idCount: number;
  readonly imageMetadata: ImageMetadata;
  /** Milliseconds of each stage. */
  readonly timings: Timings;
  readonly nonFinitePixels: number;
}

/** What `result.toTransferable()` gives: the two arguments of `postMessage`. */
export interface TransferableResult<
  Held extends ResultValues = ResultValues,
  Classes extends string = string,
> {
  readonly value: ResultData<Held, Classes>;
  /** Every ArrayBuffer of `value`; nothing else uses them. */
  readonly transferList: ArrayBuffer[];
}

// Arrays and their copies.
class Copies {
  readonly from: AnyArray[] = [];
  readonly to: AnyArray[] = [];

  /** An array over a new ArrayBuffer; what is to be in it follows with `make`. */
  of<Copied extends AnyArray | undefined>(array: Copied, length: number): Copied {
    if (array === undefined) return array;
    if (array.length !== length) throw transferred();
    const copy = emptyLike(array);
    this.from.push(array);
    this.to.push(copy);
    return copy as Copied;
  }

  /** All of them at once, off the event loop. */
  make(): Promise<void> {
    return native().copyArrays(this.from.map(bytesOf), this.to.map(bytesOf));
  }
}

// Not zeroed, which would take as long as the copy, and on this thread: every byte is written before anybody sees it.
function emptyLike(array: AnyArray): AnyArray {
  const { buffer } = Buffer.allocUnsafeSlow(array.byteLength);
  if (array instanceof Uint8Array) return new Uint8Array(buffer);
  if (array instanceof Uint16Array) return new Uint16Array(buffer);
  return array instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
}

/**
 * Copies all that the result holds, off the event loop.
 * @throws DeepLabError OPTION_INVALID where an array of `out` was transferred
 */
export async function transferable<Held extends ResultValues, Classes extends string>(
  result: SemanticSegmentationResult<Held, Classes>,
): Promise<TransferableResult<Held, Classes>> {
  const { width, height, classNames, backgroundClassId, idCount } = result;
  const { probabilities, overlayImage }: ResultValues = result;
  const pixels = width * height;
  const copies = new Copies();
  const arrays: ResultData = {
    width,
    height,
    segmentationMap: copies.of(result.segmentationMap, pixels),
    confidence: copies.of(result.confidence, pixels),
    classAreas: copies.of(result.classAreas, result.classAreas?.length ?? 0),
    probabilities: probabilities && {
      classes: probabilities.classes,
      width,
      height,
      data: copies.of(probabilities.data, pixels * probabilities.classes.length),
    },
    overlayImage: overlayImage && { data: copies.of(overlayImage.data, pixels * 4), width, height },
    classNames,
    backgroundClassId,
    idCount,
    imageMetadata: result.imageMetadata,
    timings: result.timings,
    nonFinitePixels: result.nonFinitePixels,
  };
  await copies.make();
  const transferList = copies.to.map(({ buffer }) => buffer as ArrayBuffer);
  return { value: arrays as ResultData<Held, Classes>, transferList };
}

function transferred(): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    "result.toTransferable() needs all arrays of the result, but one was transferred to another thread.",
    {
      detail: { option: "out" },
      hint: "call it before the arrays that were given as out are transferred, or leave out away.",
    },
  );
}
