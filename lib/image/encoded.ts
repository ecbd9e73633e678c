// The bytes of an encoded picture in the caller's memory.

import { types } from "node:util";
import { DeepLabError } from "../errors.js";

/** A picture file in memory (JPEG, PNG, …): a Buffer, another array or view of bytes, or the whole of a buffer. */
export type EncodedBytes =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | DataView
  | ArrayBuffer
  | SharedArrayBuffer;

/** Whether this is memory that may hold a picture file. Wider elements are numbers, not a file. */
export function isEncodedBytes(value: unknown): value is EncodedBytes {
  if (types.isAnyArrayBuffer(value)) return true;
  return (
    ArrayBuffer.isView(value) &&
    (types.isDataView(value) || (value as unknown as Uint8Array).BYTES_PER_ELEMENT === 1)
  );
}

/**
 * A copy of the bytes.
 * @throws DeepLabError IMAGE_INVALID where the memory was transferred away
 */
export function copyEncoded(source: EncodedBytes): Uint8Array {
  return Buffer.from(viewBytes(source, "The picture"));
}

/**
 * The same memory as bytes.
 * @param what How the message begins.
 * @throws DeepLabError IMAGE_INVALID where the memory was transferred away
 */
export function viewBytes(source: ArrayBufferView | ArrayBufferLike, what: string): Uint8Array {
  try {
    // Also where a view's own memory is gone: its length says 0 then, as that of an empty one does.
    if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
    if (source.byteLength === 0) new Uint8Array(source.buffer);
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  } catch (cause) {
    const found = Object.prototype.toString.call(source).slice("[object ".length, -1);
    throw new DeepLabError(
      "IMAGE_INVALID",
      `${what} lies in memory that is gone: the ${found} is detached.`,
      {
        detail: { found, detached: true },
        hint: "pass it before its memory is transferred to another thread or grown, or pass a copy.",
        cause,
      },
    );
  }
}
