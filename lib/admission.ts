// How many images of one model handle are taken up at once; calls beyond that wait here, before anything of
// theirs is decoded, or are refused.

import { whenAborted } from "./abort.js";
import { deadlineExceeded } from "./deadline.js";
import { DeepLabError } from "./errors.js";

/** What happens to a call that finds the queue full. */
export type OnFull = "wait" | "reject";

/** A call that wants in. */
export interface Entrant {
  /** Its images. */
  readonly count: number;
  /** Higher goes first; calls of one priority in their order. */
  readonly priority: number;
  /** Milliseconds from `start`; 0 for none. */
  readonly deadline: number;
  /** `performance.now()` of the call. */
  readonly start: number;
  readonly signal: AbortSignal | undefined;
}

interface Waiting {
  readonly entrant: Entrant;
  /** Ends the waiting: lets the call in, or rejects it with what is given. */
  readonly end: (refusal?: { readonly error: unknown }) => void;
}

// 24 days: whoever may wait for longer has no timer.
const longestTimer = 2 ** 31 - 1;

/** The door of one model handle. */
export class Admission {
  readonly #limit: number;
  readonly #onFull: OnFull;
  /** By priority, then by age. */
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #waitingImages = 0;
  #refused = 0;

  /** @param limit Most images inside; a longer list still goes in, alone. */
  constructor(limit: number, onFull: OnFull) {
    this.#limit = limit;
    this.#onFull = onFull;
  }

  /** Images that wait outside. */
  get waiting(): number {
    return this.#waitingImages;
  }

  /** Calls that were refused. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Asks for room; whoever got it must call `leave` with the same count.
   * @returns undefined where there is room at once, else settled when there is
   * @throws DeepLabError QUEUE_FULL, at once; the promise rejects with DEADLINE_EXCEEDED, with the reason of the
   *   signal, or with what `close` was given
   */
  enter(entrant: Entrant): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoom(entrant.count)) {
      this.#inside += entrant.count;
      return undefined;
    }
    if (this.#onFull === "reject") {
      this.#refused++;
      throw queueFull(this.#inside, this.#limit);
    }
    return this.#wait(entrant);
  }

  /** Images of a call that was let in are done with. */
  leave(count: number): void {
    this.#inside -= count;
    this.#letIn();
  }

  /** Rejects everybody who waits. */
  close(error: unknown): void {
    for (const { end } of [...this.#waiting]) end({ error });
  }

  #hasRoom(count: number): boolean {
    return this.#inside === 0 || this.#inside + count <= this.#limit;
  }

  #letIn(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#hasRoom(first.entrant.count)) return;
      this.#inside += first.entrant.count;
      first.end();
    }
  }

  #wait(entrant: Entrant): Promise<void> {
    const { count, priority, deadline, start, signal } = entrant;
    return new Promise((resolve, reject) => {
      const left = start + deadline - performance.now();
      const expire = () => waiting.end({ error: deadlineExceeded(deadline) });
      const timer = deadline > 0 && left <= longestTimer ? setTimeout(expire, left) : undefined;
      const waiting: Waiting = {
        entrant,
        end: (refusal) => {
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
          this.#waitingImages -= count;
          clearTimeout(timer);
          release();
          if (refusal === undefined) return resolve();
          reject(refusal.error);
          this.#letIn(); // the next one may be small enough
        },
      };
      const release = whenAborted(signal, () => waiting.end({ error: signal?.reason }));
      const place = this.#waiting.findIndex((other) => other.entrant.priority < priority);
      this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, waiting);
      this.#waitingImages += count;
    });
  }
}

function queueFull(inside: number, limit: number): DeepLabError {
  return new DeepLabError(
    "QUEUE_FULL",
    `${inside} images are being worked on or waiting, and at most ${limit} may be.`,
    { detail: { found: inside, allowed: limit } },
  );
}
