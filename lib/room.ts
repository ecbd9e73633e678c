// The room that one call has of its model: free again when the call has ended, and what it began too.

import { setImmediate as nextTurn } from "node:timers/promises";
import { abortable } from "./abort.js";

/** Room of a call that was let in. */
export class Room {
  readonly #free: () => void;
  #underWay = 0;
  #isLeft = false;

  /** @param free Gives it back; called once. */
  constructor(free: () => void) {
    this.#free = free;
  }

  /** The same work; the room is kept until it ends, also where nobody waits for it any more. */
  keepFor<T>(work: Promise<T>): Promise<T> {
    this.#underWay++;
    const onEnd = () => {
      this.#underWay--;
      this.#freeIfDone();
    };
    work.then(onEnd, onEnd);
    return work;
  }

  /** The call has ended. */
  leave(): void {
    this.#isLeft = true;
    this.#freeIfDone();
  }

  #freeIfDone(): void {
    if (this.#isLeft && this.#underWay === 0) this.#free();
  }
}

/**
 * Settles as `work` does, or rejects with the signal's reason, a turn of the event loop later: by then reading is given
 * up, and its room is free for whoever calls next.
 */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await abortable(work, signal);
  } catch (error) {
    if (signal?.aborted) await nextTurn();
    throw error;
  }
}
