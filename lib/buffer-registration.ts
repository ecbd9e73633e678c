// Memory of the caller that a model's GPUs read and write by themselves.

import { types } from "node:util";
import { invalidOption } from "./checks.js";
import { toDeepLabError } from "./errors.js";
import type { NativeModel } from "./native.js";

/**
 * One registration of `model.registerBuffer`. It lasts until `unregister()` or the model's `close()`, even if this
 * object is forgotten; works with `using`.
 */
export class BufferRegistration implements Disposable {
  /** Bytes that are registered. */
  readonly byteLength: number;
  readonly #native: NativeModel;
  readonly #id: number;

  /** @internal Made by the model. */
  constructor(native: NativeModel, bytes: Uint8Array) {
    this.#native = native;
    this.byteLength = bytes.byteLength;
    this.#id = native.register(bytes);
  }

  /**
   * The memory is ordinary memory again, as soon as calls that use it are answered. Idempotent; after `close()` there
   * is nothing left to do.
   */
  unregister(): void {
    this.#native.unregister(this.#id);
  }

  /** For `using`: the same as `unregister()`. */
  [Symbol.dispose](): void {
    this.unregister();
  }
}

/**
 * Registers shared memory.
 * @throws DeepLabError OPTION_INVALID, CLOSED, DEVICE_*
 */
export function registerMemory(native: NativeModel, memory: unknown): BufferRegistration {
  const bytes = sharedBytes(memory);
  try {
    return new BufferRegistration(native, bytes);
  } catch (error) {
    throw toDeepLabError(error);
  }
}

function sharedBytes(memory: unknown): Uint8Array {
  const expected = "a SharedArrayBuffer or a view of one, of at least one byte";
  if (types.isSharedArrayBuffer(memory)) return checkLength(new Uint8Array(memory), expected, memory);
  if (!ArrayBuffer.isView(memory)) return invalidOption("memory", expected, memory);
  const { buffer, byteOffset, byteLength } = memory;
  if (types.isSharedArrayBuffer(buffer)) {
    return checkLength(new Uint8Array(buffer, byteOffset, byteLength), expected, memory);
  }
  const more =
    " The memory of an ordinary ArrayBuffer can be transferred away while it is registered: " +
    "have it allocated by model.allocateImage(width, height).";
  return invalidOption("memory", expected, memory, more);
}

function checkLength(bytes: Uint8Array, expected: string, memory: unknown): Uint8Array {
  return bytes.byteLength > 0 ? bytes : invalidOption("memory", expected, memory);
}
