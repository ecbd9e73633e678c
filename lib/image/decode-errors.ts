// The errors of encoded pictures, each with what was found.

import { DeepLabError } from "../errors.js";
import { longestSide } from "./raw.js";

// That of the JPEG library, here as in OpenCV.
const longestJpegSide = 65_500;

/** Pixels of either side. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** IMAGE_CORRUPT, with the decoder's own words where they are the reason. */
export function corrupt(format: string, reason: string, cause?: unknown): DeepLabError {
  return new DeepLabError("IMAGE_CORRUPT", `The ${format} picture cannot be decoded: ${reason}.`, {
    detail: { format, reason },
    cause,
  });
}

/** What the decoder said: it repeats itself, once for each part of the picture that it gave up. */
export function decoderWords(error: unknown): string {
  const lines = (error as Error).message.split("\n").map((line) => line.trim());
  const words = [...new Set(lines)]
    .filter((line) => line !== "")
    .slice(0, 3)
    .join("; ");
  return words === "Unknown error" ? "its data is missing or damaged" : words;
}

/** IMAGE_UNSUPPORTED for data of no known kind, or of one that is not decoded. */
export function unsupportedFormat(format: string | undefined, bytes: Uint8Array): DeepLabError {
  const begin = Buffer.from(bytes.subarray(0, 8)).toString("hex").replace(/../g, "$& ").trim();
  const what = format === undefined ? `no picture format that is known (it begins with ${begin})` : format;
  return new DeepLabError("IMAGE_UNSUPPORTED", `The data is ${what}, which cannot be decoded.`, {
    detail: { format: format ?? null, begin },
  });
}

/** IMAGE_UNSUPPORTED for a kind of samples or coding within a format that is decoded otherwise. */
export function unsupportedKind(format: string, kind: string): DeepLabError {
  const message = `The ${format} picture holds ${kind}, which cannot be decoded.`;
  return new DeepLabError("IMAGE_UNSUPPORTED", message, {
    detail: { format, kind },
    hint: "save it as an ordinary PNG or JPEG, or pass raw pixels.",
  });
}

/**
 * Refuses a size before pixels are touched.
 * @param limit Most pixels.
 * @throws DeepLabError IMAGE_CORRUPT, IMAGE_TOO_LARGE
 */
export function checkDecodedSize(format: string, { width, height }: PictureSize, limit: number): void {
  if (width === 0 || height === 0) throw corrupt(format, `its header says ${width}×${height} pixels`);
  if (width * height > limit) {
    throw tooLarge(
      { width, height },
      `${width * height} pixels; at most ${limit} are decoded`,
      limit,
      "scale the picture down or cut it into tiles, or raise limitInputPixels of AutoModel.fromPretrained().",
    );
  }
  const longest = format === "JPEG" ? longestJpegSide : longestSide;
  if (Math.max(width, height) <= longest) return;
  throw tooLarge({ width, height }, `at most ${longest} pixels a side are allowed`, longest);
}

function tooLarge({ width, height }: PictureSize, why: string, allowed: number, hint?: string): DeepLabError {
  return new DeepLabError("IMAGE_TOO_LARGE", `The picture is ${width}×${height}: ${why}.`, {
    detail: { width, height, allowed },
    ...(hint === undefined ? {} : { hint }),
  });
}
