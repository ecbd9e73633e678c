// deeplab-rt and another version of onnxruntime-node in one process, in the order the argument says.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const folder = path.dirname(require.resolve("deeplab-rt/package.json"));
const weights = path.join(folder, "models/sample/weights.onnx");
const config = require(path.join(folder, "models/sample/inference_config.json"));

async function ours() {
  const { AutoModel } = await import("deeplab-rt");
  const model = await AutoModel.fromPretrained(path.join(folder, "models/sample"));
  const result = await model.infer(path.join(folder, "assets/samples/metal.jpg"));
  const map = createHash("sha256").update(result.segmentationMap).digest("hex");
  const libraryVersion = model.info().library.version;
  return { map, libraryVersion, close: () => model.close() };
}

async function theirs() {
  const ort = require("onnxruntime-node");
  const session = await ort.InferenceSession.create(weights);
  const { height, width } = config.network_input.training_input_size;
  const input = new ort.Tensor("float32", new Float32Array(3 * height * width), [1, 3, height, width]);
  const output = await session.run({ [session.inputNames[0]]: input });
  return {
    version: require("onnxruntime-node/package.json").version,
    logits: output[session.outputNames[0]].dims,
  };
}

const steps = { ours, theirs };
const report = {};
for (const step of process.argv[2].split(",")) report[step] = await steps[step]();
await report.ours.close();
console.log(JSON.stringify(report));
