// Calls of native code by one model handle: each has a number, by which it is cancelled when nobody wants it any more.

import { abortable, whenAborted } from "./abort.js";
import { invalidOption } from "./checks.js";
import { deadlineExceeded, timeLeft } from "./deadline.js";
import type { InferSettings } from "./infer-options.js";
import type { ModelFacts } from "./model-facts.js";
import type { NativeImage, NativeImageResult, NativeInferRequest, NativeModel } from "./native.js";
import { packRequest } from "./native-request.js";
import type { OutputTarget } from "./output.js";
import type { PictureSize } from "./warm-up.js";

/** What native code is told of a call, beside its pixels. */
export interface NativeWork {
  readonly settings: InferSettings;
  /** By image; empty where there is no `out`. */
  readonly outputs: readonly OutputTarget[];
  /** `performance.now()` at the call. */
  readonly start: number;
  /** Also return the network's input and its logits. */
  readonly capture: boolean;
}

/** The calls of one model handle. */
export class NativeCalls {
  readonly #native: NativeModel;
  readonly #facts: ModelFacts;
  #lastRequest = 0;

  constructor(native: NativeModel, facts: ModelFacts) {
    this.#native = native;
    this.#facts = facts;
  }

  /**
   * Segments images. Cancelled or not, running work ends in native code, which holds on to the pixels until then: so
   * does the promise.
   * @throws DeepLabError DEADLINE_EXCEEDED, OPTION_INVALID, BACKEND_FAILED, …; `signal.reason` before anything is begun
   */
  infer(work: NativeWork, images: readonly NativeImage[]): Promise<readonly NativeImageResult[]> {
    const { settings, start } = work;
    const { signal, deadline } = settings;
    signal?.throwIfAborted();
    const left = timeLeft(deadline, start);
    const requestId = ++this.#lastRequest;
    const running = this.#native.infer(this.#request(work, images, requestId, left));
    return signal === undefined && deadline === 0 ? running : this.#watched(running, requestId, settings);
  }

  /**
   * Has native code measure which batch is quickest; `stats()` of the native model then says.
   * @throws DeepLabError BACKEND_FAILED, CLOSED, …; an abort rejects with `signal.reason` at once
   */
  async measure(input: PictureSize, rounds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const requestId = ++this.#lastRequest;
    const { width: inputWidth, height: inputHeight } = input;
    const running = this.#native.warmUp({ requestId, inputWidth, inputHeight, rounds });
    await this.#watched(abortable(running, signal), requestId, { signal, deadline: 0 });
  }

  async #watched<T>(
    running: Promise<T>,
    requestId: number,
    { signal, deadline }: Pick<InferSettings, "signal" | "deadline">,
  ): Promise<T> {
    const release = whenAborted(signal, () => this.#native.cancel(requestId));
    try {
      return await running;
    } catch (error) {
      throw (error as { code?: unknown }).code === "DEADLINE_EXCEEDED" ? deadlineExceeded(deadline) : error;
    } finally {
      release();
    }
  }

  #request(
    { settings, outputs, capture }: NativeWork,
    images: readonly NativeImage[],
    requestId: number,
    deadline: number,
  ): NativeInferRequest {
    for (const out of outputs) checkMemory(out);
    const packed = packRequest({ requestId, deadline, captureTensors: capture, settings, images, outputs });
    const facts = this.#facts;
    return {
      numbers: packed.numbers,
      arrays: packed.arrays,
      probabilityChannels: settings.probabilities.channels,
      overlayColors: settings.include.overlay ? (settings.overlayColors ?? facts.overlayColors) : noColors,
      thresholds: facts.thresholds(settings.confidence),
    };
  }
}

const noColors = new Uint8Array(0);

// Checked at the call, but pictures are decoded and calls wait after that.
function checkMemory(out: OutputTarget): void {
  for (const [part, array] of Object.entries(out)) {
    if (array?.length === 0)
      invalidOption(`out.${part}`, "an array with memory (was it transferred?)", array);
  }
}
