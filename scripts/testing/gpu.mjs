// What needs a GPU, on the doubles of NVIDIA's libraries: the tests of test/gpu, and every golden case through
// engines and through ONNX Runtime on the device.
import { buildDoubles } from "../doubles/build.mjs";
import { doublesEnvironment } from "../doubles/environment.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { tensorrtHeaders } from "../tensorrt/headers.mjs";
import { goldenRuns, runVariants } from "./levels/variants.mjs";
import { mergeResults, singleResult, toolSkip } from "./result.mjs";
import { runVitest } from "./run-vitest.mjs";

/** The kernels' very source runs on the host, whose scalar level is what they are held against. */
const SCALAR = { DEEPLAB_RT_SIMD: "scalar" };

/** Each setting once with the other; both others are those of the CPU's suites. */
function goldenOnGpu(libraries) {
  const trt = { ...doublesEnvironment(libraries), ...SCALAR, DEEPLAB_TEST_GPU: "trt" };
  const graphs = { ...trt, DEEPLAB_TEST_GRAPHS: "on" };
  const ort = {
    ...doublesEnvironment(libraries, process.env, { ort: true }),
    ...SCALAR,
    DEEPLAB_TEST_GPU: "onnx",
  };
  return [
    ...goldenRuns([{ headCut: "on", batching: "on" }], trt, "golden on TensorRT's double"),
    ...goldenRuns([{ headCut: "off", batching: "off" }], graphs, "golden on TensorRT's double, graphs"),
    ...goldenRuns([{ headCut: "on", batching: "off" }], ort, "golden on a provider's double"),
  ];
}

/** What the doubles cannot be built without; null where it is there. */
async function missing() {
  if (process.platform !== "linux") return "Linux";
  try {
    await tensorrtHeaders();
    return null;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

/** The whole suite; `quick`: without the golden cases. */
export async function runGpu({ quick, exclude }) {
  const absent = await missing();
  if (absent !== null) return toolSkip("tests on the doubles of a GPU", absent);
  let libraries;
  try {
    libraries = await buildDoubles();
  } catch (error) {
    return singleResult("doubles of a GPU", false, error.message);
  }
  const own = await runVitest("gpu", ["test/gpu"], { env: doublesEnvironment(libraries), exclude });
  return quick ? own : mergeResults([own, await runVariants("gpu-golden", goldenOnGpu(libraries))]);
}
