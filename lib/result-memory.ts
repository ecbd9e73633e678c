// The memory that native code wrote a result into: who reads it, and when it goes.

import { DeepLabError } from "./errors.js";
import { native } from "./native.js";

// By result. What only looks like one (a clone, maps from a file) has no memory of ours.
const memories = new WeakMap<object, ResultMemory>();

/** The memory of one result. */
export class ResultMemory {
  #buffers: readonly ArrayBuffer[];
  #readers = 0;
  #isDisposed = false;

  /** @param buffers What native code wrote, and nothing of the caller's. */
  constructor(result: object, buffers: readonly ArrayBuffer[]) {
    this.#buffers = buffers;
    memories.set(result, this);
  }

  /** From now on nobody reads it any more; those who do are waited for. Idempotent. */
  dispose(): void {
    this.#isDisposed = true;
    if (this.#readers === 0) this.#release();
  }

  /**
   * Runs `work`, for which the memory stays.
   * @param who For the message: `"result.overlay()"`.
   * @throws DeepLabError RESULT_DISPOSED
   */
  async read<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#isDisposed) throw disposed(who);
    this.#readers++;
    try {
      return await work();
    } finally {
      this.#readers--;
      if (this.#isDisposed && this.#readers === 0) this.#release();
    }
  }

  /**
   * Refuses maps that are no longer there.
   * @throws DeepLabError RESULT_DISPOSED
   */
  check(who: string): void {
    if (this.#isDisposed && this.#readers === 0) throw disposed(who);
  }

  #release(): void {
    const buffers = this.#buffers;
    this.#buffers = [];
    if (buffers.length > 0) native().releaseBuffers(buffers);
  }
}

/**
 * Runs `work`, which reads these maps: a result that is disposed meanwhile keeps its memory so long.
 * @param who For the message: `"overlay()"`.
 * @throws DeepLabError RESULT_DISPOSED
 */
export function whileReading<T>(maps: unknown, who: string, work: () => Promise<T>): Promise<T> {
  return memoryOf(maps)?.read(who, work) ?? work();
}

/**
 * Refuses a result whose maps are no longer there.
 * @throws DeepLabError RESULT_DISPOSED
 */
export function refuseDisposed(maps: unknown, who: string): void {
  memoryOf(maps)?.check(who);
}

function memoryOf(maps: unknown): ResultMemory | undefined {
  return typeof maps === "object" && maps !== null ? memories.get(maps) : undefined;
}

function disposed(who: string): DeepLabError {
  return new DeepLabError("RESULT_DISPOSED", `${who} needs the maps of a result that has been disposed.`);
}
