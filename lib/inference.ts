// One call of a model from its images to its results: room, decoding, native code, and the results' objects.

import { abortable } from "./abort.js";
import type { Admission } from "./admission.js";
import { invalidOption } from "./checks.js";
import { deadlineExceeded, timeLeft } from "./deadline.js";
import { DeepLabError } from "./errors.js";
import { type ImageRequest, loadImages, ownImages, readyImages, takeImages } from "./image/load-all.js";
import type { LoadedImage } from "./image/source.js";
import { type InferSettings, parseInferOptions } from "./infer-options.js";
import type { ModelFacts } from "./model-facts.js";
import type { NativeImageResult, NativeModel } from "./native.js";
import { readMapFacts } from "./native-facts.js";
import { packRequest } from "./native-request.js";
import { type OutputTarget, parseOutput } from "./output.js";
import { SemanticSegmentationResult } from "./result.js";
import type { PictureSize } from "./warm-up.js";
import type { WarnOnce } from "./warnings.js";

/** One image's answer: what native code gave, and the result made of it. */
export interface Answer {
  readonly native: NativeImageResult;
  readonly result: SemanticSegmentationResult;
}

/** What calls of one model handle share. */
export interface InferenceParts {
  readonly native: NativeModel;
  readonly facts: ModelFacts;
  readonly admission: Admission;
  readonly warnings: WarnOnce;
}

// A call on its way.
interface Call {
  readonly request: ImageRequest;
  readonly settings: InferSettings;
  readonly outputs: readonly OutputTarget[];
  /** `performance.now()` at the call. */
  readonly start: number;
  readonly capture: boolean;
}

interface Worked {
  readonly loaded: readonly LoadedImage[];
  readonly natives: readonly NativeImageResult[];
}

/** Runs the calls of one model handle. */
export class Inference {
  readonly #parts: InferenceParts;
  #lastRequest = 0;

  /** Made by the model. */
  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  /**
   * Answers one call. Runs synchronously up to the native call where all images are raw pixels and there is
   * room: they are copied in it.
   * @param capture Also return the network's input and its logits.
   * @throws DeepLabError of every kind, without the stack of the caller; an abort rejects with `signal.reason`
   */
  async run(request: ImageRequest, options: unknown, capture = false): Promise<Answer[]> {
    const start = performance.now();
    const call = this.#begin(request, options, start, capture);
    const { signal } = call.settings;
    const work = this.#work(call);
    const worked = await (signal === undefined ? work : abortable(work, signal));
    return this.#answers(call, worked);
  }

  /**
   * Has native code measure which batch is quickest; `stats()` of the native model then says.
   * @throws DeepLabError BACKEND_FAILED, CLOSED, …; an abort rejects with `signal.reason`
   */
  async measure(input: PictureSize, rounds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const requestId = ++this.#lastRequest;
    const { native } = this.#parts;
    const { width: inputWidth, height: inputHeight } = input;
    const work = native.warmUp({ requestId, inputWidth, inputHeight, rounds });
    const onAbort = () => native.cancel(requestId);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await abortable(work, signal);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #begin(request: ImageRequest, options: unknown, start: number, capture: boolean): Call {
    const { facts, warnings } = this.#parts;
    const settings = parseInferOptions(options, facts);
    settings.signal?.throwIfAborted();
    const count = request.sources.length;
    if (count === 0)
      throw new DeepLabError("EMPTY_BATCH", "Expected at least one image but received an empty list.");
    if (settings.hasImageSize) {
      const message = "imageSize is ignored: only torch packages can change the network's input size.";
      warnings.warn("IMAGE_SIZE_IGNORED", message);
    }
    const { include, out } = settings;
    const context = { isList: request.isList, count, include, idBytes: facts.idBytes };
    return { request, settings, outputs: parseOutput(out, context), start, capture };
  }

