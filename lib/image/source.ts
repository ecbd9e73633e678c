// An image on its way to pixels, in two steps: `takeImage` reads the caller's memory at the call, `loadImage` does what
// takes time. What an image may be is the table of adapters.ts.

import { abortable } from "../abort.js";
import { DeepLabError } from "../errors.js";
import { type NativeImage, native } from "../native.js";
import { show } from "../show.js";
import { adapters } from "./adapters.js";
import type { Base64Image } from "./base64.js";
import type { BlobLike } from "./blob.js";
import type { WebByteStream } from "./byte-stream.js";
import { decodedPixelLimit, decodePixels, preloadDecoder } from "./decode.js";
import type { EncodedBytes } from "./encoded.js";
import { nearMissHint } from "./near-misses.js";
import type { SharpLike } from "./pipeline.js";
import type { RawImage } from "./raw.js";
import type { LoadSettings, TakenImage, TakeSettings } from "./taken.js";
import { noUrls } from "./url-rules.js";

/**
 * One image:
 * - a path, or a `file:` URL as object or text;
 * - the bytes of an encoded picture (JPEG, PNG, WebP, AVIF, TIFF, GIF), copied at the call: a Buffer, another view of
 *   bytes, an ArrayBuffer or a SharedArrayBuffer;
 * - raw pixels `{ data, width, height, … }`, `ImageData` among them: copied at the call, or read in place (see
 *   `copyInput` and `model.allocateImage`);
 * - base64: `{ base64: text }`, or a `data:` URL as object or text;
 * - a `Blob` or `File`;
 * - a stream of the bytes of one encoded picture, Node.js's or the web's: read once, at most 256 MiB, and destroyed
 *   where the call ends before it does (one whose options are wrong has not touched it);
 * - an instance of sharp: its own pipeline's result, as 8-bit RGB without alpha; a clone is run;
 * - an `http:` or `https:` URL as object or text, where the model was loaded with `allowUrls`.
 *
 * When each is read, its limits and its errors: docs/images.md.
 */
export type ImageSource =
  | string
  | URL
  | EncodedBytes
  | RawImage
  | Base64Image
  | SharpLike
  | BlobLike
  | WebByteStream
  | NodeJS.ReadableStream;

/** Pixels for native code, and how long it took to get them. */
export interface LoadedImage {
  readonly image: NativeImage;
  /** Milliseconds of reading and decoding, without loading the decoder; 0 for raw pixels. */
  readonly decodeTime: number;
}

const defaults: TakeSettings = {
  copyInput: true,
  rules: { urls: noUrls, limitInputPixels: decodedPixelLimit },
};
const never = new AbortController().signal;

/**
 * Checks the kind of an image and copies encoded bytes. Synchronous: what the caller does to its memory
 * afterwards has no effect, unless raw pixels are to be read in place. What is taken is loaded or dropped.
 * @throws DeepLabError IMAGE_*, NETWORK_NOT_ALLOWED
 */
export function takeImage(source: ImageSource, settings: TakeSettings = defaults): TakenImage {
  for (const { recognises, take } of adapters) if (recognises(source)) return take(source as never, settings);
  const hint = nearMissHint(source);
  throw new DeepLabError(
    "IMAGE_INVALID",
    "Expected an image to be a path or URL, the bytes of an encoded picture (in memory, base64, a Blob or a stream), " +
      `raw pixels { data, width, height }, or an instance of sharp, but received ${show(source)}.`,
    { detail: { found: show(source) }, ...(hint !== undefined && { hint }) },
  );
}

/**
 * Pixels in memory of our own, unless they are read in place: raw ones that cannot go on at once. Those in memory of
 * `allocateImage` stay: a transfer meanwhile is an error of the native call, which finds no memory then.
 */
export function ownPixels(taken: TakenImage): TakenImage {
  if (taken.kind !== "pixels" || taken.image.borrow) return taken;
  const { copyBytes, staysInPlace } = native();
  if (staysInPlace(taken.image.data)) return taken;
  const data = new Uint8Array(copyBytes(taken.image.data));
  return { kind: "pixels", image: { ...taken.image, data, borrow: true } };
}

/**
 * Reads and decodes where that is needed. Stopped, it ends at once while it reads, and with the decoder while it decodes.
 * @throws DeepLabError IMAGE_*, NETWORK_*; the reason of `stop`
 */
export async function loadImage(
  taken: TakenImage,
  settings: LoadSettings = { rules: defaults.rules, stop: never },
): Promise<LoadedImage> {
  if (taken.kind === "pixels") return { image: taken.image, decodeTime: 0 };
  await preloadDecoder(); // off the clock: the first picture would pay for it
  const start = performance.now();
  const image = await pixelsOf(taken, settings);
  return { image, decodeTime: performance.now() - start };
}

type Unloaded = Exclude<TakenImage, { readonly kind: "pixels" }>;

async function pixelsOf(taken: Unloaded, { rules, stop }: LoadSettings): Promise<NativeImage> {
  stop.throwIfAborted();
  if (taken.kind === "pipeline") return taken.pixels(stop);
  // A source that only waits may do so for ever, stopped or not. A decoder ends, and is waited for.
  const bytes = taken.kind === "later" ? await abortable(taken.read(stop), stop) : taken.bytes;
  return decodePixels(bytes, rules.limitInputPixels, stop);
}
