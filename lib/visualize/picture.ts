// Pictures that are given back: raw pixels, or the bytes of a file.

import { choiceOption, integerOption, invalidOption, optionObject, signalOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { encodePng } from "../export/png.js";
import { loadDecoder } from "../image/decoder.js";

/** A picture of `width · height · 4` bytes: red, green, blue, alpha (not premultiplied). */
export interface RgbaImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Raw RGBA pixels, or the bytes of such a file. */
export type PictureFormat = "rgba" | "png" | "jpeg" | "webp";

/** What a picture of that format is given back as. */
export type PictureOf<Format extends PictureFormat> = Format extends "rgba" ? RgbaImage : Buffer;

/** How a picture is given back. */
export interface PictureOptions<Format extends PictureFormat = PictureFormat> {
  /** Raw RGBA pixels, or the bytes of a file; a JPEG needs a picture that is opaque everywhere. @default "rgba" */
  readonly format?: Format | undefined;
  /** Of JPEG and WebP, 1 to 100. @default 90 */
  readonly quality?: number | undefined;
}

/** {@link PictureOptions}, checked. */
export interface Encoding {
  readonly format: PictureFormat;
  readonly quality: number;
}

const formats = ["rgba", "png", "jpeg", "webp"] as const;
const defaultQuality = 90;

/** Options of a function that gives a picture back: its own, as given, and those that all of them have, checked. */
export interface PictureRequest {
  readonly given: Readonly<Record<string, unknown>>;
  readonly encoding: Encoding;
  readonly stop: AbortSignal | undefined;
}

/**
 * Checks which options there are, and those that say how a picture is given back.
 * @param where How messages name them: `"options of colorize()"`.
 * @param keys The function's own.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function pictureRequest(options: unknown, where: string, keys: readonly string[]): PictureRequest {
  const given = optionObject(options, where, [...keys, "format", "quality", "signal"]);
  const { format, quality, signal } = given;
  return { given, encoding: encodingOption(format, quality), stop: signalOption(signal) };
}

function encodingOption(format: unknown, quality: unknown): Encoding {
  const chosen = choiceOption(format, "format", formats, "rgba");
  if (quality !== undefined && chosen !== "jpeg" && chosen !== "webp") {
    invalidOption("quality", `left out, as format "${chosen}" loses nothing,`, quality);
  }
  return { format: chosen, quality: integerOption(quality, "quality", 1, 100, defaultQuality) };
}

/**
 * The picture in its format, made off the event loop.
 * @param isOpaque Whether every alpha is 255.
 * @throws DeepLabError OPTION_INVALID, IMAGE_TOO_LARGE, IMAGE_DECODER_UNAVAILABLE
 */
export async function encodePicture(
  image: RgbaImage,
  { format, quality }: Encoding,
  isOpaque: boolean,
): Promise<RgbaImage | Buffer> {
  if (format === "rgba") return image;
  if (format === "png") return encodePng(image, isOpaque);
  if (format === "jpeg" && !isOpaque) {
    throw new DeepLabError("OPTION_INVALID", "A JPEG cannot hold a picture that is transparent in places.", {
      detail: { option: "format", expected: '"png" or "webp"', found: '"jpeg"' },
      hint: 'take the format "png" or "webp", or paint over an image.',
    });
  }
  const sharp = await loadDecoder();
  const { data, width, height } = image;
  const picture = sharp(data, { raw: { width, height, channels: 4 } });
  // Without chroma subsampling: colours of regions end where the regions do.
  const file =
    format === "jpeg"
      ? picture.removeAlpha().jpeg({ quality, chromaSubsampling: "4:4:4" })
      : picture.webp({ quality, smartSubsample: true });
  try {
    return await file.toBuffer();
  } catch (error) {
    const { message } = error as Error;
    throw new DeepLabError(
      "IMAGE_TOO_LARGE",
      `A ${width}×${height} picture cannot be a ${format} file: ${message}`,
      {
        detail: { found: `${width}×${height}` },
        cause: error,
      },
    );
  }
}