  // Ends when native code has ended, aborted or not: the room is free only then.
  async #work(call: Call): Promise<Worked> {
    const { settings, start, request } = call;
    const { admission } = this.#parts;
    const count = request.sources.length;
    let taken = takeImages(request, settings.copyInput);
    const room = admission.enter({
      count,
      priority: settings.priority,
      deadline: settings.deadline,
      start,
      signal: settings.signal,
    });
    if (room !== undefined) {
      try {
        taken = ownImages(taken);
      } catch (error) {
        room.then(
          () => admission.leave(count),
          () => {},
        );
        throw error;
      }
      await room;
    }
    try {
      const checkWanted = () => {
        settings.signal?.throwIfAborted();
        timeLeft(settings.deadline, start);
      };
      const loaded = readyImages(taken) ?? (await loadImages(ownImages(taken), checkWanted));
      return { loaded, natives: await this.#callNative(call, loaded) };
    } finally {
      admission.leave(count);
    }
  }

  #callNative(call: Call, loaded: readonly LoadedImage[]): Promise<readonly NativeImageResult[]> {
    const { settings, start } = call;
    const { signal, deadline } = settings;
    signal?.throwIfAborted();
    const left = timeLeft(deadline, start);
    const requestId = ++this.#lastRequest;
    const work = this.#parts.native.infer(this.#nativeRequest(call, loaded, requestId, left));
    return signal === undefined && deadline === 0 ? work : this.#watched(work, requestId, settings);
  }

  // Cancelled or not, running work ends in native code, which holds on to the pixels until then.
  async #watched<T>(work: Promise<T>, requestId: number, { signal, deadline }: InferSettings): Promise<T> {
    const onAbort = () => this.#parts.native.cancel(requestId);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await work;
    } catch (error) {
      throw (error as { code?: unknown }).code === "DEADLINE_EXCEEDED" ? deadlineExceeded(deadline) : error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #nativeRequest(call: Call, loaded: readonly LoadedImage[], requestId: number, deadline: number) {
    const { settings, outputs, capture } = call;
    const { facts } = this.#parts;
    for (const out of outputs) checkMemory(out);
    const images = loaded.map(({ image }) => image);
    const packed = packRequest({ requestId, deadline, captureTensors: capture, settings, images, outputs });
    return {
      numbers: packed.numbers,
      arrays: packed.arrays,
      probabilityChannels: settings.probabilities.channels,
      overlayColors: settings.include.overlay ? facts.overlayColors : noColors,
      thresholds: facts.thresholds(settings.confidence),
    };
  }

  #answers({ settings, outputs, start }: Call, { loaded, natives }: Worked): Answer[] {
    const total = performance.now() - start;
    const { facts } = this.#parts;
    const { include } = settings;
    const probabilityClasses = settings.probabilities.classes;
    this.#warnOfNonFinite(natives);
    return natives.map((native, i) => ({
      native,
      result: new SemanticSegmentationResult(
        native,
        facts,
        { include, probabilityClasses, out: outputs[i] },
        { decode: loaded[i]?.decodeTime ?? 0, total },
      ),
    }));
  }

  #warnOfNonFinite(results: readonly NativeImageResult[]): void {
    const pixels = results.reduce((sum, { facts }) => sum + readMapFacts(facts).nonFinitePixels, 0);
    if (pixels === 0) return;
    this.#parts.warnings.warn(
      "NON_FINITE_LOGITS",
      `${pixels} pixels have logits that are not finite; they became background with confidence 0. ` +
        "Check scaling_factor and normalization of the package; { strict: true } makes this an error.",
    );
  }
}

/** The answer of a call for one image, or the first of a list. */
export function first<T>(answers: readonly T[]): T {
  const [answer] = answers;
  if (answer === undefined)
    throw new DeepLabError("INTERNAL", "Native code returned no result for one image.");
  return answer;
}

const noColors = new Uint8Array(0);

// Checked at the call, but pictures are decoded and calls wait after that.
function checkMemory(out: OutputTarget): void {
  for (const [part, array] of Object.entries(out)) {
    if (array?.length === 0)
      invalidOption(`out.${part}`, "an array with memory (was it transferred?)", array);
  }
}
