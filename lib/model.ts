// A loaded model: from images to results. Decoding is done here, everything after it in native code.

import { Admission, type OnFull } from "./admission.js";
import { type BufferRegistration, registerMemory } from "./buffer-registration.js";
import type { LoadedNetwork } from "./engine-load.js";
import { type CallSite, callSite, DeepLabError, fromNative } from "./errors.js";
import { type ExplainOptions, type PixelPlace, parseExplainOptions } from "./explain-options.js";
import { type PixelExplanation, runExplanation } from "./explain-pixel.js";
import { allocateImage } from "./image/allocate.js";
import { dropStreams } from "./image/load-all.js";
import type { ColorFormat } from "./image/raw.js";
import type { ImageSource as Source } from "./image/source.js";
import type { ImageRules } from "./image/taken.js";
import type { Holding, HoldingOrDefault, Including, ResultPart } from "./include.js";
import { type InferFailure, inferFailure, type OnImageError } from "./infer-failure.js";
import type { InferOptions, ListInferOptions } from "./infer-options.js";
import { first, Inference } from "./inference.js";
import { capturedTensors, type Inspection } from "./inspection.js";
import { ModelFacts } from "./model-facts.js";
import { type ModelInfo, modelInfo } from "./model-info.js";
import { type BatchingInfo, batchingInfo, type ModelStats, modelStats } from "./model-stats.js";
import { type NativeModelInfo, type NativeModelStats, native } from "./native.js";
import type { PackageFormat } from "./packages/model-package.js";
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
  readonly network: LoadedNetwork;
  readonly recommended: RecommendedParameters;
  readonly defaultConfidence: number;
  /** Most images that wait, and what happens to more. */
  readonly maxQueue: number;
  readonly onFull: OnFull;
  readonly imageRules: ImageRules;
  /** Called once the model is closed. */
  readonly onClosed: () => void;
}

/**
 * A loaded DeepLabV3+ model. Release it with `close()` or `await using`. Calls may overlap; they are
 * worked on by priority, then in the order in which their pictures are ready.
 * @typeParam Classes Its class names; see `AutoModel.fromPretrained`.
 */
export class SemanticSegmentationModel<Classes extends string = string> implements AsyncDisposable {
  // Its parts may change between two calls: see engine-load.ts.
  readonly #network: LoadedNetwork;
  // What native code says: as it was when the model was closed, from then on.
  #info: NativeModelInfo;
  #stats: NativeModelStats;
  readonly #admission: Admission;
  readonly #inference: Inference;
  readonly #facts: ModelFacts;
  readonly #streams = new Set<{ fail(error: unknown): void }>();
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;

