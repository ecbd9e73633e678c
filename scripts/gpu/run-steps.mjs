// gpu-check's steps that run the compiled package: beside the CPU, and with each way of sharing memory.
import fs from "node:fs";
import { ask, compareMaps } from "./ask.mjs";
import { compiledFolder } from "./compile-step.mjs";

const PICTURES = [
  { width: 320, height: 320 },
  { width: 641, height: 359 },
];
const LARGE = { width: 1920, height: 1080 };
const LEAST_AGREEMENT = 0.995; // that of the gate
const MODES = ["copied", "mapped", "managed"];
const REPEATS = 20;

const skipped = (message) => ({ status: "skipped", message });
const failed = (message, more = {}) => ({ status: "failed", message, ...more });

const engineOf = ({ scratch }) => compiledFolder(scratch, "fp32");
const notCompiled = (context) =>
  fs.existsSync(engineOf(context)) ? null : skipped("the step compile left no engine to run");

const picturesFor = ({ quick }) => (quick ? PICTURES : [...PICTURES, LARGE]);

/** The yardstick: ONNX Runtime on the CPU, one thread, scalar kernels, the same head cut. */
function askCpu({ scratch, model }, pictures) {
  const options = { backend: "onnx", device: "cpu", session: { intraOpThreads: 1 } };
  const job = { folder: model, options, pictures, repeats: 1 };
  return ask(scratch, "cpu", job, { DEEPLAB_RT_SIMD: "scalar" });
}

/** The engine beside the CPU: on doubles bit for bit, on a GPU as the gate wants it. */
export async function agreementStep(context) {
  const absent = notCompiled(context);
  if (absent !== null) return absent;
  const pictures = picturesFor(context);
  const cpu = await askCpu(context, pictures);
  const options = { backend: "trt", device: context.device };
  const gpu = await ask(context.scratch, "gpu", { folder: engineOf(context), options, pictures, repeats: 1 });
  for (const [name, { error }] of Object.entries({ cpu, gpu })) {
    if (error !== undefined) return failed(`${name}: ${error.code} ${error.message}`);
  }
  const found = compareMaps(cpu.maps, gpu.maps, pictures);
  const percent = (found.agreement * 100).toFixed(3);
  const message = found.equal
    ? "the same bits as the CPU's scalar kernels"
    : `${percent} % of pixels as the CPU has them, confidence within ${found.confidence.toExponential(1)}`;
  const fits = context.doubles ? found.equal : found.agreement >= LEAST_AGREEMENT;
  return { status: fits ? "passed" : "failed", message, ...found, library: gpu.info.library };
}

const isImpossible = ({ error }) => error?.code === "OPTION_INVALID";

async function askMode(context, memoryMode, pictures) {
  const options = { backend: "trt", device: context.device, memoryMode };
  const repeats = context.quick ? 2 : REPEATS;
  const answer = await ask(context.scratch, memoryMode, {
    folder: engineOf(context),
    options,
    pictures,
    repeats,
  });
  return { memoryMode, answer };
}

/** All three modes: those that the GPU can do give the same maps; their times side by side. */
export async function memoryModesStep(context) {
  const absent = notCompiled(context);
  if (absent !== null) return absent;
  const pictures = context.quick ? PICTURES : [LARGE];
  const runs = [];
  for (const mode of MODES) runs.push(await askMode(context, mode, pictures));
  const modes = runs.map(({ memoryMode, answer: { times, error } }) => ({ memoryMode, times, error }));
  const wrong = runs.find(({ answer }) => answer.error !== undefined && !isImpossible(answer));
  if (wrong !== undefined) {
    const { code, message } = wrong.answer.error;
    return failed(`${wrong.memoryMode}: ${code} ${message}`, { modes });
  }
  const ran = runs.filter(({ answer }) => answer.error === undefined);
  const [first] = ran;
  const other = ran.find(({ answer }) => answer.sha256 !== first.answer.sha256);
  if (other !== undefined) {
    return failed(`${other.memoryMode} memory gives other maps than ${first.memoryMode}`, { modes });
  }
  if (ran.length < 2) return { ...skipped("this GPU has one way only: nothing to compare"), modes };
  const stages = ({ times }) =>
    `${times.preprocess.median.toFixed(3)} + ${times.postprocess.median.toFixed(3)} ms`;
  const times = ran.map(({ memoryMode, answer }) => `${memoryMode} ${stages(answer)}`);
  return { status: "passed", message: `the same maps; around the network ${times.join(", ")}`, modes };
}
