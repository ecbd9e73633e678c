// Raw pixels: every length checked here, so that native code never reads beyond them.

import { DeepLabError } from "../errors.js";
import type { NativeImage } from "../native.js";
import { show } from "../show.js";
import { didYouMean } from "../suggest.js";

/** Order of a pixel's bytes. */
export type ColorFormat = "rgb" | "bgr" | "rgba" | "bgra" | "gray";

/** Uncompressed 8-bit pixels, rows from top to bottom. Alpha is dropped, not blended. */
export interface RawImage {
  /** `height` rows of `stride` bytes; the last one may end with its last pixel. Copied at the call. */
  readonly data: Uint8Array | Uint8ClampedArray | ArrayBuffer | SharedArrayBuffer;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes a pixel: 1, 3 or 4. @default that of `colorFormat`, else what the length of `data` says */
  readonly channels?: 1 | 3 | 4;
  /** Bytes from one row to the next. @default width · channels */
  readonly stride?: number;
  /** @default "gray", "rgb" or "rgba" for 1, 3 or 4 channels */
  readonly colorFormat?: ColorFormat;
}

const channelsOf: Readonly<Record<ColorFormat, number>> = { gray: 1, rgb: 3, bgr: 3, rgba: 4, bgra: 4 };
const formatOf: Readonly<Record<number, ColorFormat>> = { 1: "gray", 3: "rgb", 4: "rgba" };
const keys = ["data", "width", "height", "channels", "stride", "colorFormat"];

// Both maps of a larger picture would not fit into one ArrayBuffer each on every platform.
const mostPixels = 2 ** 28;
const longestSide = 2 ** 20;

/**
 * Checks raw pixels and describes them for native code, which copies them in the call.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_EMPTY, IMAGE_TOO_LARGE
 */
export function fromRaw(raw: RawImage): NativeImage {
  for (const key of Object.keys(raw)) {
    if (!keys.includes(key))
      throw invalid(key, `one of ${keys.join(", ")}`, `the key ${show(key)}`, didYouMean(key, keys));
  }
  const data = bytesOf(raw.data);
  const { width, height } = checkSize(raw);
  const { channels, colorFormat } = checkFormat(raw, data.length);
  const stride = checkStride(raw.stride, width * channels);
  checkLength(data.length, { width, height, channels, stride, hasStride: raw.stride !== undefined });
  return { data, width, height, stride, colorFormat, borrow: false };
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
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
  if (colorFormat !== undefined && !Object.hasOwn(channelsOf, colorFormat)) {
    const names = Object.keys(channelsOf);
    throw invalid("colorFormat", names.join(", "), show(colorFormat), didYouMean(String(colorFormat), names));
  }
  if (channels !== undefined && formatOf[channels] === undefined)
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
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly stride: number;
  readonly hasStride: boolean;
}

function checkLength(length: number, { width, height, channels, stride, hasStride }: Layout): void {
  const least = stride * (height - 1) + width * channels;
  const most = stride * height;
  if (length >= least && length <= most) return;
  const expected = hasStride
    ? `from ${least} to ${most} bytes (${height} rows of ${stride})`
    : `${width}·${height}·${channels} = ${most} bytes`;
  throw invalid("data", expected, `${length} bytes`);
}

function invalid(field: string, allowed: string, found: string, more = ""): DeepLabError {
  return new DeepLabError(
    "IMAGE_INVALID",
    `Raw pixels: expected ${field} to be ${allowed} but received ${found}.${more}`,
    { detail: { field, found, allowed } },
  );
}
