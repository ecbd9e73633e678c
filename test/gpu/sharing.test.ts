// One engine, many users: four Workers over four slots, on one GPU and on two, as graphs and not; and nothing is left of it
// in the driver when they are gone.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { compilePackage } from "deeplab-rt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCode } from "../support/child.js";
import { onDoubles } from "../support/doubles.js";
import { runFourWorkers } from "../support/four-workers.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

onDoubles();
const folder = new TemporaryFolder();
afterAll(() => folder.dispose());
let onnx: string;
const engines = { discrete: path.join(folder.path, "engine"), jetson: path.join(folder.path, "orin") };
beforeAll(async () => {
  onnx = quickPackage(folder);
  await compilePackage(onnx, { output: engines.discrete, maxBatch: 4 });
  await onJetson(
    `await product.compilePackage(${text(onnx)}, { output: ${text(engines.jetson)}, maxBatch: 4 });`,
  );
});

const text = (value: unknown) => JSON.stringify(value);
const product = path.join(import.meta.dirname, "../../dist/index.js");

/** Runs code in a process whose GPU is an Orin's: the double asks which one it is when it is loaded. */
async function onJetson(code: string): Promise<string> {
  const whole = `const product = require(${text(product)}); (async () => { ${code} })();`;
  const environment = { DEEPLAB_DOUBLE_CUDA_DEVICES: "Orin" };
  const { code: exit, stdout, stderr } = await runCode(whole, { environment });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  return stdout;
}

interface DriverReport {
  readonly live: Readonly<Record<string, number>>;
}

const scalar = { DEEPLAB_RT_SIMD: "scalar" };
let reports = 0;

/** Answers of the main thread and of four Workers; what the driver still had at the end. */
async function fourWorkers(package_: string, options: object, devices = "T4") {
  const file = path.join(folder.path, `report-${++reports}.json`);
  const environment = {
    ...scalar,
    DEEPLAB_DOUBLE_CUDA_DEVICES: devices,
    DEEPLAB_DOUBLE_CUDA_DELAY_US: "300",
    DEEPLAB_DOUBLE_CUDA_REPORT: file,
  };
  const report = await runFourWorkers([package_, "1", JSON.stringify(options)], environment);
  const driver = options === cpu ? null : (JSON.parse(await readFile(file, "utf8")) as DriverReport);
  return { report, driver };
}

const cpu = { backend: "onnx", device: "cpu", maxBatch: 4, headCut: false };
const slots = { backend: "trt", trustEngine: true, maxInFlight: 4, maxBatchDelay: 2 };

describe("four Workers and four slots", () => {
  test.each([
    ["one GPU", engines.discrete, slots, "T4"],
    ["one GPU, as graphs", engines.discrete, { ...slots, cudaGraphs: true }, "T4"],
    ["two GPUs", engines.discrete, { ...slots, device: "cuda:*" }, "T4,T4"],
    ["the host's memory, mapped", engines.discrete, { ...slots, memoryMode: "mapped" }, "T4"],
    ["a Jetson's one memory", engines.jetson, { ...slots, memoryMode: "auto" }, "Orin"],
  ])("%s: all answers are the CPU's", async (_, engine, options, devices) => {
    const expected = (await fourWorkers(onnx, cpu)).report.answers[0];
    const { report, driver } = await fourWorkers(engine, options, devices);
    expect(report.sharedBy).toBe(5);
    expect(report.left).toBe(1);
    expect(report.answers.length).toBe(5);
    for (const answers of report.answers) expect(answers).toEqual(expected);
    expect(Object.entries(driver?.live ?? { report: 0 }).filter(([, count]) => count > 0)).toEqual([]);
    expect(Object.keys(driver?.live ?? {})).not.toEqual([]);
  });

  test("on a Jetson it is one memory that they share, without being asked for", async () => {
    const said = await onJetson(`
      const options = ${text({ ...slots, memoryMode: "auto" })};
      const model = await product.AutoModel.fromPretrained(${text(engines.jetson)}, options);
      const [{ name, computeCapability, memoryMode }] = model.info().devices;
      console.log(JSON.stringify({ name, computeCapability, memoryMode }));
      await model.close();`);
    expect(JSON.parse(said)).toEqual({ name: "Orin", computeCapability: "8.7", memoryMode: "mapped" });
  });
});
