// model.allocateImage: what it takes, and how much memory that is.

import { choiceOption, integerOption, invalidOption } from "../checks.js";
import { DeepLabError, toDeepLabError } from "../errors.js";
import type { NativeModel } from "../native.js";
import { colorFormats, denseRows, longestSide, mostPixels } from "./raw.js";

/**
 * Memory of the model for the pixels of a picture.
 * @throws DeepLabError OPTION_INVALID, IMAGE_TOO_LARGE, OUT_OF_MEMORY, CLOSED, DEVICE_*
 */
export function allocateImage(native: NativeModel, width: unknown, height: unknown, format: unknown): Buffer {
  const bytes = pictureBytes(width, height, format);
  try {
    return Buffer.from(native.allocate(bytes));
  } catch (error) {
    throw toDeepLabError(error);
  }
}

// Of a picture whose rows follow each other without padding.
function pictureBytes(width: unknown, height: unknown, format: unknown): number {
  const [columns, lines] = [side(width, "width"), side(height, "height")];
  const colorFormat = choiceOption(format, "format", colorFormats, "rgb");
  if (columns * lines > mostPixels) {
    throw new DeepLabError(
      "IMAGE_TOO_LARGE",
      `A picture of ${columns}×${lines} pixels was asked for; at most ${mostPixels} pixels are allowed.`,
      { detail: { width: columns, height: lines, allowed: mostPixels } },
    );
  }
  const { rowBytes, rows } = denseRows(columns, lines, colorFormat);
  return rowBytes * rows;
}

function side(value: unknown, name: string): number {
  if (value === undefined) return invalidOption(name, `a whole number from 1 to ${longestSide}`, value);
  return integerOption(value, name, 1, longestSide, 0);
}
