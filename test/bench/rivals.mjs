// Who runs in the benchmark. Each rival is `open({ folder, threads }) → { prepare(picture) → run, close }`;
// `run()` does one whole request and resolves to `{ stages, map }` (stages in ms; map only where one is made).
import fs from "node:fs/promises";
import path from "node:path";
import { makePostprocess } from "./javascript-postprocess.mjs";
import { makePreprocess } from "./javascript-preprocess.mjs";

/** 512² in, 21 classes: what test/bench/model is. */
const INPUT = { width: 512, height: 512 };

async function readNormalization(folder) {
  const config = JSON.parse(await fs.readFile(path.join(folder, "inference_config.json"), "utf8"));
  const { scaling_factor: scale, normalization } = config.network_input;
  return { scale, mean: normalization[0], std: normalization[1] };
}

async function openSession(folder, threads) {
  const ort = (await import("onnxruntime-node")).default;
  const session = await ort.InferenceSession.create(path.join(folder, "weights.onnx"), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const run = async (tensor) => {
    const feed = new ort.Tensor("float32", tensor, [1, 3, INPUT.height, INPUT.width]);
    return (await session.run({ [session.inputNames[0]]: feed }))[session.outputNames[0]];
  };
  return { run, close: () => session.release() };
}

/** The bare network: an input tensor that lies ready, logits that nobody reads. */
async function openRaw({ folder, threads }) {
  const { run, close } = await openSession(folder, threads);
  const normalization = await readNormalization(folder);
  const prepare = (picture) => {
    const tensor = makePreprocess(picture, INPUT, normalization)(picture.data);
    return async () => {
      const start = performance.now();
      await run(tensor);
      return { stages: { network: performance.now() - start } };
    };
  };
  return { prepare, close };
}

/** The same runtime with pre- and post-processing in plain JavaScript. */
async function openJavaScript({ folder, threads }) {
  const { run, close } = await openSession(folder, threads);
  const normalization = await readNormalization(folder);
  const prepare = (picture) => {
    const preprocess = makePreprocess(picture, INPUT, normalization);
    let postprocess = null;
    return async () => {
      const start = performance.now();
      const tensor = preprocess(picture.data);
      const ready = performance.now();
      const logits = await run(tensor);
      const done = performance.now();
      const [, channels, height, width] = logits.dims;
      postprocess ??= makePostprocess({ channels, height, width }, picture, 0.5);
      const { map } = postprocess(logits.data);
      const end = performance.now();
      return { stages: { preprocess: ready - start, network: done - ready, postprocess: end - done }, map };
    };
  };
  return { prepare, close };
}

/** deeplab-rt, from the same raw pixels. */
async function openOurs({ folder, threads }) {
  const { AutoModel } = await import("../../dist/index.mjs");
  const model = await AutoModel.fromPretrained(folder, {
    session: { intraOpThreads: threads, interOpThreads: 1 },
  });
  const prepare = (picture) => async () => {
    const result = await model.infer(picture, { confidence: 0.5 });
    const { preprocess, network, postprocess } = result.timings;
    return { stages: { preprocess, network, postprocess }, map: result.segmentationMap };
  };
  return { prepare, close: () => model.close() };
}

export const RIVALS = {
  raw: { label: "session.run alone", open: openRaw },
  ours: { label: "deeplab-rt", open: openOurs },
  javascript: { label: "onnxruntime-node + JavaScript", open: openJavaScript },
};
