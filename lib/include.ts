// What a result holds: the option `include`, its checks, and the types that follow from it.

import { choiceOption, invalidOption } from "./checks.js";
import type { Probabilities } from "./probabilities.js";
import type { RgbaImage } from "./visualize/picture.js";

/** Every part a result can hold. */
export const resultParts = [
  "segmentationMap",
  "confidence",
  "classAreas",
  "probabilities",
  "overlay",
] as const satisfies readonly ResultPart[];

/**
 * A part of a result:
 * - `"segmentationMap"`: the class of every pixel;
 * - `"confidence"`: the confidence of every pixel;
 * - `"classAreas"`: how many pixels of the map each class has;
 * - `"probabilities"`: a plane of probabilities for each class (`probabilityClasses`), before any threshold;
 * - `"overlay"`: the picture with the colours of the classes over it.
 */
export type ResultPart = "segmentationMap" | "confidence" | "classAreas" | "probabilities" | "overlay";

/** What a result holds where `include` is left out. */
export type DefaultParts = readonly ["segmentationMap", "confidence"];

/** Both maps, and perhaps more: what a function can ask of any usual result. */
export type AtLeastDefaultParts = readonly ["segmentationMap", "confidence", ...ResultPart[]];

/** Whether one element of the tuple is this very part; false where it may be one, or where the list has no end. */
export type Certain<Parts extends readonly ResultPart[], Part extends ResultPart> = Parts extends readonly [
  infer First,
  ...infer Rest extends readonly ResultPart[],
]
  ? [First] extends [Part]
    ? true
    : Certain<Rest, Part>
  : false;

/** `T` where `Parts` surely holds `Part`, `undefined` where it cannot, either where only running will tell. */
export type IfIncluded<Parts extends readonly ResultPart[], Part extends ResultPart, T> =
  Certain<Parts, Part> extends true ? T : Part extends Parts[number] ? T | undefined : undefined;

/** Everything a result may hold; undefined where it was not asked for. */
export interface ResultValues {
  readonly segmentationMap: Uint8Array | Uint16Array | undefined;
  readonly confidence: Float32Array | undefined;
  readonly classAreas: Float64Array | undefined;
  readonly probabilities: Probabilities | undefined;
  readonly overlayImage: RgbaImage | undefined;
}

/**
 * What the result of a call with `include: Parts` holds: `SemanticSegmentationResult<Holding<["classAreas"]>>`.
 * The condition is always true: it makes TypeScript compare what is held, and not the lists.
 * @typeParam Classes The model's class names.
 */
export type Holding<
  Parts extends readonly ResultPart[],
  Classes extends string = string,
> = Parts extends unknown
  ? {
      readonly segmentationMap: IfIncluded<Parts, "segmentationMap", Uint8Array | Uint16Array>;
      readonly confidence: IfIncluded<Parts, "confidence", Float32Array>;
      readonly classAreas: IfIncluded<Parts, "classAreas", Float64Array>;
      readonly probabilities: IfIncluded<Parts, "probabilities", Probabilities<Classes>>;
      readonly overlayImage: IfIncluded<Parts, "overlay", RgbaImage>;
    }
  : never;

/** Options whose `include` is surely there. */
export interface Including<Parts extends readonly ResultPart[]> {
  readonly include: Parts;
}

/**
 * What the result of a call holds whose `include` may be left out or undefined: `Parts`, or the default.
 * @typeParam Classes The model's class names.
 */
export type HoldingOrDefault<
  Parts extends readonly ResultPart[] | undefined,
  Classes extends string = string,
> = Holding<Exclude<Parts, undefined> | DefaultParts, Classes>;

/** `include`, as flags. */
export interface IncludeFlags {
  readonly segmentationMap: boolean;
  readonly confidence: boolean;
  readonly classAreas: boolean;
  readonly probabilities: boolean;
  readonly overlay: boolean;
}

const defaultFlags: IncludeFlags = {
  segmentationMap: true,
  confidence: true,
  classAreas: false,
  probabilities: false,
  overlay: false,
};

/**
 * Checks the option `include`; undefined asks for both maps.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseInclude(value: unknown): IncludeFlags {
  if (value === undefined) return defaultFlags;
  if (!Array.isArray(value) || value.length === 0) {
    return invalidOption("include", `a list of at least one of ${resultParts.join(", ")}`, value);
  }
  for (const [i, part] of value.entries())
    choiceOption(part ?? null, `include[${i}]`, resultParts, "overlay");
  const has = (part: ResultPart) => value.includes(part);
  return {
    segmentationMap: has("segmentationMap"),
    confidence: has("confidence"),
    classAreas: has("classAreas"),
    probabilities: has("probabilities"),
    overlay: has("overlay"),
  };
}
