// Everything that an image may be, one entry each: how it is recognised, and how it is taken at the call. The first
// that recognises a source takes it. docs/images.md has the same table for users; a test compares both.

import type { Base64Image } from "./base64.js";
import { isBlob, takeBlob } from "./blob.js";
import { isNodeStream, isWebStream, takeNodeStream, takeWebStream } from "./byte-stream.js";
import { readBase64, readDataUrl } from "./data-url.js";
import { copyEncoded, isEncodedBytes } from "./encoded.js";
import { readImageFile } from "./file.js";
import { isSharp, takeSharp } from "./pipeline.js";
import { fromRaw, type RawImage } from "./raw.js";
import { isAddress } from "./scheme.js";
import type { TakenImage, TakeSettings } from "./taken.js";
import { takeUrl } from "./url.js";

/** One kind of image. */
export interface Adapter {
  readonly name: string;
  readonly recognises: (source: unknown) => boolean;
  /** Synchronous: what the caller does to its memory afterwards has no effect, unless it is read in place. */
  readonly take: (source: never, settings: TakeSettings) => TakenImage;
}

// Ties the type that is taken to what is recognised.
function adapter<Source>(
  name: string,
  recognises: (source: unknown) => source is Source,
  take: (source: Source, settings: TakeSettings) => TakenImage,
): Adapter {
  return { name, recognises, take };
}

/** In the order in which they are asked: instances of sharp are Node streams too. */
export const adapters: readonly Adapter[] = [
  adapter("raw pixels", isRaw, (raw, { copyInput }) => ({ kind: "pixels", image: fromRaw(raw, copyInput) })),
  adapter("encoded bytes", isEncodedBytes, (bytes) => ({ kind: "encoded", bytes: copyEncoded(bytes) })),
  adapter("web address", isWebAddress, (url, { rules }) => takeUrl(url, rules.urls)),
  adapter("data: address", isDataAddress, (url) => {
    const text = String(url);
    return { kind: "later", read: (stop) => readDataUrl(text, stop) };
  }),
  adapter("file", isFile, (given) => {
    // The caller's object may change.
    const file = given instanceof URL ? new URL(given) : given;
    return { kind: "later", read: (stop) => readImageFile(file, stop) };
  }),
  adapter("base64", isBase64, ({ base64 }) => ({ kind: "later", read: (stop) => readBase64(base64, stop) })),
  adapter("sharp instance", isSharp, takeSharp),
  adapter("Blob or File", isBlob, takeBlob),
  adapter("web stream", isWebStream, takeWebStream),
  adapter("Node.js stream", isNodeStream, takeNodeStream),
];

function isRaw(source: unknown): source is RawImage {
  return typeof source === "object" && source !== null && "data" in source && !ArrayBuffer.isView(source);
}

function isWebAddress(source: unknown): source is string | URL {
  return isAddress(source, "http", "https");
}

function isDataAddress(source: unknown): source is string | URL {
  return isAddress(source, "data");
}

// Whatever else is a text is a path, and schemes that cannot be read are an error there.
function isFile(source: unknown): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function isBase64(source: unknown): source is Base64Image {
  return typeof source === "object" && source !== null && typeof (source as Base64Image).base64 === "string";
}
