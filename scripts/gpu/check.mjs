// scripts/gpu-check: every step, whatever the others came to, and a report that says what was passed, failed, or could
// not run. On the doubles it proves the script, and says on every line that no GPU was there.
import fs from "node:fs";
import path from "node:path";
import { DOUBLES_NOTICE, marked } from "../../test/bench/gpu/report.mjs";
import { describeMachine } from "../../test/bench/machine.mjs";
import { onDoubles } from "../doubles/environment.mjs";
import { prepare } from "../setup/prepare.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { benchmarkStep } from "./benchmark-step.mjs";
import { compileStep } from "./compile-step.mjs";
import { environmentStep } from "./environment.mjs";
import { goldenOnnxStep, goldenTrtStep } from "./golden-steps.mjs";
import { parseOptions, STEP_NAMES, USAGE } from "./options.mjs";
import { inProduct } from "./product.mjs";
import { agreementStep, memoryModesStep } from "./run-steps.mjs";
import { withScratch } from "./scratch.mjs";

const STEPS = {
  environment: environmentStep,
  compile: compileStep,
  agreement: agreementStep,
  "memory-modes": memoryModesStep,
  "golden-trt": goldenTrtStep,
  "golden-onnx": goldenOnnxStep,
  benchmark: benchmarkStep,
};

const EXIT = { passed: 0, failed: 1, usage: 2, incomplete: 3 };

async function runStep(name, context) {
  if (!context.steps.includes(name)) return { name, status: "skipped", message: "not asked for (--step)" };
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  try {
    return { name, ...(await STEPS[name](context)), seconds: seconds() };
  } catch (error) {
    return { name, status: "failed", message: error.stack ?? String(error), seconds: seconds() };
  }
}

const countOf = (steps, status) => steps.filter((step) => step.status === status).length;

/** The report of steps that were run. */
export function reportOf(steps, { doubles, device, model }) {
  const { version } = JSON.parse(fs.readFileSync(inProduct("package.json"), "utf8"));
  return {
    schema: 1,
    doubles,
    ...(doubles ? { notice: DOUBLES_NOTICE } : {}),
    at: new Date().toISOString(),
    deeplabRt: version,
    device,
    model,
    machine: describeMachine(),
    passed: countOf(steps, "passed"),
    failed: countOf(steps, "failed"),
    skipped: countOf(steps, "skipped"),
    steps,
  };
}

/** What the process ends with: what could not run was not passed. */
export function exitCodeOf({ failed, skipped }) {
  if (failed > 0) return EXIT.failed;
  return skipped > 0 ? EXIT.incomplete : EXIT.passed;
}

function stepLines({ name, status, message, seconds }) {
  const time = seconds === undefined ? "" : ` (${seconds} s)`;
  return `${status.padEnd(8)} ${name}${time}: ${message}`.split("\n");
}

function writeReport(file, report) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

async function check(options) {
  const doubles = onDoubles();
  const say = (lines) => {
    for (const line of marked(lines, doubles)) console.log(line);
  };
  if (options.package === undefined) await prepare((line) => say([`• ${line}`]));
  else process.env.DEEPLAB_TEST_PACKAGE = options.package;
  return withScratch("gpu-check", async (scratch) => {
    const context = { ...options, doubles, scratch };
    const steps = [];
    for (const name of STEP_NAMES) {
      const step = await runStep(name, context);
      say(stepLines(step));
      steps.push(step);
    }
    const report = reportOf(steps, context);
    writeReport(options.report, report);
    say([`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped: ${options.report}`]);
    return exitCodeOf(report);
  });
}

/** The whole of scripts/gpu-check. */
export async function main(typed) {
  try {
    const options = parseOptions(typed);
    if (options.help) console.log(USAGE);
    else process.exitCode = await check(options);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exitCode = EXIT.usage;
  }
}
