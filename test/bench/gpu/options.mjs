// The command line of bench:gpu.
import path from "node:path";
import { parseArgs } from "node:util";
import { inRoot, REPORTS } from "../../../scripts/setup/paths.mjs";
import { SetupError } from "../../../scripts/setup/setup-error.mjs";
import { SIZES } from "../pictures.mjs";

export const USAGE = `npm run bench:gpu -- [options]
  --model FOLDER           a package with weights.onnx (default: the benchmark's network, 512×512, 21 classes)
  --picture a,b            which: ${Object.keys(SIZES).join(", ")} (default 512×512,1080p)
  --lane a,b               trt-fp32, trt-fp16, onnx or all (default all): engines, and ONNX Runtime on the GPU
  --device cuda:N          (default cuda:0)
  --memory MODE            auto, copied, mapped or managed (default auto)
  --repeats N              requests of each picture (default 50); --quick is 3
  --memory-bandwidth N     GB/s of the GPU's memory, where neither the driver nor the table knows them
  --json FILE              the report (default build/reports/bench-gpu.json)
Engines are built anew in a temporary cache; this user's (INFERENCE_HOME, MODEL_CACHE_DIR or the platform's) is neither
used nor changed.`;

const OPTIONS = {
  model: { type: "string" },
  picture: { type: "string", default: "512×512,1080p" },
  lane: { type: "string", default: "all" },
  device: { type: "string", default: "cuda:0" },
  memory: { type: "string", default: "auto" },
  repeats: { type: "string", default: "50" },
  quick: { type: "boolean", default: false },
  "memory-bandwidth": { type: "string" },
  json: { type: "string", default: path.join(REPORTS, "bench-gpu.json") },
  help: { type: "boolean", default: false },
};

/** What is measured: options of fromPretrained, but for device and memory. */
export const LANES = {
  "trt-fp32": {
    label: "TensorRT, fp32, head cut",
    options: { backend: "trt", engine: { precision: "fp32", headCut: true } },
  },
  "trt-fp16": {
    label: "TensorRT, fp16, head cut",
    options: { backend: "trt", engine: { precision: "fp16", headCut: true } },
  },
  onnx: { label: "ONNX Runtime on the GPU, head cut", options: { backend: "onnx" } },
};

const MODES = ["auto", "copied", "mapped", "managed"];

function listed(text, known, option) {
  const names = text === "all" ? known : text.split(",");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  throw new SetupError(`--${option} knows no ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
}

function positive(text, option) {
  const value = Number(text);
  if (value > 0) return value;
  throw new SetupError(`--${option} wants a number above 0, not ${text}.`);
}

function deviceOf(text) {
  if (/^cuda:\d{1,3}$/.test(text)) return text;
  throw new SetupError(`--device wants cuda:N, not ${text}.`);
}

function parsed(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

/** Checked options; a mistake is a SetupError with one message. */
export function parseOptions(args) {
  const values = parsed(args);
  const bandwidth = values["memory-bandwidth"];
  return {
    model: values.model === undefined ? undefined : path.resolve(values.model),
    pictures: listed(values.picture, Object.keys(SIZES), "picture"),
    lanes: listed(values.lane, Object.keys(LANES), "lane"),
    device: deviceOf(values.device),
    memoryMode: listed(values.memory, MODES, "memory")[0],
    repeats: values.quick ? 3 : Math.ceil(positive(values.repeats, "repeats")),
    memoryBandwidth: bandwidth === undefined ? undefined : positive(bandwidth, "memory-bandwidth"),
    json: path.resolve(inRoot(), values.json),
    help: values.help,
  };
}
