// Registered memory that stays registered when the native model behind it is replaced.

import type { NativeModel } from "./native.js";
import { warn } from "./warnings.js";

interface Entry {
  readonly bytes: Uint8Array;
  readonly model: NativeModel;
  readonly id: number;
}

/** The registrations of a model handle, by numbers of its own. */
export class Registrations {
  readonly #entries = new Map<number, Entry>();
  #lastId = 0;

  /** Registers with the current model. Throws what native code throws. */
  add(model: NativeModel, bytes: Uint8Array): number {
    const entry = { bytes, model, id: model.register(bytes) };
    this.#entries.set(++this.#lastId, entry);
    return this.#lastId;
  }

  /** Idempotent. */
  remove(id: number): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    entry?.model.unregister(entry.id);
  }

  /**
   * Registers all of them with the model that comes; that which goes lets go of its own when it is closed. Memory that
   * cannot be registered there is used all the same, with a copy: a warning says so.
   */
  moveTo(model: NativeModel): void {
    for (const [id, { bytes }] of this.#entries) {
      try {
        this.#entries.set(id, { bytes, model, id: model.register(bytes) });
      } catch (error) {
        this.#entries.delete(id);
        const why = (error as Error).message;
        warn("BUFFER_NOT_REGISTERED", `${bytes.length} registered bytes are copied from now on: ${why}`);
      }
    }
  }
}
