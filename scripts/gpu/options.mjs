// The command line of scripts/gpu-check.
import path from "node:path";
import { parseArgs } from "node:util";
import { inRoot, REPORTS } from "../setup/paths.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** The steps in their order. */
export const STEP_NAMES = [
  "environment",
  "compile",
  "agreement",
  "memory-modes",
  "golden-trt",
  "golden-onnx",
  "benchmark",
];

export const USAGE = `scripts/gpu-check [options]
Checks deeplab-rt on this machine's GPU and TensorRT, and writes a report.
  --report FILE    (default build/reports/gpu-check.json)
  --device cuda:N  (default cuda:0)
  --step a,b       some of ${STEP_NAMES.join(", ")}
  --model FOLDER   the package to compile (default models/sample)
  --package FOLDER check an installed deeplab-rt instead of this checkout's
  --golden TEXT    only golden cases whose names contain it
  --quick          few repeats: does it run, not how fast is it
Engines are built anew in a temporary cache; this user's (INFERENCE_HOME, MODEL_CACHE_DIR or the platform's) is neither
used nor changed.
Exit code: 0 all passed, 1 something failed, 2 usage, 3 nothing failed but something could not run.`;

const OPTIONS = {
  report: { type: "string", default: path.join(REPORTS, "gpu-check.json") },
  device: { type: "string", default: "cuda:0" },
  step: { type: "string", default: STEP_NAMES.join(",") },
  model: { type: "string", default: inRoot("models/sample") },
  package: { type: "string" },
  golden: { type: "string" },
  quick: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};

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
  const steps = values.step.split(",");
  const unknown = steps.filter((step) => !STEP_NAMES.includes(step));
  if (unknown.length > 0) throw new SetupError(`No step is called ${unknown.join(", ")}.\n\n${USAGE}`);
  if (!/^cuda:\d{1,3}$/.test(values.device)) {
    throw new SetupError(`--device wants cuda:N, not ${values.device}.\n\n${USAGE}`);
  }
  return {
    ...values,
    steps,
    report: path.resolve(values.report),
    model: path.resolve(values.model),
    package: values.package === undefined ? undefined : path.resolve(values.package),
  };
}
