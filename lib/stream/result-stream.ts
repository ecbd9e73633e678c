// The stream of results: pulls images as the consumer makes room, hands them to infer, and yields what comes back.
//
//   source → (latest: the newest that waits) → line: begun, not yet taken → consumer
//
// Nothing runs before the first next(). The end comes once: of the source, by an error, or by whoever stops it.

import { setImmediate as nextTurn } from "node:timers/promises";
import { whenAborted } from "../abort.js";
import type { Frames, Pulled } from "./frames.js";
import type { ResultStream, StreamStats } from "./items.js";
import type { StreamSettings } from "./options.js";

/** What a stream is made from. */
export interface StreamParts<Image, Result> {
  readonly frames: Frames<Image>;
  readonly settings: StreamSettings;
  /** Segments one image; `signal` drops it. */
  readonly infer: (image: Image, index: number, signal: AbortSignal) => Promise<Result>;
  /** The stream has begun; the function it returns is called when it is over. */
  readonly onBegin: () => () => void;
}

/** What the engine yields: a result or an error. */
export interface Yielded<Image, Result> {
  readonly index: number;
  readonly image: Image;
  readonly skipped: number;
  readonly result?: Result;
  readonly error?: unknown;
}

// An image that was begun, until the consumer has it.
interface Begun<Image, Result> {
  readonly index: number;
  item?: Yielded<Image, Result>;
  failed: boolean;
}

