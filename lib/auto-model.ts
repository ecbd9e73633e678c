// From a package folder to a loaded model.

import { abortable } from "./abort.js";
import { engineHead } from "./engine-head.js";
import { type LoadedNetwork, loadWithEngine } from "./engine-load.js";
import { callSite, type DeepLabError, fromNative, toDeepLabError } from "./errors.js";
import { type PreparedHead, prepareHead, uncutHead } from "./head-cut.js";
import { preloadDecoder } from "./image/decode.js";
import { hintForLibraries } from "./libraries.js";
import { listenToLogs } from "./log.js";
import { SemanticSegmentationModel } from "./model.js";
import { type NativeModelSpec, native } from "./native.js";
import { nativeSpec } from "./native-spec.js";
import { type FromPretrainedOptions, type LoadSettings, parseLoadOptions } from "./options.js";
import { type ModelPackage, readModelPackage } from "./packages/model-package.js";
import { defaultConfidence } from "./thresholds.js";

/** Opens model packages. */
export interface AutoModel {
  /**
   * Loads a model package. A network that is already loaded in this process is shared, also between
   * worker threads.
   * @param location Folder of the package: a path, or a `file:` URL as object or text. It holds `weights.onnx`, or
   *   `engine.plan` and `trt_config.json`, beside `class_names.txt` and `inference_config.json`.
   * @typeParam Classes The package's class names, where TypeScript is to know them: `deeplab-rt types <package>` writes
   *   them as a type. Nothing checks at run time that they are the loaded package's.
   * @throws DeepLabError PACKAGE_*, OPTION_*, BACKEND_*, ENGINE_*, DEVICE_*; an abort rejects with
   *   `signal.reason`. Nothing of a failed call stays loaded.
   */
  fromPretrained<Classes extends string = string>(
    location: string | URL,
    options?: FromPretrainedOptions,
  ): Promise<SemanticSegmentationModel<Classes>>;
}

/** Opens model packages: `await AutoModel.fromPretrained("./my-model")`. */
export const AutoModel: AutoModel = {
  fromPretrained<Classes extends string>(location: string | URL, options?: FromPretrainedOptions) {
    return fromNative(load<Classes>(location, options), callSite(AutoModel.fromPretrained));
  },
};

async function load<Classes extends string>(
  location: string | URL,
  options: FromPretrainedOptions | undefined,
): Promise<SemanticSegmentationModel<Classes>> {
  const settings = parseLoadOptions(options);
  const fallback = defaultConfidence();
  settings.signal?.throwIfAborted();
  const model = await abortable(readModelPackage(location, settings), settings.signal);
  const stopLog = listenToLogs(settings.log);
  const network = await loadNetwork(model, settings).catch((error) => {
    stopLog();
    throw error;
  });
  const loaded = new SemanticSegmentationModel<Classes>({
    network,
    recommended: settings.recommended,
    defaultConfidence: fallback,
    maxQueue: settings.maxQueue,
    onFull: settings.onFull,
    imageRules: settings.imageRules,
    onClosed: stopLog,
  });
  forgotten.register(loaded, stopLog);
  return loaded;
}

// Models that are collected without close(): nobody listens for them any more.
const forgotten = new FinalizationRegistry<() => void>((stopLog) => stopLog());

async function loadNetwork(model: ModelPackage, settings: LoadSettings): Promise<LoadedNetwork> {
  if (settings.backend === "trt" && model.format === "onnx") {
    return loadWithEngine(model, settings, { open: openWithHead, load: AutoModel.fromPretrained });
  }
  const { opened, head } = await openWithHead(model, settings);
  return { native: opened, package: model, head, engineBuild: null };
}

// Some libraries cannot load from memory what they can load from a file (external data before ONNX Runtime
// 1.21): then the file is loaded as it is, and info() says why. An engine is always loaded as it is.
async function openWithHead(model: ModelPackage, settings: LoadSettings) {
  const { signal } = settings;
  const open = (prepared: PreparedHead) => openNative(nativeSpec(model, settings, prepared), signal);
  if (model.engine !== null) {
    const head = engineHead(model, model.engine, settings.headCut);
    return { opened: await open(head), head: head.decision };
  }
  const head = await abortable(prepareHead(model, settings.headCut, signal), signal);
  if (!head.decision.cut) return { opened: await open(head), head: head.decision };
  try {
    return { opened: await open(head), head: head.decision };
  } catch (error) {
    const { code, message } = error as Partial<DeepLabError>;
    if (code !== "BACKEND_UNAVAILABLE" && code !== "PACKAGE_WEIGHTS_INVALID") throw error;
    const whole = uncutHead(`the cut network could not be loaded: ${message?.split("\n")[0]}`);
    return { opened: await open(whole), head: whole.decision };
  }
}

// Loading cannot be stopped midway: after an abort the model is closed as soon as it is there.
async function openNative(spec: NativeModelSpec, signal: LoadSettings["signal"]) {
  const opening = native().openModel(spec);
  void preloadDecoder(); // native code loads on a thread of its own: this one is free meanwhile
  try {
    return await abortable(opening, signal);
  } catch (error) {
    opening.then((late) => late.close()).catch(() => {});
    if (signal?.aborted) throw error;
    // The code's own hint says to install or name ONNX Runtime: no help where one was named, or for an engine.
    const hint = hintForLibraries(spec.packageFormat, spec.libraryCandidates, (error as Error).message);
    throw hint === undefined ? error : toDeepLabError(error, { BACKEND_UNAVAILABLE: hint });
  }
}
