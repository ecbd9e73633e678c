// One call of a model from its images to its results: room, decoding, native code, and the results' objects.

import { abortable } from "./abort.js";
import type { Admission } from "./admission.js";
import { invalidOption } from "./checks.js";
import { traced } from "./diagnostics.js";
import { DeepLabError } from "./errors.js";
import {
  dropStreams,
  type ImageRequest,
  loadImages,
  ownImages,
  readyImages,
  type TakenImages,
  takeImages,
} from "./image/load-all.js";
import type { LoadedImage } from "./image/source.js";
import {
  dropImages,
  type ImageRules,
  type LoadSettings,
  type TakenImage,
  type TakeSettings,
} from "./image/taken.js";
import { finiteOrFailed, loadEach, type Outcome, runEach, takeEach } from "./infer-each.js";
import type { FailedImage } from "./infer-failure.js";
import { parseInferOptions } from "./infer-options.js";
import type { ModelFacts } from "./model-facts.js";
import type { NativeImageResult, NativeModel } from "./native.js";
import { NativeCalls, type NativeWork } from "./native-calls.js";
import { readMapFacts } from "./native-facts.js";
import { type OutputTarget, parseOutput } from "./output.js";
import { SemanticSegmentationResult } from "./result.js";
import { Room, unlessStopped } from "./room.js";
import { stopSignal } from "./stop-signal.js";
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
  readonly imageRules: ImageRules;
}

// A call on its way.
interface Call extends NativeWork {
  readonly request: ImageRequest;
}

interface Worked {
  readonly loaded: readonly LoadedImage[];
  readonly natives: readonly NativeImageResult[];
}

interface WorkedOne {
  readonly loaded: LoadedImage;
  readonly native: NativeImageResult;
}

/** Runs the calls of one model handle. */
export class Inference {
  readonly #parts: InferenceParts;
  readonly #calls: NativeCalls;
  readonly #closing = new AbortController();

  /** Made by the model. */
  constructor(parts: InferenceParts) {
    this.#parts = parts;
    this.#calls = new NativeCalls(parts.native, parts.facts);
  }

