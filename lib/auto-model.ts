// From a package folder to a loaded model.

import { abortable } from "./abort.js";
import { callSite, fromNative, toDeepLabError } from "./errors.js";
import { preloadDecoder } from "./image/decode.js";
import { hintForNamedLibrary } from "./libraries.js";
import { SemanticSegmentationModel } from "./model.js";
import { type NativeModelSpec, native } from "./native.js";
import { nativeSpec } from "./native-spec.js";
import { type FromPretrainedOptions, type LoadSettings, parseLoadOptions } from "./options.js";
import { readModelPackage } from "./packages/model-package.js";
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
  const opened = await openNative(nativeSpec(model, settings), settings.signal);
  return new SemanticSegmentationModel({
    native: opened,
    package: model,
    recommended: settings.recommended,
    defaultConfidence: fallback,
    maxQueue: settings.maxQueue,
    onFull: settings.onFull,
  });
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
