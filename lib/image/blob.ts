// Blobs and Files, of Node, of a browser's forms, of whoever makes them.

import { abortable } from "../abort.js";
import { DeepLabError } from "../errors.js";
import { encodedByteLimit, tooManyBytes } from "./byte-collector.js";
import type { LaterImage } from "./taken.js";

/** What is used of a `Blob` or a `File`. */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  /** Reads all of it. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** Not called: what has a size, this and `arrayBuffer` is a Blob. */
  stream(): unknown;
}

/** Whether this is a Blob. */
export function isBlob(value: unknown): value is BlobLike {
  const { size, arrayBuffer, stream } = Object(value) as Partial<BlobLike>;
  return typeof size === "number" && typeof arrayBuffer === "function" && typeof stream === "function";
}

/**
 * A Blob cannot change: it is read when its turn comes.
 * @throws DeepLabError IMAGE_TOO_LARGE
 */
export function takeBlob(blob: BlobLike): LaterImage {
  if (blob.size > encodedByteLimit) throw tooManyBytes(encodedByteLimit);
  return { kind: "later", read: (stop) => readBlob(blob, stop) };
}

async function readBlob(blob: BlobLike, stop: AbortSignal): Promise<Uint8Array> {
  try {
    return new Uint8Array(await abortable(blob.arrayBuffer(), stop));
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    const reason = (error as Error).message;
    // A Blob over a file that was changed or removed since.
    throw new DeepLabError("IMAGE_UNREADABLE", `The picture's Blob cannot be read: ${reason}.`, {
      detail: { reason },
      hint: "a Blob of a file can be read only while the file stays as it was.",
      cause: error,
    });
  }
}
