// What stands in a list of answers for an image that failed, with `onError: "result"`.

import { atCallSite, type CallSite, DeepLabError, toDeepLabError, withIndex } from "./errors.js";

/** What an image of a list that fails does: it fails the list, or has its error in its place. */
export type OnImageError = "throw" | "result";

/**
 * The answer to an image of a list that failed, with `onError: "result"`. `error` tells it from a result:
 * @example
 * for (const answer of await model.infer(paths, { onError: "result" })) {
 *   if (answer.error === undefined) console.log(answer.segmentationMap);
 *   else console.error(paths[answer.index], answer.error.code);
 * }
 */
export interface InferFailure {
  /** Place of the image in the list, from 0; also `error.detail.index`. */
  readonly index: number;
  readonly result?: undefined;
  readonly error: DeepLabError;
}

/** An image of a list that failed, and what with. */
export interface FailedImage {
  readonly index: number;
  readonly error: unknown;
}

/** The answer for the caller: its error has the stack of the call, and says which image it is about. */
export function inferFailure({ index, error }: FailedImage, site: CallSite): InferFailure {
  const located = atCallSite(withIndex(asDeepLabError(error), index), site);
  return { index, error: located as DeepLabError };
}

/** What a source of the caller's own throws while it is read may be anything: it is the cause then. */
export function asDeepLabError(error: unknown): DeepLabError {
  const known = toDeepLabError(error);
  if (known instanceof DeepLabError) return known;
  const said = known instanceof Error ? known.message : String(known);
  return new DeepLabError("IMAGE_UNREADABLE", `The image could not be read: ${said}`, {
    hint: "look at the cause: it was thrown while the image was read.",
    cause: known,
  });
}
