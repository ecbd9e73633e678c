// Encoded picture → RGB or grey pixels, by sharp (libvips, on libuv's threads), like OpenCV's imread in
// colour: EXIF orientation applied, alpha dropped and not blended, ICC profile ignored, 16 bits cut to
// the upper 8, first frame only. Unlike it, damaged data is an error.

import type { default as Sharp, SharpOptions } from "sharp";
import { DeepLabError } from "../errors.js";
import type { NativeImage } from "../native.js";
import { isDecodable, sniffFormat } from "./sniff.js";

/** Most pixels an encoded picture may have: a small file can name a huge size. */
export const decodedPixelLimit = 100_000_000;

const options: SharpOptions = {
  limitInputPixels: decodedPixelLimit,
  // Stops at missing or damaged data, but not at harmless oddities such as bytes after the end.
  failOn: "error",
  autoOrient: true,
  ignoreIcc: true,
  pages: 1,
};

/**
 * Decodes one picture; the pixels are memory that only we hold, so native code reads them in place.
 * @throws DeepLabError IMAGE_EMPTY, IMAGE_UNSUPPORTED, IMAGE_CORRUPT, IMAGE_TOO_LARGE,
 *   IMAGE_DECODER_UNAVAILABLE
 */
export async function decodePixels(bytes: Uint8Array): Promise<NativeImage> {
  if (bytes.length === 0) throw new DeepLabError("IMAGE_EMPTY", "The picture is empty (0 bytes).");
  const format = sniffFormat(bytes);
  if (!isDecodable(format)) throw unsupported(format, bytes);
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(bytes, options)
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return {
      data,
      width,
      height,
      stride: width * channels,
      colorFormat: channels === 1 ? "gray" : "rgb",
      matrix: "bt601",
      range: "limited",
      borrow: true,
    };
  } catch (error) {
    throw decodeError(error as Error, format);
  }
}

/**
 * Starts loading sharp, which takes a good part of a second at worst: done while a model loads, the first picture
 * need not wait for it. Never fails: whoever decodes is told what is wrong.
 * @returns settled when it is loaded, or cannot be
 */
export function preloadDecoder(): Promise<void> {
  return loadSharp().then(
    () => {},
    () => {},
  );
}

async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new DeepLabError(
      "IMAGE_DECODER_UNAVAILABLE",
      `The picture decoder "sharp" cannot be loaded: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function decodeError(error: Error, format: string | undefined): DeepLabError {
  if (/exceeds pixel limit/i.test(error.message)) {
    return new DeepLabError(
      "IMAGE_TOO_LARGE",
      `The picture has more than ${decodedPixelLimit} pixels, the most allowed.`,
      {
        detail: { allowed: decodedPixelLimit },
        cause: error,
      },
    );
  }
  return new DeepLabError("IMAGE_CORRUPT", `The ${format} picture cannot be decoded: ${error.message}.`, {
    detail: { format, reason: error.message },
    cause: error,
  });
}

function unsupported(format: string | undefined, bytes: Uint8Array): DeepLabError {
  const begin = Buffer.from(bytes.subarray(0, 8)).toString("hex").replace(/../g, "$& ").trim();
  const what = format === undefined ? `no picture format that is known (it begins with ${begin})` : format;
  return new DeepLabError("IMAGE_UNSUPPORTED", `The data is ${what}, which cannot be decoded.`, {
    detail: { format: format ?? null, begin },
  });
}
