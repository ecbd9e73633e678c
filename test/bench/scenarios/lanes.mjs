// The contenders as scenarios line them up: who they are in a table, and how their process is started.
import { modelFolder } from "../models/index.mjs";
import { SIZES } from "../pictures.mjs";

/** `exact: false`: its map may differ from the others' for the reason given. */
export const LANES = {
  raw: { label: "session.run alone", contender: "raw" },
  rawReuse: {
    label: "session.run alone, output memory reused",
    contender: "raw",
    settings: { reuseOutput: true },
  },
  ours: { label: "deeplab-rt", contender: "ours" },
  oursMap: {
    label: "deeplab-rt, map only",
    contender: "ours",
    settings: { include: ["segmentationMap"] },
  },
  oursUncut: { label: "deeplab-rt, headCut: false", contender: "ours", settings: { headCut: false } },
  javascript: { label: "onnxruntime-node + plain JavaScript", contender: "javascript" },
  sharp: {
    label: "onnxruntime-node + sharp + plain JavaScript",
    contender: "sharp",
    exact: "sharp's resize smooths where it shrinks: the network sees another picture",
  },
  transformers: {
    label: "onnxruntime-node + transformers.js post-processing",
    contender: "transformers",
    confidence: 0,
    exact: "no threshold, no confidence; compared with deeplab-rt's map at threshold 0",
  },
  reference: { label: "Python reference (inference-models 0.39.6)", contender: "reference" },
  openvinoF32: {
    label: "OpenVINO fp32, network alone",
    contender: "openvino",
    settings: { precision: "f32" },
  },
  openvinoBf16: {
    label: "OpenVINO bf16, network alone",
    contender: "openvino",
    settings: { precision: "bf16" },
  },
};

/** Contenders that only `--python` brings. */
export const PYTHON_LANES = ["reference", "openvinoF32", "openvinoBf16"];

/** How to start a lane's process with a model; `more` goes over the lane's own settings. */
export function startOf(lane, model, context, more = {}) {
  const { contender, settings = {} } = LANES[lane];
  const shared = { folder: modelFolder(model), threads: context.threads };
  const python = { pictures: context.pictures, sizes: SIZES, inputSize: 512 };
  return {
    contender,
    settings: { ...shared, ...(PYTHON_LANES.includes(lane) ? python : {}), ...settings, ...more },
    env: { OMP_NUM_THREADS: String(more.threads ?? context.threads) },
  };
}

/** A cell that sends one picture at a time to a lane's process. */
export function requestCell(lane, picture, { process = lane, id = process, ...question } = {}) {
  const confidence = LANES[lane].confidence ?? 0.5;
  const maps = !["raw", "openvino"].includes(LANES[lane].contender);
  return {
    id,
    process,
    label: LANES[lane].label,
    exact: LANES[lane].exact === undefined,
    mapKind: maps ? `threshold ${confidence}` : undefined,
    question: { picture, confidence, ...question },
  };
}

/** Not timed: deeplab-rt's map without a threshold, for whoever knows none. */
export function unthresholdedMap(picture, process = "ours") {
  return {
    id: "map at threshold 0",
    process,
    exact: true,
    measured: false,
    mapKind: "threshold 0",
    question: { picture, confidence: 0 },
  };
}
