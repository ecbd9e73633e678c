// model.warmUp(): everything that only the first calls pay for, and measuring whether batches help.

import { integerOption, invalidOption, optionObject, signalOption } from "./checks.js";
import { DeepLabError } from "./errors.js";
import { mostPixels, type RawImage } from "./image/raw.js";
import { first, type Inference } from "./inference.js";

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Options of `model.warmUp`. */
export interface WarmUpOptions {
  /**
   * Sizes of the pictures that will come: their plans are made and the memory for their results is touched. A
   * network without a size of its own (`info().preprocessing.inputSize` is null) needs at least one; it is measured
   * at the first.
   * @default the network's own size
   */
  readonly sizes?: readonly PictureSize[] | undefined;
  /** Pictures that will come in one call: as many are run at once for every size. @default 1 */
  readonly batch?: number | undefined;
  /** Runs of every batch size that are measured; 0 measures nothing. @default 3 */
  readonly rounds?: number | undefined;
  /** Aborts at the next run of the network. */
  readonly signal?: AbortSignal | undefined;
}

/** `WarmUpOptions`, complete and checked. */
export interface WarmUpSettings {
  readonly sizes: readonly PictureSize[];
  readonly batch: number;
  readonly rounds: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks and completes the options of `warmUp`.
 * @param inputSize Of the network; null where it runs at the pictures' own.
 * @throws DeepLabError OPTION_*
 */
export function parseWarmUpOptions(options: unknown, inputSize: PictureSize | null): WarmUpSettings {
  const given = optionObject(options, "options of model.warmUp()", ["sizes", "batch", "rounds", "signal"]);
  return {
    sizes: parseSizes(given.sizes, inputSize),
    batch: integerOption(given.batch, "batch", 1, 1024, 1),
    rounds: integerOption(given.rounds, "rounds", 0, 1000, 3),
    signal: signalOption(given.signal),
  };
}

function parseSizes(value: unknown, inputSize: PictureSize | null): PictureSize[] {
  if (value === undefined && inputSize !== null) return [inputSize];
  if (value === undefined) throw sizesNeeded();
  if (!Array.isArray(value) || value.length === 0) {
    return invalidOption("sizes", "a list of at least one { width, height }", value);
  }
  return value.map((size, i) => {
    const { width, height } = optionObject(size, `option sizes[${i}]`, ["width", "height"]);
    const side = (given: unknown, name: string) =>
      integerOption(given ?? null, `sizes[${i}].${name}`, 1, 2 ** 20, 0);
    const checked = { width: side(width, "width"), height: side(height, "height") };
    return checked.width * checked.height <= mostPixels
      ? checked
      : invalidOption(`sizes[${i}]`, `a picture of at most ${mostPixels} pixels`, size);
  });
}

function sizesNeeded(): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    "The network runs at the pictures' own size, so warmUp() must be told which sizes will come.",
    {
      detail: { option: "sizes", expected: "at least one { width, height }" },
      hint: "pass { sizes: [{ width: 1280, height: 720 }] }.",
    },
  );
}

/**
 * Runs pictures of every size, then measures.
 * @throws DeepLabError as `infer`; an abort rejects with `signal.reason`
 */
export async function runWarmUp(inference: Inference, settings: WarmUpSettings): Promise<void> {
  const { sizes, batch, rounds, signal } = settings;
  let input: PictureSize | undefined;
  for (const size of sizes) {
    const picture = blankPicture(size);
    const request = { sources: Array<RawImage>(batch).fill(picture), isList: true };
    const answer = first(await inference.run(request, { copyInput: false, signal }));
    const { inputWidth, inputHeight } = answer.result.imageMetadata.resize;
    input ??= { width: inputWidth, height: inputHeight };
  }
  if (input !== undefined && rounds > 0) await inference.measure(input, rounds, signal);
}

function blankPicture({ width, height }: PictureSize): RawImage {
  return { data: new Uint8Array(width * height), width, height, colorFormat: "gray" };
}
