// A loaded model: from images to results. Decoding is done here, everything after it in native code.

import { abortable } from "./abort.js";
import type { HeadRecipe } from "./convert/head-cut/recipe.js";
import { callSite, DeepLabError, fromNative } from "./errors.js";
import { type ImageRequest, loadImages } from "./image/load-all.js";
import type { LoadedImage, ImageSource as Source } from "./image/source.js";
import { type InferOptions, type InferSettings, parseInferOptions } from "./infer-options.js";
import { capturedTensors, type Inspection } from "./inspection.js";
import { type ModelInfo, modelInfo } from "./model-info.js";
import type { NativeImageResult, NativeModel, NativeModelInfo } from "./native.js";
import type { ModelPackage, PackageFormat } from "./packages/model-package.js";
import { SemanticSegmentationResult } from "./result.js";
import { type RecommendedParameters, resolveThresholds } from "./thresholds.js";
import { WarnOnce } from "./warnings.js";

/** What a model is made from. */
export interface ModelParts {
  readonly native: NativeModel;
  readonly package: ModelPackage;
  readonly head: HeadRecipe;
  readonly recommended: RecommendedParameters;
  readonly defaultConfidence: number;
}

interface Answer {
  readonly native: NativeImageResult;
  readonly result: SemanticSegmentationResult;
}

/**
 * A loaded DeepLabV3+ model. Release it with `close()` or `await using`. Calls may overlap; they are
 * answered in the order in which their pictures are ready.
 */
export class SemanticSegmentationModel implements AsyncDisposable {
  readonly #parts: ModelParts;
  readonly #info: NativeModelInfo;
  readonly #warnings = new WarnOnce();
  #lastRequest = 0;
  #closing: Promise<void> | undefined;

  /**
   * Use `AutoModel.fromPretrained`.
   * @throws DeepLabError OPTION_INVALID where called by hand
   */
  constructor(parts: ModelParts) {
    if (typeof parts?.native?.info !== "function") throw madeByHand();
    this.#parts = parts;
    this.#info = parts.native.info();
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
    const current = this.#closing === undefined ? this.#parts.native.info() : this.#info;
    return modelInfo(this.#parts.package, current, this.#parts.head);
  }

  /**
   * Segments one image.
   * @param image Encoded bytes and raw pixels are copied at the call.
   * @throws DeepLabError IMAGE_*, OPTION_*, NON_FINITE_LOGITS (strict), CLOSED, BACKEND_FAILED, …; an abort rejects
   *   with `signal.reason`
   */
  infer(image: Source, options?: InferOptions): Promise<SemanticSegmentationResult>;
  /**
   * Segments a list of images, as many at once as the network takes.
   * @returns One result an image, in their order; one image that fails fails the list.
   * @throws DeepLabError as for one image, with `detail.index`; EMPTY_BATCH for an empty list
   */
  infer(images: readonly Source[], options?: InferOptions): Promise<SemanticSegmentationResult[]>;
  /**
   * Segments one image or a list, where the type says no more: a list gives a list.
   * @throws DeepLabError as for one image or a list
   */
  infer(
    images: Source | readonly Source[],
    options?: InferOptions,
  ): Promise<SemanticSegmentationResult | SemanticSegmentationResult[]>;
  infer(
    images: Source | readonly Source[],
    options: InferOptions = {},
  ): Promise<SemanticSegmentationResult | SemanticSegmentationResult[]> {
    const isList = Array.isArray(images);
    const sources = (isList ? images : [images]) as readonly Source[];
    const work = this.#run({ sources, isList }, options, false).then((answers) =>
      answers.map(({ result }) => result),
    );
    const answer = isList ? work : work.then(single);
    return fromNative<SemanticSegmentationResult | SemanticSegmentationResult[]>(
      answer,
      callSite(this.infer),
    );
  }