  /**
   * Answers one call. Runs synchronously up to the native call where all images are raw pixels and there is
   * room: they are copied in it.
   * @param capture Also return the network's input and its logits.
   * @throws DeepLabError of every kind, without the stack of the caller; an abort rejects with `signal.reason`
   */
  run(request: ImageRequest, options: unknown, capture = false): Promise<Answer[]> {
    return this.#traced(request.sources.length, async () => {
      const call = this.#begin(request, options, performance.now(), capture);
      return this.#answers(call, await abortable(this.#work(call), call.settings.signal));
    });
  }

  /**
   * Answers a list as its option `onError` says: with `"result"`, images that fail do so each for itself.
   * @throws DeepLabError as `run`
   */
  runList(sources: ImageRequest["sources"], options: unknown): Promise<(Answer | FailedImage)[]> {
    return this.#traced(sources.length, () => this.#runList(sources, options));
  }

  #traced<T extends Answer | FailedImage>(images: number, call: () => Promise<T[]>): Promise<T[]> {
    return traced(() => ({ model: this.#parts.facts.origin, images }), call);
  }

  async #runList(sources: ImageRequest["sources"], options: unknown): Promise<(Answer | FailedImage)[]> {
    const call = this.#begin({ sources, isList: true }, options, performance.now(), false);
    if (call.settings.onError === "throw") {
      return this.#answers(call, await abortable(this.#work(call), call.settings.signal));
    }
    const outcomes = await abortable(this.#workEach(call), call.settings.signal);
    const done = outcomes.flatMap((outcome, i) => ("done" in outcome ? [{ i, ...outcome.done }] : []));
    const outputs = done.map(({ i }) => call.outputs[i] ?? noOutput);
    const answers = this.#answers(
      { ...call, outputs },
      { loaded: done.map(({ loaded }) => loaded), natives: done.map(({ native }) => native) },
    );
    return outcomes.map((outcome) => ("done" in outcome ? (answers.shift() as Answer) : outcome));
  }

  /** The model is closed: pictures that are being read are not wanted any more, and their calls reject with this. */
  stopReading(error: unknown): void {
    this.#closing.abort(error);
  }

  /**
   * Has native code measure which batch is quickest; `stats()` of the native model then says.
   * @throws DeepLabError BACKEND_FAILED, CLOSED, …; an abort rejects with `signal.reason`
   */
  measure(input: PictureSize, rounds: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#calls.measure(input, rounds, signal);
  }

  #begin(request: ImageRequest, options: unknown, start: number, capture: boolean): Call {
    const { facts, warnings } = this.#parts;
    const settings = parseInferOptions(options, facts);
    if (settings.onError === "result" && !request.isList) {
      invalidOption("onError", "left out for one image, whose failure is the call's,", settings.onError);
    }
    const { signal } = settings;
    if (signal?.aborted) dropStreams(request.sources);
    signal?.throwIfAborted();
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

  // Ends when native code has ended, aborted or not: the room is free only then. Pictures that are being read end it at
  // once, and keep the room while they are decoded.
  #work(call: Call): Promise<Worked> {
    const taken = takeImages(call.request, this.#takeSettings(call));
    return orDrop(taken.images, this.#workOn(call, taken));
  }

  async #workOn(call: Call, given: TakenImages): Promise<Worked> {
    let taken = given;
    const entering = this.#enter(call);
    const room = this.#roomOf(call);
    if (entering !== undefined) {
      try {
        taken = ownImages(taken);
      } catch (error) {
        entering.then(
          () => room.leave(),
          () => {},
        );
        throw error;
      }
      await entering;
    }
    try {
      const load = (settings: LoadSettings) => loadImages(ownImages(taken), settings);
      const loaded = readyImages(taken) ?? (await this.#load(call, room, load));
      return { loaded, natives: await this.#calls.infer(call, loaded.map(imageOf)) };
    } finally {
      room.leave();
    }
  }

  // The same for a list whose images fail each for itself.
  #workEach(call: Call): Promise<Outcome<WorkedOne>[]> {
    const taken = takeEach(call.request, this.#takeSettings(call));
    const images = taken.flatMap((one) => ("done" in one ? one.done.images : []));
    return orDrop(images, this.#workOnEach(call, taken));
  }

  async #workOnEach(call: Call, taken: readonly Outcome<TakenImages>[]): Promise<Outcome<WorkedOne>[]> {
    const { settings, outputs } = call;
    await this.#enter(call);
    const room = this.#roomOf(call);
    try {
      const loaded = await this.#load(call, room, (loading) => loadEach(taken, loading));
      const places = [...loaded.keys()].filter((i) => "done" in (loaded[i] as object));
      const at = (i: number) => (loaded[i] as { done: LoadedImage }).done;
      // Not strict in native code: there one image fails them all.
      const lenient = { ...call, settings: { ...settings, strict: false } };
      const run = async (some: readonly number[]) => {
        const given = outputs.length === 0 ? outputs : some.map((i) => outputs[i] ?? noOutput);
        const natives = await this.#calls.infer({ ...lenient, outputs: given }, some.map(at).map(imageOf));
        return natives.map((native, n) => ({ native, loaded: at(some[n] as number) }));
      };
      const worked = await runEach(places, run);
      return loaded.map((one, i) => finiteOrFailed("done" in one ? worked[i] : one, i, settings.strict));
    } finally {
      room.leave();
    }
  }

  #enter({ settings, start, request }: Call): Promise<void> | undefined {
    const { priority, deadline, signal } = settings;
    const count = request.sources.length;
    return this.#parts.admission.enter({ count, priority, deadline, start, signal });
  }

  #takeSettings({ settings: { copyInput } }: Call): TakeSettings {
    return { copyInput, rules: this.#parts.imageRules };
  }

  #roomOf({ request }: Call): Room {
    return new Room(() => this.#parts.admission.leave(request.sources.length));
  }

  // With one signal for everything that ends the reading of pictures. Then the call ends at once, though a decoder does not.
  async #load<T>(
    { settings, start }: Call,
    room: Room,
    load: (settings: LoadSettings) => Promise<T>,
  ): Promise<T> {
    const { signal, release } = stopSignal([settings.signal, this.#closing.signal], settings.deadline, start);
    try {
      return await unlessStopped(room.keepFor(load({ rules: this.#parts.imageRules, stop: signal })), signal);
    } finally {
      release();
    }
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
        { include, probabilityClasses, out: outputs[i], imageRules: this.#parts.imageRules },
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

const noOutput: OutputTarget = { segmentationMap: undefined, confidence: undefined };
const imageOf = ({ image }: LoadedImage) => image;

// What a call that fails has taken and not read is let go: streams above all.
async function orDrop<T>(images: readonly TakenImage[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    dropImages(images);
    throw error;
  }
}
