// Raw pixels: every length checked here, so that native code never reads beyond them.

import { types } from "node:util";
import { DeepLabError } from "../errors.js";
import type { NativeImage } from "../native.js";
import { show } from "../show.js";
import { didYouMean } from "../suggest.js";
import { viewBytes } from "./encoded.js";
import { nearMissHint } from "./near-misses.js";

/**
 * Order of a pixel's bytes. `"nv12"`: a plane of luma, then, at the same stride, half as many rows of Cb and Cr by
 * turns, one pair for two by two pixels; what cameras and video decoders give.
 */
export type ColorFormat = "rgb" | "bgr" | "rgba" | "bgra" | "gray" | "nv12";

/** Uncompressed 8-bit pixels, rows from top to bottom. Alpha is dropped, not blended. */
export interface RawImage {
  /**
   * `height` rows of `stride` bytes; the last one may end with its last pixel. Copied at the call, unless over a
   * SharedArrayBuffer, from `model.allocateImage`, or with `copyInput: false`: read in place until the call is
   * answered then, and not to be changed before.
   */
  readonly data: Uint8Array | Uint8ClampedArray | ArrayBuffer | SharedArrayBuffer;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes a pixel: 1, 3 or 4. @default that of `colorFormat`, else what the length of `data` says */
  readonly channels?: 1 | 3 | 4 | undefined;
  /** Bytes from one row to the next. @default width · channels */
  readonly stride?: number | undefined;
  /** @default "gray", "rgb" or "rgba" for 1, 3 or 4 channels */
  readonly colorFormat?: ColorFormat | undefined;
  /** For `"nv12"`: how luma and chroma become RGB. @default "bt601" */
  readonly matrix?: "bt601" | "bt709" | undefined;
  /** For `"nv12"`: luma from 16 to 235, or from 0 to 255. @default "limited" */
  readonly range?: "limited" | "full" | undefined;
  /** Of an `ImageData`: not looked at, as colour profiles of picture files are not. */
  readonly colorSpace?: string | undefined;
  /** Of an `ImageData`: 8 bits a channel are the only ones taken. */
  readonly pixelFormat?: "rgba-unorm8" | undefined;
}

const channelsOf: Readonly<Record<ColorFormat, number>> = {
  gray: 1,
  nv12: 1, // of its luma
  rgb: 3,
  bgr: 3,
  rgba: 4,
  bgra: 4,
};
/** All formats. */
export const colorFormats = Object.keys(channelsOf) as readonly ColorFormat[];
const formatOf: Readonly<Record<number, ColorFormat>> = { 1: "gray", 3: "rgb", 4: "rgba" };
const keys = ["data", "width", "height", "channels", "stride", "colorFormat", "matrix", "range"];
// What an `ImageData` has besides, where its class has no getters.
const imageDataKeys = ["colorSpace", "pixelFormat"];

/** Both maps of a larger picture would not fit into one ArrayBuffer each on every platform. */
export const mostPixels = 2 ** 28;
/** Pixels, of either side. */
export const longestSide = 2 ** 20;

/** Bytes of a row without padding, and how many rows there are: those of chroma too. */
export function denseRows(
  width: number,
  height: number,
  format: ColorFormat,
): { readonly rowBytes: number; readonly rows: number } {
  if (format !== "nv12") return { rowBytes: width * channelsOf[format], rows: height };
  return { rowBytes: width + (width % 2), rows: height + Math.ceil(height / 2) };
}

/**
 * Checks raw pixels and describes them for native code, which copies them in the call or reads them in place.
 * @param copyInput False: read in place, as shared memory always is.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_EMPTY, IMAGE_TOO_LARGE
 */
export function fromRaw(raw: RawImage, copyInput = true): NativeImage {
  for (const key of Object.keys(raw)) {
    if (!keys.includes(key) && !imageDataKeys.includes(key))
      throw invalid(
        key,
        `one of ${keys.join(", ")}`,
        `the key ${show(key)}`,
        didYouMean(key, keys),
        nearMissHint(raw),
      );
  }
  const data = bytesOf(raw.data);
  const { width, height } = checkSize(raw);
  const { channels, colorFormat } = checkFormat(raw, data.length);
  const { rowBytes, rows } = denseRows(width, height, colorFormat);
  const stride = checkStride(raw.stride, rowBytes);
  checkLength(data.length, { channels, rows, rowBytes, stride, hasStride: raw.stride !== undefined });
  return {
    data,
    width,
    height,
    stride,
    colorFormat,
    matrix: nv12Option(raw, "matrix", ["bt601", "bt709"]),
    range: nv12Option(raw, "range", ["limited", "full"]),
    borrow: isReadInPlace(data, copyInput),
  };
}