  /**
   * Segments one image and also returns the network's input and its logits. A debugging aid: compare them
   * with those of another runtime to see where two pipelines part. Slower than `infer`: the tensors are copies.
   * The logits are what the inference session answers: with `info().headCut.cut` those before the network's last
   * interpolation, which is done in post-processing; load with `headCut: false` to see the network's own output.
   * @throws DeepLabError as `infer`
   */
  inspect(image: Source, options: InferOptions = {}): Promise<Inspection> {
    const work = this.#run({ sources: [image], isList: false }, options, true).then((answers) => {
      const { native, result } = single(answers);
      return { ...capturedTensors(native), result };
    });
    return fromNative(work, callSite(this.inspect));
  }

  /**
   * Waits for running work, then frees the model. Queued and later calls are `CLOSED`, and so is a call whose
   * picture is still being read or decoded: it counts as queued. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= fromNative(this.#parts.native.close(), callSite(this.close));
    return this.#closing;
  }

  /** For `await using`: the same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // Runs synchronously up to the native call where all images are raw pixels: they are copied in it.
  async #run(request: ImageRequest, options: InferOptions, capture: boolean): Promise<Answer[]> {
    const start = performance.now();
    const settings = this.#check(request.sources, options);
    const loading = loadImages(request);
    const loaded = loading instanceof Promise ? await abortable(loading, settings.signal) : loading;
    const natives = await this.#callNative(loaded, settings, capture);
    const total = performance.now() - start;
    this.#warnOfNonFinite(natives);
    return natives.map((native, i) => ({
      native,
      result: new SemanticSegmentationResult(native, this.#context(), {
        decode: loaded[i]?.decodeTime ?? 0,
        total,
      }),
    }));
  }

  #check(sources: readonly Source[], options: InferOptions): InferSettings {
    const settings = parseInferOptions(options, this.classNames);
    settings.signal?.throwIfAborted();
    if (this.#closing !== undefined) throw new DeepLabError("CLOSED", "The model has been closed.");
    if (sources.length === 0)
      throw new DeepLabError("EMPTY_BATCH", "Expected at least one image but received an empty list.");
    if (settings.hasImageSize) {
      const message = "imageSize is ignored: only torch packages can change the network's input size.";
      this.#warnings.warn("IMAGE_SIZE_IGNORED", message);
    }
    return settings;
  }

  async #callNative(
    loaded: readonly LoadedImage[],
    settings: InferSettings,
    captureTensors: boolean,
  ): Promise<readonly NativeImageResult[]> {
    const { native, recommended, defaultConfidence } = this.#parts;
    const { signal, strict, disableStaticCrop, disableGrayscale, disableContrast } = settings;
    signal?.throwIfAborted();
    const requestId = ++this.#lastRequest;
    const onAbort = () => native.cancel(requestId);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      // Cancelled or not, running work ends in native code, which holds on to the pixels until then.
      const work = native.infer({
        images: loaded.map(({ image }) => image),
        requestId,
        disableStaticCrop,
        disableGrayscale,
        disableContrast,
        thresholds: resolveThresholds(settings.confidence, {
          classNames: this.classNames,
          idCount: this.#info.idCount,
          recommended,
          defaultConfidence,
        }),
        strict,
        captureTensors,
      });
      return await abortable(work, signal);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #context() {
    return {
      classNames: this.classNames,
      backgroundClassId: this.backgroundClassId,
      idCount: this.#info.idCount,
      idBytes: this.#info.idBytes,
      resizeMode: this.#parts.package.config.resizeMode,
    };
  }

  #warnOfNonFinite(results: readonly NativeImageResult[]): void {
    const pixels = results.reduce((sum, { nonFinitePixels }) => sum + nonFinitePixels, 0);
    if (pixels === 0) return;
    this.#warnings.warn(
      "NON_FINITE_LOGITS",
      `${pixels} pixels have logits that are not finite; they became background with confidence 0. ` +
        "Check scaling_factor and normalization of the package; { strict: true } makes this an error.",
    );
  }
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

function single<T>(answers: readonly T[]): T {
  const [answer] = answers;
  if (answer === undefined)
    throw new DeepLabError("INTERNAL", "Native code returned no result for one image.");
  return answer;
}
