// gpu-check's golden steps: every recorded case of the reference, through an engine and through ONNX Runtime on the GPU.
import fs from "node:fs";
import { inRoot } from "../setup/paths.mjs";
import { ask } from "./ask.mjs";

// TensorRT and ONNX Runtime multiply in TF32 by themselves on GPUs that have it: ten bits of mantissa, where the golden
// tolerances are those of float32.
const FULL_PRECISION = { NVIDIA_TF32_OVERRIDE: "0" };

// The level of the CPU whose bits the doubles have.
const SAME_BITS = { DEEPLAB_RT_SIMD: "scalar" };

// Failures that are named, and how much of each; the report has all.
const NAMED = 5;
const SAID = 300;

function missing() {
  const needed = ["test/golden", "test/golden-onnx.tar.xz", "node_modules/vitest"];
  const absent = needed.filter((file) => !fs.existsSync(inRoot(file)));
  return absent.length === 0 ? null : `${absent.join(", ")} is not here`;
}

async function golden({ device, doubles, golden: only, quick }, name, backend) {
  const problem = missing();
  if (problem !== null) return { status: "skipped", message: problem };
  const { runVitest } = await import("../testing/run-vitest.mjs");
  const env = {
    ...FULL_PRECISION,
    ...(doubles ? SAME_BITS : {}),
    DEEPLAB_TEST_GPU: backend,
    DEEPLAB_TEST_DEVICE: device,
  };
  const found = await runVitest(`gpu-check-${name}`, ["test/golden"], {
    env,
    quiet: true,
    ...(only === undefined ? {} : { only }),
    ...(quick ? { bail: NAMED } : {}),
  });
  return verdict(found, only);
}

/** What a run of golden cases comes to; nothing that ran is nothing proved. @param only what --golden said */
export function verdict({ passed, failures, skips }, only) {
  const counts = { passed, failed: failures.length, skipped: skips.length };
  if (failures.length > 0) {
    const named = failures
      .slice(0, NAMED)
      .map(({ name: test, message }) => `${test}: ${message.slice(0, SAID)}`);
    return { status: "failed", message: `${failures.length} failed:\n${named.join("\n")}`, counts, failures };
  }
  if (passed === 0) {
    const why =
      only === undefined ? "all of them were skipped" : `--golden ${only} fits none that can run here`;
    return { status: "failed", message: `no golden case was run: ${why}`, counts };
  }
  const left = skips.length === 0 ? "" : `, ${skips.length} not run`;
  return { status: "passed", message: `${passed} passed${left}`, counts };
}

export const goldenTrtStep = (context) => golden(context, "golden-trt", "trt");

/** ONNX Runtime needs its GPU provider for this: where it has none, that is said, and nothing is passed. */
export async function goldenOnnxStep(context) {
  const options = { backend: "onnx", device: context.device };
  const pictures = [{ width: 64, height: 64 }];
  const job = { folder: context.model, options, pictures, repeats: 1 };
  const { error } = await ask(context.scratch, "onnx", job);
  if (["DEVICE_UNAVAILABLE", "BACKEND_UNAVAILABLE"].includes(error?.code)) {
    return { status: "skipped", message: error.message };
  }
  return golden(context, "golden-onnx", "onnx");
}
