// onnxruntime-node with everything else in JavaScript: by hand, with sharp's resize, or with transformers.js' own
// post-processing.
import { picture } from "../pictures.mjs";
import { makePostprocess } from "./javascript-postprocess.mjs";
import { makePreprocess } from "./javascript-preprocess.mjs";
import { openSession, readPackage } from "./session.mjs";
import { makeSharpPreprocess } from "./sharp-preprocess.mjs";
import { loadTransformers } from "./transformers-postprocess.mjs";

/** Plain JavaScript's way out; the tables are made once the logits' shape is known. */
function plainWayOut(size, confidence) {
  let postprocess = null;
  return (logits) => {
    const [, channels, height, width] = logits.dims;
    postprocess ??= makePostprocess({ channels, height, width }, size, confidence);
    return postprocess(logits.data).map;
  };
}

async function open({ folder, threads }, makeWayIn, makeWayOut) {
  const { run, close } = await openSession({ folder, threads });
  const description = await readPackage(folder);
  const prepare = ({ picture: name, confidence = 0.5 }) => {
    const source = picture(name);
    const wayIn = makeWayIn(source, description.input, description);
    const wayOut = makeWayOut(source, confidence);
    return async () => {
      const start = performance.now();
      const tensor = await wayIn(source.data);
      const ready = performance.now();
      const logits = await run(tensor);
      const done = performance.now();
      const map = wayOut(logits);
      const end = performance.now();
      return { stages: { preprocess: ready - start, network: done - ready, postprocess: end - done }, map };
    };
  };
  return { prepare, close };
}

export const openJavaScript = (settings) => open(settings, makePreprocess, plainWayOut);

export const openSharp = (settings) => open(settings, makeSharpPreprocess, plainWayOut);

export async function openTransformers(settings) {
  // First of all, so that the engine's file is everybody's and not the copy that transformers.js brings.
  await import("onnxruntime-node");
  const makeWayOut = await loadTransformers();
  return open(settings, makePreprocess, makeWayOut);
}