  /**
   * Use `AutoModel.fromPretrained`.
   * @internal
   * @throws DeepLabError OPTION_INVALID where called by hand
   */
  constructor(parts: ModelParts) {
    const { network, maxQueue, onFull } = parts ?? {};
    if (typeof network?.native?.info !== "function") throw madeByHand();
    this.#network = network;
    this.#onClosed = parts.onClosed;
    this.#info = network.native.info();
    this.#stats = network.native.stats();
    this.#admission = new Admission(roomFor(this.#info, this.#stats, maxQueue), onFull);
    this.#facts = new ModelFacts(network.package, this.#info, parts);
    this.#inference = new Inference({
      native: network.native,
      facts: this.#facts,
      admission: this.#admission,
      warnings: new WarnOnce(),
      imageRules: parts.imageRules,
    });
  }

  /** Names by class id. */
  get classNames(): readonly Classes[] {
    return this.#network.package.classes.names as readonly Classes[];
  }

  /** Class id of the background. */
  get backgroundClassId(): number {
    return this.#network.package.classes.backgroundId;
  }

  /** Kind of the package's weights. */
  get packageFormat(): PackageFormat {
    return this.#network.package.format;
  }

  /** What executes the network: `"onnxruntime"` or `"tensorrt"`. */
  get backend(): string {
    return this.#nativeInfo().backend;
  }

  /** `"cpu"` or `"cuda:N"`; of several GPUs all of them, `"cuda:0, cuda:1"`. */
  get device(): string {
    return this.#nativeInfo().device;
  }

  /** What was loaded, by what, and why; after `close()` as it was before. */
  info(): ModelInfo {
    if (this.#closing === undefined) this.#stats = this.#network.native.stats();
    const { poolThreads } = native().memoryStats();
    return modelInfo(this.#network, this.#nativeInfo(), this.#stats, poolThreads);
  }

  /**
   * What the model has done since it was loaded, what waits, and the memory held.
   * @throws DeepLabError CLOSED
   */
  stats(): ModelStats {
    this.#checkOpen();
    return modelStats(this.#network.native.stats(), native().memoryStats(), this.#admission);
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
   * @param image Encoded bytes and raw pixels are copied at the call; pixels over a SharedArrayBuffer or from
   *   `allocateImage` are read in place.
   * @throws DeepLabError IMAGE_*, NETWORK_*, OPTION_*, QUEUE_FULL, DEADLINE_EXCEEDED, NON_FINITE_LOGITS (strict), CLOSED,
   *   BACKEND_FAILED, …; an abort rejects with `signal.reason`
   */
  infer<const Parts extends readonly ResultPart[]>(
    image: Source,
    options: InferOptions<Parts, Classes> & Including<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts, Classes>, Classes>>;
  /** The same where `include` may be left out: what it adds may not be there then. */
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    image: Source,
    options?: InferOptions<Parts, Classes>,
  ): Promise<SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>>;
  /**
   * Segments a list of images, as many at once as the network takes.
   * @returns One result an image, in their order; one image that fails fails the list, but with `onError: "result"`.
   * @throws DeepLabError as for one image, with `detail.index`; EMPTY_BATCH for an empty list
   */
  infer<const Parts extends readonly ResultPart[]>(
    images: readonly Source[],
    options: ListInferOptions<Parts, "throw", Classes> & Including<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts, Classes>, Classes>[]>;
  /** The same where `include` may be left out: what it adds may not be there then. */
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: readonly Source[],
    options?: ListInferOptions<Parts, "throw", Classes>,
  ): Promise<SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>[]>;
  /**
   * Segments a list of images whose failures, with `onError: "result"`, stand in their places.
   * @throws DeepLabError as for one image; EMPTY_BATCH for an empty list
   */
  infer<const Parts extends readonly ResultPart[]>(
    images: readonly Source[],
    options: ListInferOptions<Parts, OnImageError, Classes> & Including<Parts>,
  ): Promise<(SemanticSegmentationResult<Holding<Parts, Classes>, Classes> | InferFailure)[]>;
  /** The same where `include` may be left out: what it adds may not be there then. */
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: readonly Source[],
    options: ListInferOptions<Parts, OnImageError, Classes>,
  ): Promise<(SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes> | InferFailure)[]>;
  /**
   * Segments one image or a list, where the type says no more: a list gives a list.
   * @throws DeepLabError as for one image or a list
   */
  infer<const Parts extends readonly ResultPart[]>(
    images: Source | readonly Source[],
    options: ListInferOptions<Parts, "throw", Classes> & Including<Parts>,
  ): Promise<
    | SemanticSegmentationResult<Holding<Parts, Classes>, Classes>
    | SemanticSegmentationResult<Holding<Parts, Classes>, Classes>[]
  >;
  /** The same where `include` may be left out: what it adds may not be there then. */
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: Source | readonly Source[],
    options?: ListInferOptions<Parts, "throw", Classes>,
  ): Promise<
    | SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>
    | SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>[]
  >;
  infer(images: Source | readonly Source[], options?: unknown): Promise<unknown> {
    const site = callSite(this.infer);
    return Array.isArray(images)
      ? fromNative(this.#list(images, options, site), site)
      : fromNative(this.#one(images as Source, options), site);
  }

  /**
   * Segments one image and also returns the network's input and its logits. A debugging aid: compare them
   * with those of another runtime to see where two pipelines part. Slower than `infer`: the tensors are copies.
   * The logits are what the inference session answers: with `info().headCut.cut` those before the network's last
   * interpolation, which is done in post-processing; load with `headCut: false` to see the network's own output.
   * @throws DeepLabError as `infer`
   */
  inspect<const Parts extends readonly ResultPart[]>(
    image: Source,
    options: InferOptions<Parts, Classes> & Including<Parts>,
  ): Promise<Inspection<Holding<Parts, Classes>, Classes>>;
  /** The same where `include` may be left out: what it adds may not be there then. */
  inspect<const Parts extends readonly ResultPart[] | undefined = undefined>(
    image: Source,
    options?: InferOptions<Parts, Classes>,
  ): Promise<Inspection<HoldingOrDefault<Parts, Classes>, Classes>>;
  inspect(image: Source, options?: unknown): Promise<unknown> {
    return fromNative(this.#inspect(image, options), callSite(this.inspect));
  }

  /**
   * Says why a pixel has its class: one run, whose result it explains. A debugging aid: it computes the probabilities
   * of all classes for the whole picture, 4 bytes a class and pixel, and gives them back at once.
   * @param place A pixel of the picture, after EXIF orientation.
   * @example
   * const { rule, sentence, top } = await model.explainPixel("street.jpg", { x: 640, y: 360 });
   * @throws DeepLabError as `infer`; OPTION_INVALID also for a pixel that the picture does not have
   */
  explainPixel(
    image: Source,
    place: PixelPlace,
    options?: ExplainOptions<Classes>,
  ): Promise<PixelExplanation<Classes>> {
    const work: Promise<unknown> = fromNative(
      this.#explain(image, place, options),
      callSite(this.explainPixel),
    );
    return work as Promise<PixelExplanation<Classes>>;
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
    const Parts extends readonly ResultPart[],
    const OnError extends OnFrameError = "throw",
  >(
    source: FrameSource<Image>,
    options: StreamOptions<Parts, OnError, Classes> & Including<Parts>,
  ): ResultStream<
    | StreamItem<Image, Holding<Parts, Classes>, Classes>
    | (OnError extends "result" ? StreamFailure<Image> : never)
  >;
  /** The same where `include` may be left out: what it adds may not be there then. */
  stream<
    Image extends Source,
    const Parts extends readonly ResultPart[] | undefined = undefined,
    const OnError extends OnFrameError = "throw",
  >(
    source: FrameSource<Image>,
    options?: StreamOptions<Parts, OnError, Classes>,
  ): ResultStream<
    | StreamItem<Image, HoldingOrDefault<Parts, Classes>, Classes>
    | (OnError extends "result" ? StreamFailure<Image> : never)
  >;
  stream(source: FrameSource<Source>, options?: unknown): unknown {
    this.#checkOpen();
    const host = { inference: this.#inference, facts: this.#facts, streams: this.#streams };
    return openStream(host, source, options, callSite(this.stream));
  }

  /**
   * Memory for the pixels of a picture, rows without padding, for `{ data, width, height, colorFormat }`: calls read it
   * in place instead of copying it, so leave it as it is until they are answered. On a GPU it is pinned and
   * the device reads it by itself, as far as `pinnedMemoryLimit` reaches; beyond, and on the CPU, it is ordinary memory.
   *
   * Its contents are undefined until written. Use it as often as you like, with any model of this thread, even after
   * `close()`; it is given back when it is collected. It cannot be posted to another thread by transfer; a
   * SharedArrayBuffer can. Where the runtime forbids memory of addons (Electron), it is an ordinary Buffer, which calls copy.
   * @param format What `colorFormat` will be. @default "rgb"
   * @throws DeepLabError OPTION_INVALID, IMAGE_TOO_LARGE, OUT_OF_MEMORY, CLOSED, DEVICE_*
   */
  allocateImage(width: number, height: number, format: ColorFormat = "rgb"): Buffer {
    this.#checkOpen();
    return allocateImage(this.#network.native, width, height, format);
  }

  /**
   * Pins shared memory that is used for long, such as a ring of camera frames or the arrays of `out`: the GPU then
   * reads and writes it by itself. It lasts until the registration's `unregister()` or until `close()`, and keeps the
   * memory alive so long. Takes about as long as the system needs to pin so many pages, milliseconds for some ten MiB:
   * do it once, not for each call. On the CPU there is nothing to pin; shared memory is read in place everywhere,
   * registered or not.
   * @param memory A SharedArrayBuffer or a view of one. Ordinary ArrayBuffers are refused, for their memory can be
   *   transferred away: `allocateImage` has some.
   * @throws DeepLabError OPTION_INVALID, CLOSED, DEVICE_*
   */
  registerBuffer(memory: ArrayBufferView | SharedArrayBuffer): BufferRegistration {
    this.#checkOpen();
    return registerMemory(this.#network.native, memory);
  }

  /**
   * Waits for running work, then frees the model. Queued and later calls are `CLOSED`, and so is a call whose
   * picture is still being read or decoded: it counts as queued. Idempotent.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.info(); // remembers what native code says
      const gone = this.#network.native.close().finally(this.#onClosed);
      this.#closing = fromNative(gone, callSite(this.close));
      this.#admission.close(closed());
      this.#inference.stopReading(closed());
      for (const stream of [...this.#streams]) stream.fail(closed());
    }
    return this.#closing;
  }

  /** For `await using`: the same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #one(image: Source, options: unknown): Promise<SemanticSegmentationResult> {
    this.#checkOpen([image]);
    return first(await this.#inference.run({ sources: [image], isList: false }, options)).result;
  }

  async #list(sources: readonly Source[], options: unknown, site: CallSite): Promise<unknown[]> {
    this.#checkOpen(sources);
    const answers = await this.#inference.runList(sources, options);
    return answers.map((answer) => ("result" in answer ? answer.result : inferFailure(answer, site)));
  }

  async #inspect(image: Source, options: unknown): Promise<Inspection> {
    this.#checkOpen([image]);
    const answers = await this.#inference.run({ sources: [image], isList: false }, options, true);
    const { native, result } = first(answers);
    return { ...capturedTensors(native), result };
  }

  async #explain(image: Source, place: unknown, options: unknown): Promise<PixelExplanation> {
    this.#checkOpen([image]);
    return runExplanation(this.#inference, this.#facts, image, parseExplainOptions(place, options));
  }

  async #warmUp(options: unknown): Promise<BatchingInfo | null> {
    this.#checkOpen();
    await runWarmUp(this.#inference, parseWarmUpOptions(options, this.#network.package.config.inputSize));
    this.#checkOpen();
    return batchingInfo(this.#network.native.stats());
  }

  #nativeInfo(): NativeModelInfo {
    if (this.#closing === undefined) this.#info = this.#network.native.info();
    return this.#info;
  }

  // A call that is refused takes the streams among its images along, as one that ends does.
  #checkOpen(images: readonly Source[] = []): void {
    if (this.#closing === undefined) return;
    dropStreams(images);
    throw closed();
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
