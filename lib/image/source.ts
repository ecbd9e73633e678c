// What an image may be, and the one way from each kind to pixels, in two steps: `takeImage` reads the
// caller's memory at the call, `loadImage` does what takes time.

import { DeepLabError } from "../errors.js";
import { type NativeImage, native } from "../native.js";
import { show } from "../show.js";
import { decodePixels, preloadDecoder } from "./decode.js";
import { readImageFile } from "./file.js";
import { fromRaw, type RawImage } from "./raw.js";

/**
 * One image:
 * - a path, or a `file:` URL as object or text;
 * - the bytes of an encoded picture (JPEG, PNG, WebP, AVIF, TIFF, GIF), copied at the call;
 * - raw pixels, copied at the call, or read in place: see `copyInput`.
 */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | SharedArrayBuffer | RawImage;

/** An image whose memory is no longer the caller's, but for raw pixels, which native code still has to copy. */
export type TakenImage =
  | { readonly kind: "pixels"; readonly image: NativeImage }
  | { readonly kind: "encoded"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly file: string | URL };

/** Pixels for native code, and how long it took to get them. */
export interface LoadedImage {
  readonly image: NativeImage;
  /** Milliseconds of reading and decoding, without loading the decoder; 0 for raw pixels. */
  readonly decodeTime: number;
}

/**
 * Checks the kind of an image and copies encoded bytes. Synchronous: what the caller does to its memory
 * afterwards has no effect, unless raw pixels are to be read in place.
 * @param copyInput False: raw pixels are read in place.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_EMPTY, IMAGE_TOO_LARGE
 */
export function takeImage(source: ImageSource, copyInput = true): TakenImage {
  if (isRaw(source)) return { kind: "pixels", image: fromRaw(source, copyInput) };
  if (typeof source === "string" || source instanceof URL) return { kind: "file", file: source };
  if (source instanceof Uint8Array) return { kind: "encoded", bytes: Buffer.from(source) };
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) {
    return { kind: "encoded", bytes: Buffer.from(new Uint8Array(source)) };
  }
  throw new DeepLabError(
    "IMAGE_INVALID",
    "Expected an image to be a path, a file: URL, the bytes of an encoded picture, or raw pixels " +
      `{ data, width, height } but received ${show(source)}.`,
    { detail: { found: show(source) } },
  );
}

/** Pixels in memory of our own, unless they are read in place: raw ones that cannot go on at once. */
export function ownPixels(taken: TakenImage): TakenImage {
  if (taken.kind !== "pixels" || taken.image.borrow) return taken;
  const data = new Uint8Array(native().copyBytes(taken.image.data));
  return { kind: "pixels", image: { ...taken.image, data, borrow: true } };
}

/**
 * Reads and decodes where that is needed.
 * @throws DeepLabError IMAGE_*
 */
export async function loadImage(taken: TakenImage): Promise<LoadedImage> {
  if (taken.kind === "pixels") return { image: taken.image, decodeTime: 0 };
  await preloadDecoder(); // off the clock: the first picture would pay for it
  const start = performance.now();
  const bytes = taken.kind === "file" ? await readImageFile(taken.file) : taken.bytes;
  const image = await decodePixels(bytes);
  return { image, decodeTime: performance.now() - start };
}

function isRaw(source: unknown): source is RawImage {
  return typeof source === "object" && source !== null && "data" in source && !ArrayBuffer.isView(source);
}
