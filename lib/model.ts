// A loaded model: from images to results. Decoding is done here, everything after it in native code.

import { Admission, type OnFull } from "./admission.js";
import type { HeadRecipe } from "./convert/head-cut/recipe.js";
import { callSite, DeepLabError, fromNative } from "./errors.js";
import type { ImageSource as Source } from "./image/source.js";
import type { DefaultParts, Holding, ResultPart } from "./include.js";
import type { InferOptions } from "./infer-options.js";
import { first, Inference } from "./inference.js";
import { capturedTensors, type Inspection } from "./inspection.js";
import { ModelFacts } from "./model-facts.js";
import { type ModelInfo, modelInfo } from "./model-info.js";
import { type BatchingInfo, batchingInfo, type ModelStats, modelStats } from "./model-stats.js";
import { type NativeModel, type NativeModelInfo, type NativeModelStats, native } from "./native.js";
import type { ModelPackage, PackageFormat } from "./packages/model-package.js";
import type { SemanticSegmentationResult } from "./result.js";
import type { FrameSource } from "./stream/frames.js";
import type { ResultStream, StreamFailure, StreamItem } from "./stream/items.js";
import { openStream } from "./stream/open.js";
import type { OnFrameError, StreamOptions } from "./stream/options.js";
import type { RecommendedParameters } from "./thresholds.js";
import { parseWarmUpOptions, runWarmUp, type WarmUpOptions } from "./warm-up.js";
import { WarnOnce } from "./warnings.js";

/** What a model is made from. */
export interface ModelParts {
  readonly native: NativeModel;
  readonly package: ModelPackage;
  readonly head: HeadRecipe;
  readonly recommended: RecommendedParameters;
  readonly defaultConfidence: number;
  /** Most images that wait, and what happens to more. */
  readonly maxQueue: number;
  readonly onFull: OnFull;
}

/**
 * A loaded DeepLabV3+ model. Release it with `close()` or `await using`. Calls may overlap; they are
 * worked on by priority, then in the order in which their pictures are ready.
 */
export class SemanticSegmentationModel implements AsyncDisposable {
  readonly #parts: ModelParts;
  readonly #info: NativeModelInfo;
  readonly #stats: NativeModelStats;
  readonly #admission: Admission;
  readonly #inference: Inference;
  readonly #facts: ModelFacts;
  readonly #streams = new Set<{ fail(error: unknown): void }>();
  #closing: Promise<void> | undefined;

