// What a program that traces itself is told of each call: the channels of node:diagnostics_channel.

import { tracingChannel } from "node:diagnostics_channel";
import { toDeepLabError } from "./errors.js";
import type { FailedImage } from "./infer-failure.js";
import type { SemanticSegmentationResult } from "./result.js";

/**
 * What subscribers of the tracing channel `"deeplab-rt:infer"` get with each event of a call of `infer`, `inspect` or
 * `explainPixel`, or of an image of a `stream`: one object from the call's start to its end. The events are those of
 * `TracingChannel.tracePromise`: `start` and `end` of the call itself, then `asyncStart` and `asyncEnd` when it is
 * answered, and `error` before them where it fails. A call without subscribers costs one look at a flag.
 * @example
 * import { tracingChannel } from "node:diagnostics_channel";
 * tracingChannel("deeplab-rt:infer").subscribe({
 *   asyncEnd({ model, images, result }) { histogram.record(result?.[0].timings.total); },
 * });
 */
export interface InferTrace {
  readonly model: {
    /** Absolute path of the package folder. */
    readonly folder: string;
    /** `model_id` of the package, if there is one. */
    readonly modelId: string | null;
  };
  /** How many images the call has. */
  readonly images: number;
  /**
   * Once it is answered: the result of each image, with its sizes and timings, or, with `onError: "result"`, which one
   * failed with what. They are the caller's own results: who keeps them keeps their memory.
   */
  readonly result?: readonly (
    | SemanticSegmentationResult
    | { readonly index: number; readonly error: unknown }
  )[];
  /** Once it failed: a DeepLabError, or the reason of an abort. */
  readonly error?: unknown;
}

/** An answer inside this package. */
type Answered = { readonly result: SemanticSegmentationResult } | FailedImage;

const channel = tracingChannel<unknown, InferTrace>("deeplab-rt:infer");

const failed = ({ index, error }: FailedImage) => ({ index, error: toDeepLabError(error) });

/** Runs a call, and tells those who listen; `describe` is asked only where there are some. */
export function traced<T extends Answered>(
  describe: () => Pick<InferTrace, "model" | "images">,
  call: () => Promise<T[]>,
): Promise<T[]> {
  if (!channel.hasSubscribers) return call();
  let answers: T[] = [];
  const told = async () => {
    try {
      answers = await call();
    } catch (error) {
      throw toDeepLabError(error);
    }
    return answers.map((answer) => ("result" in answer ? answer.result : failed(answer)));
  };
  return channel.tracePromise(told, describe() as InferTrace).then(() => answers);
}
