// What an encoded picture says of itself, read before any pixel: its size, and what its pixels need to become RGB.

import type { Metadata, SharpOptions } from "sharp";
import { corrupt, decoderWords, type PictureSize, unsupportedKind } from "./decode-errors.js";
import type { Decoder } from "./decoder.js";
import { type GifFrame, readGifFrame } from "./gif-frame.js";
import { readJpegHeader } from "./jpeg-header.js";
import type { DecodableFormat } from "./sniff.js";

/** The header of a picture, in the terms of decoding. */
export interface PictureHeader {
  readonly format: DecodableFormat;
  /** Pixels, before it is turned as EXIF says. */
  readonly size: PictureSize;
  /** How samples become RGB: as they are, from inks, or by rounding 16-bit ones. */
  readonly samples: "rgb" | "inks" | "rounded";
  /** Colours are multiplied by their alpha: imread does that to TIFF alone. */
  readonly premultiplied: boolean;
  /** The file has too few bytes for the pixels that it promises. */
  readonly isTooShort: boolean;
  readonly gif: GifFrame | undefined;
}

/**
 * Reads the header: ours for JPEG, PNG and GIF, whose headers are simple, the decoder's for the rest.
 * @throws DeepLabError IMAGE_CORRUPT, IMAGE_UNSUPPORTED
 */
export async function readHeader(
  file: Buffer,
  format: DecodableFormat,
  sharp: Decoder,
): Promise<PictureHeader> {
  const plain = { format, samples: "rgb", premultiplied: false, isTooShort: false, gif: undefined } as const;
  if (format === "JPEG") {
    const { width, height, components, isTooShort } = readJpegHeader(file);
    return { ...plain, size: { width, height }, samples: components === 4 ? "inks" : "rgb", isTooShort };
  }
  if (format === "PNG") return { ...plain, size: readPngSize(file) };
  if (format === "GIF") {
    const gif = await readGifFrame(file);
    return { ...plain, size: gif.canvas, gif };
  }
  const found = await readMetadata(file, format, sharp);
  const size = { width: found.width, height: found.height };
  return format === "TIFF" ? { ...plain, size, ...tiffKind(found) } : { ...plain, size };
}

function readPngSize(file: Buffer): PictureSize {
  if (file.length < 33 || file.toString("latin1", 12, 16) !== "IHDR") {
    throw corrupt("PNG", "its header ends without a size");
  }
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

// What the decoder says of pictures that are whole, but not for it.
const refusals = [
  { format: "AVIF", words: /unsupported image format/, kind: "an animation" },
  { format: "TIFF", words: /tile size out of range/, kind: "tiles that are much larger than the picture" },
] as const;

async function readMetadata(file: Buffer, format: string, sharp: Decoder): Promise<Metadata> {
  const options: SharpOptions = { limitInputPixels: false, failOn: "error", pages: 1 };
  try {
    return await sharp(file, options).metadata();
  } catch (error) {
    const words = decoderWords(error);
    const kind = refusals.find((one) => one.format === format && one.words.test(words))?.kind;
    if (kind !== undefined) throw unsupportedKind(format, kind);
    throw corrupt(format, words, error);
  }
}

// imread leaves TIFF of colours to the TIFF library, which rounds and multiplies by alpha; grey it reads itself.
function tiffKind({ depth, space, hasAlpha }: Metadata): Pick<PictureHeader, "samples" | "premultiplied"> {
  if (depth !== "uchar" && depth !== "ushort") throw unsupportedKind("TIFF", `${depth} samples`);
  const isGray = space === "b-w" || space === "grey16";
  const premultiplied = hasAlpha === true && !isGray;
  if (space === "cmyk") return { samples: "inks", premultiplied };
  return { samples: space === "rgb16" ? "rounded" : "rgb", premultiplied };
}
