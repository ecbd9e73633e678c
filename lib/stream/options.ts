// What model.stream takes: the public types and their checks.

import { booleanOption, choiceOption, integerOption, optionObject, signalOption } from "../checks.js";
import type { DefaultParts, ResultPart } from "../include.js";
import { type InferOptions, inferKeys, parseInferOptions } from "../infer-options.js";
import type { ChannelContext } from "../probabilities.js";

/** What an image that fails does: it ends the stream, or is an item with its error. */
export type OnFrameError = "throw" | "result";

/**
 * Options of `model.stream`: those of `infer` for each image (`deadline` counts from when the model is given it, which
 * with `latestOnly` is after it waited as the newest one), and these.
 */
export interface StreamOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  OnError extends OnFrameError = "throw",
  Classes extends string = string,
> extends Omit<InferOptions<Parts, Classes>, "out"> {
  /** True: results in the order of the images. False: as they are ready. @default true */
  readonly ordered?: boolean | undefined;
  /**
   * Most images that are taken from the source and not yet by the consumer: in work, or ready. More than one keeps
   * the stages busy: while one is in the network, the next is decoded, and with `maxInFlight` above 1 pre-processed.
   * @default 4, or 1 with `latestOnly`
   */
  readonly concurrency?: number | undefined;
  /**
   * For cameras: takes from the source whatever comes as it comes, and keeps only the newest image that waits. Those
   * that are overtaken are skipped and counted. An image that waits is not copied: its memory must not be reused.
   * @default false
   */
  readonly latestOnly?: boolean | undefined;
  /**
   * `"throw"`: the first image that fails ends the stream with its error, whose `detail.index` is the image's.
   * `"result"`: it is an item with `error` instead of `result`, and the stream goes on.
   * @default "throw"
   */
  readonly onError?: OnError | undefined;
}

/** `StreamOptions`, complete and checked. */
export interface StreamSettings {
  readonly ordered: boolean;
  readonly concurrency: number;
  readonly latestOnly: boolean;
  readonly onError: OnFrameError;
  readonly signal: AbortSignal | undefined;
  /** The options of `infer` among them, as given. */
  readonly infer: Readonly<Record<string, unknown>>;
}

const ownKeys = ["ordered", "concurrency", "latestOnly", "onError"];
const imageKeys: readonly string[] = inferKeys.filter((key) => key !== "out");
const defaultConcurrency = 4;

/**
 * Checks and completes the options of `stream`, those of `infer` among them.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseStreamOptions(options: unknown, context: ChannelContext): StreamSettings {
  const given = optionObject(options, "options of model.stream()", [...imageKeys, ...ownKeys]);
  const infer = Object.fromEntries(Object.entries(given).filter(([key]) => !ownKeys.includes(key)));
  parseInferOptions(infer, context);
  const latestOnly = booleanOption(given.latestOnly, "latestOnly", false);
  const concurrency = latestOnly ? 1 : defaultConcurrency;
  return {
    ordered: booleanOption(given.ordered, "ordered", true),
    concurrency: integerOption(given.concurrency, "concurrency", 1, 1024, concurrency),
    latestOnly,
    onError: choiceOption(given.onError, "onError", ["throw", "result"], "throw"),
    signal: signalOption(given.signal),
    infer,
  };
}
