// onnxruntime-node as its users use it: what all contenders but deeplab-rt run the network with.
import fs from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** What a contender that does its own pre-processing must know of a package. */
export async function readPackage(folder) {
  const config = JSON.parse(await fs.readFile(path.join(folder, "inference_config.json"), "utf8"));
  const { scaling_factor: scale, normalization, training_input_size: input } = config.network_input;
  return { input, scale, mean: normalization[0], std: normalization[1] };
}

/** The library file inside onnxruntime-node: deeplab-rt is told to open the same one. */
export async function engineLibrary() {
  const bin = path.join(path.dirname(require.resolve("onnxruntime-node/package.json")), "bin");
  const [version] = (await fs.readdir(bin)).filter((name) => name.startsWith("napi-"));
  const folder = path.join(bin, version, process.platform, process.arch);
  const name = (await fs.readdir(folder)).find((file) =>
    /^(lib)?onnxruntime(\.dll|\.so\.1|\.1\.dylib)$/.test(file),
  );
  return path.join(folder, name);
}

/**
 * Opens the package's network.
 *
 * @returns {Promise<{ ort: object, run: (tensor: Float32Array, batch?: number) => Promise<object>, close: () => void }>}
 *   `run` resolves to the logits' tensor
 */
export async function openSession({ folder, threads }) {
  const ort = (await import("onnxruntime-node")).default;
  const { input } = await readPackage(folder);
  const session = await ort.InferenceSession.create(path.join(folder, "weights.onnx"), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  const run = async (tensor, { batch = 1, into } = {}) => {
    const feed = { [inputName]: new ort.Tensor("float32", tensor, [batch, 3, input.height, input.width]) };
    const answer = into ? await session.run(feed, { [outputName]: into }) : await session.run(feed);
    return answer[outputName];
  };
  return { ort, run, close: () => session.release() };
}
