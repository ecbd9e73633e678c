// Loading a package that has no engine on TensorRT: one is built, or taken from the cache, or built while ONNX Runtime
// answers already.

import { abortable } from "./abort.js";
import { invalidOption } from "./checks.js";
import type { LoadModel } from "./compile/build-package.js";
import {
  cachedEngine,
  type EnginePlace,
  enginePlace,
  ensureEngine,
  forgetEngine,
} from "./compile/engine-cache.js";
import { parseOrdinal } from "./compile/options.js";
import type { HeadDecision } from "./convert/head-cut/recipe.js";
import { DeepLabError } from "./errors.js";
import type { NativeModel } from "./native.js";
import { NativeSwitch } from "./native-switch.js";
import type { LoadSettings } from "./options.js";
import type { ModelPackage } from "./packages/model-package.js";
import { warn } from "./warnings.js";

/** How an engine that is built in the background fares. */
export interface EngineBuildInfo {
  /** `"building"`: ONNX Runtime answers. `"ready"`: the engine does. `"failed"`: ONNX Runtime stays. */
  readonly state: "building" | "ready" | "failed";
  /** One sentence. */
  readonly reason: string;
}

/** A loaded network, and what it was loaded from. Its parts may change between two calls. */
export interface LoadedNetwork {
  readonly native: NativeModel;
  readonly package: ModelPackage;
  readonly head: HeadDecision;
  /** Null where none is or was built in the background. */
  readonly engineBuild: EngineBuildInfo | null;
}

/** How packages are opened. */
export interface Openers {
  readonly open: (
    model: ModelPackage,
    settings: LoadSettings,
  ) => Promise<{ readonly opened: NativeModel; readonly head: HeadDecision }>;
  /** As a user does it: for the comparison with ONNX Runtime. */
  readonly load: LoadModel;
}

// An engine that was built here and does not load: the driver or the GPU behind the same name changed.
const misfits = ["ENGINE_INVALID", "ENGINE_VERSION_MISMATCH", "ENGINE_DEVICE_MISMATCH"];

/**
 * Loads a package with weights.onnx on TensorRT.
 * @throws DeepLabError ENGINE_*, BACKEND_UNAVAILABLE, DEVICE_*, OPTION_INVALID, …; an abort rejects with
 *   `signal.reason`, at once where nothing is being built
 */
export async function loadWithEngine(
  model: ModelPackage,
  settings: LoadSettings,
  openers: Openers,
): Promise<LoadedNetwork> {
  const { engine, libraries, signal, device } = settings;
  refuseContradictions(model, settings);
  const wish = { model, engine, libraries, ordinal: ordinalOf(device.name), load: openers.load };
  const place = await abortable(enginePlace(wish, signal), signal);
  const cached = await abortable(keptEngine(place), signal);
  if (cached === undefined && engine.mode === "background") {
    return inBackground(model, place, settings, openers);
  }
  return openEngine(model, place, cached, settings, openers);
}

// What can come to nothing is said before minutes of building.
function refuseContradictions(
  { config: { inputSize } }: ModelPackage,
  { engine, headCut }: LoadSettings,
): void {
  if (engine.headCut && !headCut) {
    invalidOption("engine.headCut", "false where headCut is false", engine.headCut);
  }
  if (engine.sizes === undefined || inputSize === null) return;
  const stated = `${inputSize.width}×${inputSize.height}`;
  const expected = `left out, as the package resizes every picture to ${stated}`;
  invalidOption("engine.maxSize", expected, engine.sizes.max);
}

// A kept engine that may not be used is an error of the call. In the background it is one of the build, which meets it
// again, for the model is promised at once.
async function keptEngine(place: EnginePlace): Promise<ModelPackage | undefined> {
  try {
    return await cachedEngine(place);
  } catch (error) {
    if (place.wish.engine.mode === "background") return undefined;
    throw error;
  }
}

function ordinalOf(device: string): number {
  if (device === "cuda:*") return 0; // all are of the kind of the first
  if (device !== "cpu") return parseOrdinal(device);
  throw new DeepLabError(
    "DEVICE_UNAVAILABLE",
    'Expected a GPU for backend "trt" but received device "cpu".',
    {
      detail: { device, backend: "trt" },
      hint: 'leave device out, or use { backend: "onnx" }.',
    },
  );
}

async function openEngine(
  model: ModelPackage,
  place: EnginePlace,
  cached: ModelPackage | undefined,
  settings: LoadSettings,
  openers: Openers,
): Promise<LoadedNetwork> {
  const compiled = cached ?? (await ensureEngine(place, settings.signal));
  try {
    return network(compiled, await openers.open(compiled, settings));
  } catch (error) {
    if (cached === undefined || !misfits.includes((error as { code?: string }).code ?? "")) throw error;
    await forgetEngine(place, cached);
    if (settings.engine.mode === "background") return inBackground(model, place, settings, openers);
    return openEngine(model, place, undefined, settings, openers);
  }
}

const network = (
  model: ModelPackage,
  { opened, head }: Awaited<ReturnType<Openers["open"]>>,
): LoadedNetwork => ({ native: opened, package: model, head, engineBuild: null });

async function inBackground(
  model: ModelPackage,
  place: EnginePlace,
  settings: LoadSettings,
  openers: Openers,
): Promise<LoadedNetwork> {
  const first = network(model, await openers.open(model, onCpu(settings)));
  return new BackgroundEngine(first, (signal) =>
    openEngine(model, place, undefined, { ...settings, signal }, openers),
  );
}

// The GPU is measured by the builder meanwhile, which chooses by what it measures. What was said of a GPU is about the
// engine, and no mistake here.
function onCpu(settings: LoadSettings): LoadSettings {
  return {
    ...settings,
    device: { ...settings.device, name: "cpu", cudaGraphs: false },
    session: { ...settings.session, provider: "auto", providerOptions: [], engineCacheFolder: "" },
  };
}

/** A network that answers on ONNX Runtime until its engine is there. */
export class BackgroundEngine implements LoadedNetwork {
  readonly native: NativeSwitch;
  #network: LoadedNetwork;
  #state: EngineBuildInfo = { state: "building", reason: "ONNX Runtime answers until the engine is built" };

  /** @param build Ended by the signal when the model is closed. */
  constructor(first: LoadedNetwork, build: (signal: AbortSignal) => Promise<LoadedNetwork>) {
    this.#network = first;
    const closing = new AbortController();
    const work = build(closing.signal).then(
      (built) => this.#changeOver(built),
      (error: unknown) => this.#stay(error, closing.signal.aborted),
    );
    this.native = new NativeSwitch(first.native, () => {
      closing.abort(new DeepLabError("CLOSED", "The model has been closed."));
      return work;
    });
  }

  get package(): ModelPackage {
    return this.#network.package;
  }

  get head(): HeadDecision {
    return this.#network.head;
  }

  get engineBuild(): EngineBuildInfo {
    return this.#state;
  }

  // One tick: no call begins between the two.
  #changeOver(built: LoadedNetwork): void {
    if (!this.native.replace(built.native)) return;
    this.#network = built;
    this.#state = { state: "ready", reason: "the engine was built in the background" };
  }

  #stay(error: unknown, isClosed: boolean): void {
    const [reason = ""] = (error as Error).message.split("\n");
    this.#state = { state: "failed", reason };
    if (isClosed) return;
    const { code = "" } = error as { code?: string };
    warn(
      "ENGINE_BUILD_FAILED",
      `There is no engine for ${this.package.folder}, which stays on ONNX Runtime: ${code === "" ? "" : `[${code}] `}${reason}`,
    );
  }
}
