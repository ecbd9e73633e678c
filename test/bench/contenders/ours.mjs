// deeplab-rt, from the same raw pixels, on the same library file as the others.
import { picture } from "../pictures.mjs";
import { engineLibrary } from "./session.mjs";

function loadOptions({ threads, headCut, maxBatch, maxInFlight }, onnxruntime) {
  const options = { session: { intraOpThreads: threads, interOpThreads: 1 }, runtime: { onnxruntime } };
  for (const [name, value] of Object.entries({ headCut, maxBatch, maxInFlight })) {
    if (value !== undefined) options[name] = value;
  }
  return options;
}

/** Of a list's results each says the same times of the stages that ran for all of them. */
function outcome(results) {
  const { preprocess, network, postprocess } = results[0].timings;
  return {
    stages: { preprocess, network, postprocess },
    map: results[0].segmentationMap,
    images: results.length,
  };
}

/**
 * `settings.include`: the outputs asked for; without it the defaults, map and confidence. `settings.warmUp`: measures
 * beforehand whether shared runs pay on this machine, as a server would.
 */
export async function openOurs(settings) {
  const { AutoModel } = await import("../../../dist/index.mjs");
  const model = await AutoModel.fromPretrained(settings.folder, loadOptions(settings, await engineLibrary()));
  if (settings.warmUp) await model.warmUp();
  const prepare = async ({ picture: name, batch, confidence = 0.5 }) => {
    const source = picture(name);
    const images = batch === undefined ? null : Array.from({ length: batch }, () => source);
    const options = settings.include ? { confidence, include: settings.include } : { confidence };
    return async () => {
      const results = images ? await model.infer(images, options) : [await model.infer(source, options)];
      return outcome(results);
    };
  };
  return { facts: { info: model.info() }, prepare, close: () => model.close() };
}