function nv12Option(raw: RawImage, name: "matrix" | "range", choices: readonly [string, string]): string {
  const value = raw[name];
  if (value === undefined) return choices[0];
  if (raw.colorFormat !== "nv12") throw invalid(name, 'left out, but for colorFormat "nv12",', show(value));
  if (choices.includes(value)) return value;
  throw invalid(name, choices.map(show).join(" or "), show(value), didYouMean(value, choices));
}

// Shared memory cannot be transferred away. That of a resizable buffer can vanish while its views live.
function isReadInPlace({ buffer }: Uint8Array, copyInput: boolean): boolean {
  if (types.isSharedArrayBuffer(buffer)) return true;
  return !copyInput && (buffer as { readonly resizable?: boolean }).resizable !== true;
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array && data.length > 0) return data;
  if (types.isUint8Array(data) || types.isUint8ClampedArray(data) || types.isAnyArrayBuffer(data)) {
    return viewBytes(data, "The picture's data");
  }
  throw invalid("data", "8-bit pixels in a Uint8Array, Uint8ClampedArray or ArrayBuffer", show(data));
}

function checkSize({ width, height }: RawImage): { width: number; height: number } {
  for (const [name, value] of Object.entries({ width, height })) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw invalid(name, "a whole number of pixels", show(value));
  }
  const detail = { width, height };
  if (width === 0 || height === 0) {
    throw new DeepLabError("IMAGE_EMPTY", `The picture is ${width}×${height}: it has no pixels.`, { detail });
  }
  if (width * height <= mostPixels && width <= longestSide && height <= longestSide) return { width, height };
  throw new DeepLabError(
    "IMAGE_TOO_LARGE",
    `The picture is ${width}×${height}; at most ${mostPixels} pixels and ${longestSide} a side are allowed.`,
    { detail: { ...detail, allowed: mostPixels } },
  );
}

function checkFormat(raw: RawImage, length: number): { channels: number; colorFormat: ColorFormat } {
  const { channels, colorFormat } = raw;
  // By equality: a key is looked up by its text, which not every object has.
  if (colorFormat !== undefined && !colorFormats.includes(colorFormat)) {
    const more = didYouMean(colorFormat, colorFormats);
    throw invalid("colorFormat", colorFormats.join(", "), show(colorFormat), more);
  }
  if (channels !== undefined && ![1, 3, 4].includes(channels))
    throw invalid("channels", "1, 3 or 4", show(channels));
  const format = colorFormat ?? formatOf[channels ?? guessChannels(raw, length)];
  const count = format === undefined ? 0 : channelsOf[format];
  if (format !== undefined && (channels === undefined || channels === count))
    return { channels: count, colorFormat: format };
  throw invalid("channels", `${count} with colorFormat ${show(colorFormat)}`, show(channels));
}

// Without channels and colorFormat only a tight picture of 1, 3 or 4 bytes a pixel says what it is.
function guessChannels({ width, height, stride }: RawImage, length: number): number {
  const channels = length / (width * height);
  if (stride === undefined && formatOf[channels] !== undefined) return channels;
  const expected = `${width}·${height}·(1, 3 or 4) bytes, or channels or colorFormat to be given`;
  throw invalid("data", expected, `${length} bytes`);
}

function checkStride(stride: unknown, rowBytes: number): number {
  if (stride === undefined) return rowBytes;
  if (typeof stride === "number" && Number.isInteger(stride) && stride >= rowBytes && stride < 2 ** 31)
    return stride;
  throw invalid("stride", `at least width · channels = ${rowBytes} bytes`, show(stride));
}

interface Layout {
  readonly channels: number;
  /** Rows of bytes: those of the picture, and of the chroma of NV12. */
  readonly rows: number;
  readonly rowBytes: number;
  readonly stride: number;
  readonly hasStride: boolean;
}

function checkLength(length: number, { channels, rows, rowBytes, stride, hasStride }: Layout): void {
  const least = stride * (rows - 1) + rowBytes;
  const most = stride * rows;
  if (length >= least && length <= most) return;
  const expected = hasStride
    ? `from ${least} to ${most} bytes (${rows} rows of ${stride})`
    : `${rowBytes / channels}·${rows}·${channels} = ${most} bytes`;
  throw invalid("data", expected, `${length} bytes`);
}

function invalid(field: string, allowed: string, found: string, more = "", hint?: string): DeepLabError {
  return new DeepLabError(
    "IMAGE_INVALID",
    `Raw pixels: expected ${field} to be ${allowed} but received ${found}.${more}`,
    { detail: { field, found, allowed }, ...(hint !== undefined && { hint }) },
  );
}
