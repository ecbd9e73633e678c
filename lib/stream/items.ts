// What a stream yields, and what it counts.

import type { DeepLabError } from "../errors.js";
import type { AtLeastDefaultParts, Holding, ResultValues } from "../include.js";
import type { SemanticSegmentationResult } from "../result.js";

/** One image of a stream and its result. */
export interface StreamItem<
  Image,
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> {
  /** Place of the image in the source, from 0; skipped ones are counted. */
  readonly index: number;
  /** The image as the source gave it. */
  readonly image: Image;
  readonly result: SemanticSegmentationResult<Held, Classes>;
  readonly error?: undefined;
  /** Images that `latestOnly` skipped since the one begun before this. */
  readonly skipped: number;
}

/** One image of a stream that failed, with `onError: "result"`. */
export interface StreamFailure<Image> {
  readonly index: number;
  readonly image: Image;
  readonly result?: undefined;
  readonly error: DeepLabError;
  readonly skipped: number;
}

/** What a stream has done so far. */
export interface StreamStats {
  /** Images taken from the source. */
  readonly received: number;
  /** Images that have results. */
  readonly answered: number;
  /** Images that `latestOnly` left out. */
  readonly skipped: number;
  /** Images that failed. */
  readonly failed: number;
}

/**
 * The results of a stream, for `for await`. Leaving the loop (or `return()`) closes the source and aborts what
 * waits.
 */
export interface ResultStream<Item> extends AsyncIterableIterator<Item>, AsyncDisposable {
  /** The counters at this moment. */
  readonly stats: StreamStats;
  /** The next item, or the end. */
  next(): Promise<IteratorResult<Item, undefined>>;
  /** Ends the stream: closes the source and aborts what waits. */
  return(): Promise<IteratorResult<Item, undefined>>;
  /** Ends the stream and rejects with the error. */
  throw(error?: unknown): Promise<IteratorResult<Item, undefined>>;
  /** The stream itself. */
  [Symbol.asyncIterator](): ResultStream<Item>;
}