  /**
   * Use `AutoModel.fromPretrained`.
   * @throws DeepLabError OPTION_INVALID where called by hand
   */
  constructor(parts: ModelParts) {
    if (typeof parts?.native?.info !== "function") throw madeByHand();
    this.#parts = parts;
    this.#info = parts.native.info();
    this.#stats = parts.native.stats();
    this.#admission = new Admission(roomFor(this.#info, this.#stats, parts.maxQueue), parts.onFull);
    this.#facts = new ModelFacts(parts.package, this.#info, parts);
    this.#inference = new Inference({
      native: parts.native,
      facts: this.#facts,
      admission: this.#admission,
      warnings: new WarnOnce(),
    });
  }

  /** Names by class id. */
  get classNames(): readonly string[] {
    return this.#parts.package.classes.names;
  }

  /** Class id of the background. */
  get backgroundClassId(): number {
    return this.#parts.package.classes.backgroundId;
  }

  /** Kind of the package's weights. */
  get packageFormat(): PackageFormat {
    return this.#parts.package.format;
  }

  /** What executes the network: `"onnxruntime"`. */
  get backend(): string {
    return this.#info.backend;
  }

  /** `"cpu"` or `"cuda:N"`. */
  get device(): string {
    return this.#info.device;
  }

  /** What was loaded, by what, and why; after `close()` as it was when loaded. */
  info(): ModelInfo {
    const { native, package: model, head } = this.#parts;
    const isOpen = this.#closing === undefined;
    const info = isOpen ? native.info() : this.#info;
    return modelInfo(model, info, isOpen ? native.stats() : this.#stats, head);
  }

  /**
   * What the model has done since it was loaded, what waits, and the memory held.
   * @throws DeepLabError CLOSED
   */
  stats(): ModelStats {
    this.#checkOpen();
    return modelStats(this.#parts.native.stats(), native().memoryStats(), this.#admission);
  }

  /**
   * Does beforehand what only the first calls pay for (memory, plans, the network's first run), and measures whether
   * several pictures at once are quicker: on a CPU they often are not. From then on calls share runs only where that
   * pays. Takes `rounds + 1` runs of every batch size up to `info().maxBatch`.
   * @returns What was measured, as in `info().batching`; null where nothing was.
   * @throws DeepLabError OPTION_*, CLOSED, BACKEND_FAILED, …; an abort rejects with `signal.reason`
   */
  warmUp(options?: WarmUpOptions): Promise<BatchingInfo | null> {
    return fromNative(this.#warmUp(options), callSite(this.warmUp));
  }

  /**
   * Segments one image.
   * @param image Encoded bytes and raw pixels are copied at the call; pixels over a SharedArrayBuffer are read in place.
   * @throws DeepLabError IMAGE_*, OPTION_*, QUEUE_FULL, DEADLINE_EXCEEDED, NON_FINITE_LOGITS (strict), CLOSED,
   *   BACKEND_FAILED, …; an abort rejects with `signal.reason`
   */
  infer<const Parts extends readonly ResultPart[] = DefaultParts>(
    image: Source,
    options?: InferOptions<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts>>>;
  /**
   * Segments a list of images, as many at once as the network takes.
   * @returns One result an image, in their order; one image that fails fails the list.
   * @throws DeepLabError as for one image, with `detail.index`; EMPTY_BATCH for an empty list
   */
  infer<const Parts extends readonly ResultPart[] = DefaultParts>(
    images: readonly Source[],
    options?: InferOptions<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts>>[]>;
  /**
   * Segments one image or a list, where the type says no more: a list gives a list.
   * @throws DeepLabError as for one image or a list
   */
  infer<const Parts extends readonly ResultPart[] = DefaultParts>(
    images: Source | readonly Source[],
    options?: InferOptions<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts>> | SemanticSegmentationResult<Holding<Parts>>[]>;
  infer(images: Source | readonly Source[], options?: InferOptions<readonly ResultPart[]>): Promise<unknown> {
    const site = callSite(this.infer);
    return Array.isArray(images)
      ? fromNative(this.#list(images, options), site)
      : fromNative(this.#one(images as Source, options), site);
  }

  /**
   * Segments one image and also returns the network's input and its logits. A debugging aid: compare them
   * with those of another runtime to see where two pipelines part. Slower than `infer`: the tensors are copies.
   * The logits are what the inference session answers: with `info().headCut.cut` those before the network's last
   * interpolation, which is done in post-processing; load with `headCut: false` to see the network's own output.
   * @throws DeepLabError as `infer`
   */
  inspect<const Parts extends readonly ResultPart[] = DefaultParts>(
    image: Source,
    options?: InferOptions<Parts>,
  ): Promise<Inspection<Holding<Parts>>> {
    const work: Promise<unknown> = fromNative(this.#inspect(image, options), callSite(this.inspect));
    return work as Promise<Inspection<Holding<Parts>>>;
  }

  /**
   * Segments the images of a source one after the other: a camera, a folder, a video's frames. Takes from the source
   * only what the consumer makes room for (`concurrency`), or, with `latestOnly`, always the newest.
   * Leaving the loop closes the source and aborts what waits. An error of the source ends the stream after the
   * images before it; an abort and `close()` end it at once.
   * @example
   * for await (const { index, image, result } of model.stream(paths)) console.log(index, image, await result.classStats());
   * @throws DeepLabError OPTION_*, CLOSED
   */
  stream<
    Image extends Source,
    const Parts extends readonly ResultPart[] = DefaultParts,
    const OnError extends OnFrameError = "throw",
  >(
    source: FrameSource<Image>,
    options?: StreamOptions<Parts, OnError>,
  ): ResultStream<
    StreamItem<Image, Holding<Parts>> | (OnError extends "result" ? StreamFailure<Image> : never)
  > {
    this.#checkOpen();
    const host = { inference: this.#inference, facts: this.#facts, streams: this.#streams };
    return openStream(host, source, options, callSite(this.stream)) as never;
  }

  /**
   * Waits for running work, then frees the model. Queued and later calls are `CLOSED`, and so is a call whose
   * picture is still being read or decoded: it counts as queued. Idempotent.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = fromNative(this.#parts.native.close(), callSite(this.close));
      this.#admission.close(closed());
      for (const stream of [...this.#streams]) stream.fail(closed());
    }
    return this.#closing;
  }

  /** For `await using`: the same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #one(image: Source, options: unknown): Promise<SemanticSegmentationResult> {
    this.#checkOpen();
    return first(await this.#inference.run({ sources: [image], isList: false }, options)).result;
  }

  async #list(sources: readonly Source[], options: unknown): Promise<SemanticSegmentationResult[]> {
    this.#checkOpen();
    const answers = await this.#inference.run({ sources, isList: true }, options);
    return answers.map(({ result }) => result);
  }

  async #inspect(image: Source, options: unknown): Promise<Inspection> {
    this.#checkOpen();
    const answers = await this.#inference.run({ sources: [image], isList: false }, options, true);
    const { native, result } = first(answers);
    return { ...capturedTensors(native), result };
  }

  async #warmUp(options: unknown): Promise<BatchingInfo | null> {
    this.#checkOpen();
    await runWarmUp(this.#inference, parseWarmUpOptions(options, this.#parts.package.config.inputSize));
    this.#checkOpen();
    return batchingInfo(this.#parts.native.stats());
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): DeepLabError {
  return new DeepLabError("CLOSED", "The model has been closed.");
}

// Beside the waiting images, those of the batches that are under way.
function roomFor({ maxBatch }: NativeModelInfo, { maxInFlight }: NativeModelStats, maxQueue: number): number {
  return maxQueue + maxInFlight * maxBatch;
}

function madeByHand(): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    "A SemanticSegmentationModel cannot be made by its constructor.",
    {
      detail: { option: "parts", expected: "what AutoModel.fromPretrained() hands over" },
      hint: "call AutoModel.fromPretrained(folder).",
    },
  );
}
