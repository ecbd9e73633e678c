// What model.explainPixel takes beside the image: the public types and their checks.

import { integerOption, optionObject } from "./checks.js";
import { DeepLabError } from "./errors.js";
import type { ImageMetadata } from "./image-metadata.js";
import type { DefaultParts } from "./include.js";
import { type InferOptions, inferKeys } from "./infer-options.js";

/** A pixel of the caller's picture, counted from its top left after EXIF orientation. */
export interface PixelPlace {
  /** Whole, from 0. */
  readonly x: number;
  /** Whole, from 0. */
  readonly y: number;
}

/**
 * Options of `model.explainPixel`: those of `infer` that decide what a pixel becomes, and `topK`.
 * @typeParam Classes The model's class names.
 */
export interface ExplainOptions<Classes extends string = string>
  extends Omit<InferOptions<DefaultParts, Classes>, "include" | "out" | "probabilityClasses" | "overlay"> {
  /** How many of the likeliest classes are listed. @default 5 */
  readonly topK?: number | undefined;
}

/** Both arguments, checked, but for what depends on the picture. */
export interface ExplainSettings extends PixelPlace {
  readonly topK: number;
  /** The options of `infer` among them, as given. */
  readonly infer: Readonly<Record<string, unknown>>;
}

const unused: readonly string[] = ["include", "out", "probabilityClasses", "overlay"];
const keys = [...inferKeys.filter((key) => !unused.includes(key)), "topK"];
const mostClasses = 65536;
const longestSide = 2 ** 31 - 1;

/**
 * Checks what can be checked before the picture is known.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseExplainOptions(place: unknown, options: unknown): ExplainSettings {
  const { x, y } = optionObject(place ?? null, "the pixel for model.explainPixel()", ["x", "y"]);
  const { topK, ...infer } = optionObject(options, "options of model.explainPixel()", keys);
  return {
    x: integerOption(x ?? null, "x of the pixel", 0, longestSide, 0),
    y: integerOption(y ?? null, "y of the pixel", 0, longestSide, 0),
    topK: integerOption(topK, "topK", 1, mostClasses, 5),
    infer,
  };
}

/**
 * Checks that the picture has the pixel.
 * @throws DeepLabError OPTION_INVALID
 */
export function checkPixel({ x, y }: PixelPlace, { sourceWidth, sourceHeight }: ImageMetadata): void {
  if (x < sourceWidth && y < sourceHeight) return;
  throw new DeepLabError(
    "OPTION_INVALID",
    `Expected a pixel of the picture, which is ${sourceWidth}×${sourceHeight}, but received ${x},${y}.`,
    {
      detail: { option: x < sourceWidth ? "y" : "x", found: [x, y], allowed: [sourceWidth, sourceHeight] },
      hint: `pass an x from 0 to ${sourceWidth - 1} and a y from 0 to ${sourceHeight - 1}.`,
    },
  );
}
