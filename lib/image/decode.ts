// Encoded picture → RGB or grey pixels, by sharp (libvips, on libuv's threads), like OpenCV's imread in colour (see
// docs/images.md for what was measured). Unlike it, damaged data is an error.

import type { Sharp, SharpOptions } from "sharp";
import { DeepLabError } from "../errors.js";
import type { NativeImage } from "../native.js";
import { inksToRgb } from "./cmyk.js";
import { checkDecodedSize, corrupt, decoderWords, unsupportedFormat } from "./decode-errors.js";
import { type Decoder, loadDecoder } from "./decoder.js";
import { type PictureHeader, readHeader } from "./header.js";
import { isDecodable, sniffFormat } from "./sniff.js";

export { preloadDecoder } from "./decoder.js";

/** Most pixels an encoded picture may have unless `limitInputPixels` says otherwise: a small file can name a huge size. */
export const decodedPixelLimit = 100_000_000;

/**
 * Decodes one picture; the pixels are memory that only we hold, so native code reads them in place.
 * @param limit Most pixels (`limitInputPixels`); the header is asked before any memory is taken.
 * @param stop Ends it between two steps of the decoder, which itself cannot be stopped.
 * @throws DeepLabError IMAGE_EMPTY, IMAGE_UNSUPPORTED, IMAGE_CORRUPT, IMAGE_TOO_LARGE,
 *   IMAGE_DECODER_UNAVAILABLE; the reason of `stop`
 */
export async function decodePixels(
  bytes: Uint8Array,
  limit = decodedPixelLimit,
  stop?: AbortSignal,
): Promise<NativeImage> {
  if (bytes.length === 0) throw new DeepLabError("IMAGE_EMPTY", "The picture is empty (0 bytes).");
  const format = sniffFormat(bytes);
  if (!isDecodable(format)) throw unsupportedFormat(format, bytes);
  const sharp = await loadDecoder();
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = await readHeader(file, format, sharp);
  stop?.throwIfAborted();
  checkDecodedSize(format, header.size, limit);
  if (header.isTooShort) {
    const { width, height } = header.size;
    throw corrupt(
      format,
      `its header says ${width}×${height} pixels, more than ${file.length} bytes can hold`,
    );
  }
  return decode(file, header, sharp, limit);
}

async function decode(file: Buffer, header: PictureHeader, sharp: Decoder, limit: number) {
  const { data, info } = await pixels(file.subarray(0, header.gif?.end), header, sharp, limit);
  const { width, height } = info;
  const isInks = header.samples === "inks" && info.channels === 4;
  const rgb = isInks ? await inksToRgb(data, header.format === "TIFF" ? "TIFF" : "JPEG") : data;
  const channels = isInks ? 3 : info.channels;
  return {
    data: rgb,
    width,
    height,
    stride: width * channels,
    colorFormat: channels === 1 ? "gray" : "rgb",
    matrix: "bt601",
    range: "limited",
    borrow: true,
  };
}

// The JPEG decoder only warns where data is missing or damaged, and fills in grey; but it warns of harmless things too.
const harmless = /extraneous bytes before marker|unknown JFIF revision|Unknown Adobe color transform/;

async function pixels(file: Buffer, header: PictureHeader, sharp: Decoder, limit: number) {
  const run = (failOn: "error" | "warning") =>
    convert(sharp(file, { ...options(limit), failOn }), header).toBuffer({ resolveWithObject: true });
  try {
    return await run(header.format === "JPEG" ? "warning" : "error");
  } catch (error) {
    const words = decoderWords(error);
    const isHarmless = header.format === "JPEG" && words.split("; ").every((line) => harmless.test(line));
    if (!isHarmless) throw corrupt(header.format, words, error);
  }
  try {
    return await run("error");
  } catch (error) {
    throw corrupt(header.format, decoderWords(error), error);
  }
}

function options(limit: number): SharpOptions {
  return { limitInputPixels: limit, autoOrient: true, ignoreIcc: true, pages: 1 };
}

/** The steps that give imread's pixels: EXIF orientation and ignoring profiles are options already. */
function convert(image: Sharp, { samples, premultiplied, gif }: PictureHeader): Sharp {
  if (gif !== undefined) return gifCanvas(image, gif).toColourspace("srgb").raw({ depth: "uchar" });
  if (premultiplied) image.flatten({ background: "#000" });
  else if (samples !== "inks") image.removeAlpha();
  if (samples === "inks") return image.pipelineColourspace("cmyk").toColourspace("cmyk").raw();
  // Cut to the upper byte in the end: this makes it value · 255 / 65535, rounded.
  if (samples === "rounded") image.pipelineColourspace("rgb16").linear((255 * 256) / 65_535, 128);
  return image.toColourspace("srgb").raw({ depth: "uchar" });
}

function gifCanvas(
  image: Sharp,
  { canvas, left, top, frame, background }: NonNullable<PictureHeader["gif"]>,
): Sharp {
  return image
    .extract({ left, top, ...frame })
    .flatten({ background })
    .extend({
      left,
      top,
      right: canvas.width - left - frame.width,
      bottom: canvas.height - top - frame.height,
      background,
    });
}
