// gpu-check's step `compile`: the command line builds engines of a package, and the gate inside compares them with ONNX
// Runtime.
import path from "node:path";
import { inProduct } from "./product.mjs";
import { runApart, wholeOutput } from "./run-apart.mjs";

const PRECISIONS = { fp32: [], fp16: ["--fp16"] };

/** Where the step leaves a package. */
export const compiledFolder = (scratch, precision) => path.join(scratch, `compiled-${precision}`);

async function compile({ model, device, scratch }, precision) {
  const output = compiledFolder(scratch, precision);
  const flags = [...PRECISIONS[precision], "--head-cut", "--device", device, "--output", output, "--json"];
  const command = [inProduct("dist/cli/main.js"), "compile", model, ...flags];
  const started = performance.now();
  const ended = await runApart(process.execPath, command);
  const seconds = (performance.now() - started) / 1000;
  if (ended.code !== 0) return { precision, problem: `exit code ${ended.code}: ${wholeOutput(ended)}` };
  return { precision, seconds, report: JSON.parse(ended.stdout) };
}

/** Builds in each precision; agreement and TensorRT's version are in the reports. */
export async function compileStep(context) {
  const engines = [];
  for (const precision of Object.keys(PRECISIONS)) engines.push(await compile(context, precision));
  const failed = engines.filter(({ problem }) => problem !== undefined);
  if (failed.length > 0) {
    const message = failed.map(({ precision, problem }) => `${precision}: ${problem}`).join("\n");
    return { status: "failed", message, engines };
  }
  const agreements = engines.map(
    ({ precision, report }) => `${precision} agrees in ${(report.accuracy.agreement * 100).toFixed(3)} %`,
  );
  const [{ report }] = engines;
  return {
    status: "passed",
    message: `TensorRT ${report.target.tensorrt}: ${agreements.join(", ")}`,
    engines,
  };
}
