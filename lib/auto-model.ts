// From a package folder to a loaded model.

import { abortable } from "./abort.js";
import { callSite, type DeepLabError, fromNative, toDeepLabError } from "./errors.js";
import { type PreparedHead, prepareHead, uncutHead } from "./head-cut.js";
import { preloadDecoder } from "./image/decode.js";
import { hintForNamedLibrary } from "./libraries.js";
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
   * @param location Folder of the package: a path, or a `file:` URL as object or text. It holds `weights.onnx`,
   *   `class_names.txt` and `inference_config.json`.
   * @throws DeepLabError PACKAGE_*, OPTION_*, BACKEND_*, DEVICE_UNAVAILABLE; an abort rejects with
   *   `signal.reason`. Nothing of a failed call stays loaded.
   */
  fromPretrained(location: string | URL, options?: FromPretrainedOptions): Promise<SemanticSegmentationModel>;
}

/** Opens model packages: `await AutoModel.fromPretrained("./my-model")`. */
export const AutoModel: AutoModel = {
  fromPretrained(location, options) {
    return fromNative(load(location, options), callSite(AutoModel.fromPretrained));
  },
};

async function load(
  location: string | URL,
  options: FromPretrainedOptions | undefined,
): Promise<SemanticSegmentationModel> {
  const settings = parseLoadOptions(options);
  const fallback = defaultConfidence();
  settings.signal?.throwIfAborted();
  const model = await abortable(readModelPackage(location), settings.signal);
  const { opened, head } = await openWithHead(model, settings);
  return new SemanticSegmentationModel({
    native: opened,
    package: model,
    head,
    recommended: settings.recommended,
    defaultConfidence: fallback,
    maxQueue: settings.maxQueue,
    onFull: settings.onFull,
  });
}

// Some libraries cannot load from memory what they can load from a file (external data before ONNX Runtime
// 1.21): then the file is loaded as it is, and info() says why.
async function openWithHead(model: ModelPackage, settings: LoadSettings) {
  const { signal } = settings;
  const head = await abortable(prepareHead(model, settings.headCut, signal), signal);
  const open = (prepared: PreparedHead) => openNative(nativeSpec(model, settings, prepared), signal);
  if (!head.recipe.cut) return { opened: await open(head), head: head.recipe };
  try {
    return { opened: await open(head), head: head.recipe };
  } catch (error) {
    const { code, message } = error as Partial<DeepLabError>;
    if (code !== "BACKEND_UNAVAILABLE" && code !== "PACKAGE_WEIGHTS_INVALID") throw error;
    const whole = uncutHead(`the cut network could not be loaded: ${message?.split("\n")[0]}`);
    return { opened: await open(whole), head: whole.recipe };
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
    // The code's own hint says to install or name a library: no help where one was named.
    const hint = hintForNamedLibrary(spec.libraryCandidates);
    throw signal?.aborted || hint === undefined
      ? error
      : toDeepLabError(error, { BACKEND_UNAVAILABLE: hint });
  }
}
