// What every function that looks at a result takes, by its shape alone: a result, its clone in a Worker, and maps that
// were kept in a file all fit.

import { invalidOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { refuseDisposed } from "../result-memory.js";

/**
 * A class for every pixel, and what is needed to read it. A `SemanticSegmentationResult` is one, and so is what
 * arrives where one was sent to a Worker.
 *
 * The arrays may lie in SharedArrayBuffers, which are read in place while a function works on them. Others are copied
 * first, unless they are a result's own.
 */
export interface SegmentationMaps {
  /** `width · height` class ids, row by row. */
  readonly segmentationMap: Uint8Array | Uint16Array;
  /** `width · height` confidences, 0 to 1, row by row; only what shows confidences needs them. */
  readonly confidence?: Float32Array | undefined;
  /** Width of the maps in pixels, from 1. */
  readonly width: number;
  /** Height of the maps in pixels, from 1. */
  readonly height: number;
  /** Names by class id. */
  readonly classNames: readonly string[];
  /** Class id of the background. */
  readonly backgroundClassId: number;
  /**
   * How many class ids there are, those without a name included. Pixels with other ids are neither painted nor counted.
   * @default the number of names
   */
  readonly idCount?: number | undefined;
  /** Size of the segmented picture, where it differs from the maps'. @default the size of the maps */
  readonly imageMetadata?: { readonly sourceWidth: number; readonly sourceHeight: number } | undefined;
}

/** {@link SegmentationMaps}, checked and complete. */
export interface CheckedMaps {
  readonly segmentationMap: Uint8Array | Uint16Array;
  readonly confidence: Float32Array | undefined;
  readonly width: number;
  readonly height: number;
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  /** At least the number of names; the map may hold ids from it on. */
  readonly idCount: number;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/** What must be known of classes to name and paint them. */
export type ClassFacts = Pick<CheckedMaps, "classNames" | "backgroundClassId" | "idCount">;

const mostIds = 65536;
const longestSide = 2 ** 31 - 1;

/**
 * Checks types, lengths and ranges, but not the ids in the map: what is to be done with one that has no name is up to
 * the caller.
 * @param where Who asks, for messages: `"overlay()"`.
 * @throws DeepLabError OPTION_INVALID, RESULT_DISPOSED
 */
export function checkMaps(value: unknown, where: string): CheckedMaps {
  if (typeof value !== "object" || value === null) {
    return invalidOption(`the maps for ${where}`, "a segmentation result or an object like it", value);
  }
  refuseDisposed(value, where);
  const given = value as Partial<Record<keyof SegmentationMaps, unknown>>;
  const name = (field: string) => `${field} of the maps for ${where}`;
  const whole = (field: string, found: unknown, min: number, max: number): number => {
    if (typeof found === "number" && Number.isInteger(found) && found >= min && found <= max) return found;
    return invalidOption(name(field), `a whole number from ${min} to ${max}`, found);
  };
  const width = whole("width", given.width, 1, longestSide);
  const height = whole("height", given.height, 1, longestSide);
  const { segmentationMap, confidence, idCount, imageMetadata } = given;
  checkArray(segmentationMap, ["Uint8Array", "Uint16Array"], width, height, name("segmentationMap"));
  if (confidence !== undefined) checkArray(confidence, ["Float32Array"], width, height, name("confidence"));
  const classNames = checkNames(given.classNames, name("classNames"));
  const source = checkSource(imageMetadata, name("imageMetadata"));
  return {
    segmentationMap: segmentationMap as Uint8Array | Uint16Array,
    confidence: confidence as Float32Array | undefined,
    width,
    height,
    classNames,
    backgroundClassId: whole("backgroundClassId", given.backgroundClassId, 0, mostIds - 1),
    idCount:
      idCount === undefined ? classNames.length : whole("idCount", idCount, classNames.length, mostIds),
    sourceWidth: whole("imageMetadata.sourceWidth", source.sourceWidth ?? width, 1, longestSide),
    sourceHeight: whole("imageMetadata.sourceHeight", source.sourceHeight ?? height, 1, longestSide),
  };
}

/**
 * The confidence of maps that must have one.
 * @throws DeepLabError OPTION_INVALID
 */
export function neededConfidence({ confidence }: CheckedMaps, where: string): Float32Array {
  if (confidence !== undefined) return confidence;
  throw new DeepLabError("OPTION_INVALID", `${where} needs maps with confidence, but these have none.`, {
    detail: { option: "confidence", expected: "a Float32Array", found: "undefined" },
    hint: 'add "confidence" to the option include of model.infer().',
  });
}

/**
 * The maps, whose memory may have gone while something else was waited for.
 * @throws DeepLabError OPTION_INVALID
 */
export function thatIsThere(maps: CheckedMaps): CheckedMaps {
  const { segmentationMap, confidence, width, height } = maps;
  for (const [name, array] of Object.entries({ segmentationMap, confidence })) {
    if (array !== undefined && array.length !== width * height) {
      invalidOption(
        name,
        `left alone until the promise settles: ${width * height} elements`,
        array,
        whyNot(array, 0),
      );
    }
  }
  return maps;
}

/** The name of a class; `class N` for an id without one. */
export function nameOfClass(classNames: readonly string[], id: number): string {
  return classNames[id] ?? `class ${id}`;
}

// By tag, not by class: arrays of another realm (a vm context, a test environment) are arrays too.
function checkArray(
  value: unknown,
  kinds: readonly string[],
  width: number,
  height: number,
  name: string,
): void {
  const tag = ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : "";
  const expected = `a ${kinds.join(" or ")} of ${width * height} elements (${width}×${height})`;
  const length = kinds.includes(tag) ? (value as Uint8Array).length : -1;
  if (length !== width * height) invalidOption(name, expected, value, whyNot(value, length));
}

function whyNot(value: unknown, length: number): string {
  if (value === undefined) return " Did the option include of model.infer() leave it out?";
  // A transferred ArrayBuffer leaves an array without elements behind.
  return length === 0 ? " Its memory may have been transferred to another thread." : "";
}

function checkNames(value: unknown, name: string): readonly string[] {
  const isList = Array.isArray(value) && value.length <= mostIds;
  if (isList && value.every((item) => typeof item === "string")) return value as string[];
  return invalidOption(name, `a list of strings, at most ${mostIds}`, value);
}

function checkSource(value: unknown, name: string): { sourceWidth?: unknown; sourceHeight?: unknown } {
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null) return value;
  return invalidOption(name, "an object with sourceWidth and sourceHeight", value);
}