interface Consumer<Item> {
  readonly resolve: (item: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const end = { done: true, value: undefined } as const;

/** One call of `model.stream`. */
export class FrameStream<Image, Result> implements ResultStream<Yielded<Image, Result>> {
  readonly #parts: StreamParts<Image, Result>;
  readonly #abort = new AbortController();
  readonly #consumers: Consumer<Yielded<Image, Result>>[] = [];
  // In the order in which they are yielded: by index, or by when they were ready.
  readonly #line: Begun<Image, Result>[] = [];
  #latest: { readonly index: number; readonly image: Image } | undefined;
  #skippedSince = 0;
  #pulling = false;
  #sourceEnd: { readonly error?: unknown } | undefined;
  #over: { readonly error?: unknown } | undefined;
  #onOver: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  readonly #stats = { received: 0, answered: 0, skipped: 0, failed: 0 };

  /** Made by `model.stream`. */
  constructor(parts: StreamParts<Image, Result>) {
    this.#parts = parts;
  }

  /** The counters at this moment. */
  get stats(): StreamStats {
    return { ...this.#stats };
  }

  /** The next item; pulls begin with the first call. */
  next(): Promise<IteratorResult<Yielded<Image, Result>, undefined>> {
    return new Promise((resolve, reject) => {
      this.#consumers.push({ resolve, reject });
      this.#begin();
      this.#go();
    });
  }

  /** Ends the stream: closes the source, aborts what waits. */
  async return(): Promise<IteratorResult<Yielded<Image, Result>, undefined>> {
    this.#finish({});
    await this.#closing;
    return end;
  }

  /** Ends the stream as `return` does, and rejects with the error. */
  async throw(error?: unknown): Promise<never> {
    this.#finish({});
    throw error;
  }

  /** Ends the stream with an error that is no image's: the consumer gets it at once. */
  fail(error: unknown): void {
    if (this.#over !== undefined) return;
    this.#finish({ error });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #begin(): void {
    if (this.#onOver !== undefined || this.#over !== undefined) return;
    const { signal } = this.#parts.settings;
    const unregister = this.#parts.onBegin();
    const onAbort = () => this.fail(signal?.reason);
    const release = whenAborted(signal, onAbort);
    this.#onOver = () => {
      unregister();
      release();
    };
    if (signal?.aborted) onAbort();
  }

  // Whatever has happened: yield what can be yielded, begin what can be begun, pull what can be pulled.
  #go(): void {
    this.#yield();
    this.#dismiss();
    if (this.#over !== undefined) return;
    this.#beginLatest();
    this.#pull();
  }

  #yield(): void {
    while (this.#over === undefined && this.#consumers.length > 0) {
      const [first] = this.#line;
      if (first === undefined) {
        if (this.#sourceEnd === undefined || this.#latest !== undefined) return;
        this.#finish(this.#sourceEnd);
        return;
      }
      if (first.item === undefined) return;
      if (first.failed && this.#parts.settings.onError === "throw") {
        this.#finish({ error: first.item.error });
        return;
      }
      this.#line.shift();
      this.#consumers.shift()?.resolve({ done: false, value: first.item });
      this.#beginLatest();
    }
  }

  // Only what is over: the first of those who wait gets the error, if there is one, and the others the end.
  #dismiss(): void {
    const over = this.#over;
    if (over === undefined) return;
    for (const consumer of this.#consumers.splice(0)) {
      if ("error" in over && over === this.#over) {
        this.#over = {};
        consumer.reject(over.error);
      } else {
        consumer.resolve(end);
      }
    }
  }

  #finish(how: { readonly error?: unknown }): void {
    if (this.#over !== undefined) return;
    this.#over = how;
    this.#line.length = 0;
    this.#latest = undefined;
    this.#abort.abort();
    this.#onOver?.();
    this.#closing = this.#parts.frames.close();
    this.#closing.catch(() => {}); // of interest to return() alone
    this.#dismiss();
  }

  #hasRoom(): boolean {
    return this.#line.length < this.#parts.settings.concurrency;
  }

  #beginLatest(): void {
    const latest = this.#latest;
    if (latest === undefined || !this.#hasRoom()) return;
    this.#latest = undefined;
    this.#work(latest.image, latest.index);
  }

  #pull(): void {
    const { latestOnly } = this.#parts.settings;
    if (this.#pulling || this.#sourceEnd !== undefined || !(latestOnly || this.#hasRoom())) return;
    this.#pulling = true;
    // A source that is never late must not keep the event loop to itself.
    const turn = latestOnly && this.#stats.received > 0 ? nextTurn() : Promise.resolve();
    turn
      .then(() => (this.#over === undefined ? this.#parts.frames.pull() : undefined))
      .then(
        (pulled) => this.#receive(pulled),
        (error: unknown) => {
          this.#sourceEnd = { error };
        },
      )
      .then(() => {
        this.#pulling = false;
        if (this.#over === undefined) this.#go();
      });
  }

  #receive(pulled: Pulled<Image>): void {
    if (this.#over !== undefined) return;
    if (pulled === undefined) {
      this.#sourceEnd = {};
      return;
    }
    const index = this.#stats.received++;
    if (this.#latest !== undefined) {
      this.#stats.skipped++;
      this.#skippedSince++;
    }
    this.#latest = { index, image: pulled.image };
    this.#beginLatest();
  }

  #work(image: Image, index: number): void {
    const begun: Begun<Image, Result> = { index, failed: false };
    const skipped = this.#skippedSince;
    this.#skippedSince = 0;
    this.#line.push(begun);
    const ready = (outcome: { result: Result } | { error: unknown }) => {
      begun.failed = "error" in outcome;
      begun.item = { index, image, skipped, ...outcome };
      if (this.#over !== undefined) return;
      this.#stats[begun.failed ? "failed" : "answered"]++;
      if (!this.#parts.settings.ordered) this.#moveUp(begun);
      this.#go();
    };
    this.#parts.infer(image, index, this.#abort.signal).then(
      (result) => ready({ result }),
      (error: unknown) => ready({ error }),
    );
  }

  // Behind those that were ready before, in front of those that are not.
  #moveUp(begun: Begun<Image, Result>): void {
    this.#line.splice(this.#line.indexOf(begun), 1);
    const place = this.#line.findIndex(({ item }) => item === undefined);
    this.#line.splice(place < 0 ? this.#line.length : place, 0, begun);
  }
}
