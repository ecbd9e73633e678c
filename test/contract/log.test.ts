// The options onLog and logLevel: what ONNX Runtime logs reaches who asked for it, on its thread, and nobody else.

import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { AutoModel, type FromPretrainedOptions, type LogLine } from "deeplab-rt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCode } from "../support/child.js";
import { floats, writeOnnx } from "../support/onnx-writer.js";
import { removeFolders, stripes, tinyPackage, tinyWeights } from "../support/tiny-package.js";

/** The tiny network with an initializer that nothing uses: loading it, ONNX Runtime warns. */
function warningNetwork(name: string): Uint8Array {
  return writeOnnx({
    nodes: [{ op: "Conv", inputs: ["images", "w"], outputs: ["logits"] }],
    initializers: [
      floats("w", [3, 3, 1, 1], Float32Array.from(tinyWeights.flat())),
      floats(name, [1], Float32Array.of(1)),
    ],
    inputs: [{ name: "images", type: "float32", dims: ["N", 3, "H", "W"] }],
    outputs: [{ name: "logits", type: "float32", dims: ["N", 3, "H", "W"] }],
  });
}

let quiet: string;
let packages = 0;
const warning = () => tinyPackage({ weights: warningNetwork(`unused${++packages}`) });
beforeAll(async () => {
  quiet = await tinyPackage();
});
afterAll(removeFolders);

/** Loads, runs and closes a package; the lines that came. */
async function linesOf(folder: string, options: FromPretrainedOptions = {}): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const model = await AutoModel.fromPretrained(folder, { onLog: (line) => lines.push(line), ...options });
  await model.infer(stripes());
  await model.close();
  return lines;
}

describe("onLog", () => {
  test("is called with the warnings of the library, which are all there when loading is done", async () => {
    const folder = await warning();
    const lines: LogLine[] = [];
    const before = Date.now();
    await using _ = await AutoModel.fromPretrained(folder, { onLog: (line) => lines.push(line) });
    expect(lines).toHaveLength(1);
    const [line] = lines;
    expect(line).toMatchObject({ level: "warning", source: "onnxruntime" });
    expect(line?.message).toMatch(/unused\d/);
    expect(line?.time).toBeGreaterThan(before - 1);
    expect(line?.time).toBeLessThan(Date.now() + 1);
  });

  test("with logLevel verbose gets every line, with error none of these", async () => {
    expect(await linesOf(quiet)).toEqual([]);
    expect(await linesOf(await warning(), { logLevel: "error" })).toEqual([]);
    const verbose = await linesOf(await warning(), { logLevel: "verbose" });
    expect(verbose.length).toBeGreaterThan(10);
    const levels = new Set(verbose.map(({ level }) => level));
    for (const level of ["verbose", "info", "warning"]) expect(levels).toContain(level);
    const info = await linesOf(await warning(), { logLevel: "info" });
    expect(new Set(info.map(({ level }) => level))).toEqual(new Set(["info", "warning"]));
  });

  test("hears of what a model is loaded for that others have loaded quietly", async () => {
    await using model = await AutoModel.fromPretrained(quiet);
    const lines = await linesOf(quiet, { logLevel: "verbose" });
    expect(lines.length).toBeGreaterThan(10);
    await using errorsOnly = await AutoModel.fromPretrained(quiet, { onLog: () => {}, logLevel: "error" });
    expect(errorsOnly.info().sharedBy).toBe(2);
    expect(model.info().sharedBy).toBe(2);
  });

  test("that several models share is called once a line, by the most that one of them wants", async () => {
    const lines: LogLine[] = [];
    const others: LogLine[] = [];
    const onLog = (line: LogLine) => lines.push(line);
    await using _a = await AutoModel.fromPretrained(quiet, { onLog, logLevel: "error" });
    await using _b = await AutoModel.fromPretrained(quiet, { onLog: (line) => others.push(line) });
    const c = await AutoModel.fromPretrained(await warning(), { onLog });
    expect([lines.length, others.length]).toEqual([1, 1]);
    await c.close();
    await linesOf(await warning());
    expect([lines.length, others.length]).toEqual([1, 2]);
  });

  test("is never called after close() has resolved, nor after a load that failed", async () => {
    let calls = 0;
    const onLog = () => {
      calls++;
    };
    const model = await AutoModel.fromPretrained(quiet, { onLog, logLevel: "verbose" });
    await model.close();
    const broken = await tinyPackage({ weights: new Uint8Array([1, 2, 3]) });
    await expect(AutoModel.fromPretrained(broken, { onLog })).rejects.toMatchObject({
      code: "PACKAGE_WEIGHTS_INVALID",
    });
    const before = calls;
    await linesOf(quiet, { logLevel: "verbose" });
    await sleep(20);
    expect(calls).toBe(before);
  });

  test("that throws is one warning, is called again, and fails nothing", async () => {
    const warnings: Error[] = [];
    const onWarning = (one: Error) => {
      if ((one as { code?: string }).code === "LOG_LISTENER_FAILED") warnings.push(one);
    };
    process.on("warning", onWarning);
    let calls = 0;
    const onLog = () => {
      calls++;
      throw new Error("not my day");
    };
    const model = await AutoModel.fromPretrained(quiet, { onLog, logLevel: "verbose" });
    expect((await model.infer(stripes())).width).toBe(8);
    await model.close();
    await sleep(0);
    process.off("warning", onWarning);
    expect(calls).toBeGreaterThan(10);
    expect(warnings.map(({ message }) => message)).toEqual([
      "The function onLog threw Error: not my day; it is still called.",
    ]);
  });

  test("of a Worker is called there, and a Worker that ends while lines come takes nothing with it", async () => {
    const code = `
      const { parentPort, workerData, threadId } = require("node:worker_threads");
      const { AutoModel } = require(workerData.product);
      let lines = 0;
      const onLog = () => { lines++; };
      AutoModel.fromPretrained(workerData.folder, { onLog, logLevel: "verbose" })
        .then((model) => parentPort.postMessage(lines));`;
    const product = require.resolve("../../dist/index.js");
    let own = 0;
    await using _ = await AutoModel.fromPretrained(quiet, {
      onLog: () => {
        own++;
      },
    });
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(code, { eval: true, workerData: { product, folder: await warning() } });
      const lines = await new Promise<number>((resolve, reject) => {
        worker.once("message", resolve).once("error", reject);
      });
      expect(lines).toBeGreaterThan(10);
      expect(own).toBe(round + 1); // the one warning of each
      await worker.terminate();
    }
    const late = new Worker(code, { eval: true, workerData: { product, folder: await warning() } });
    await sleep(60);
    await late.terminate();
    expect((await linesOf(await warning())).length).toBeGreaterThan(0);
  });
});

describe("a process", () => {
  const product = JSON.stringify(require.resolve("../../dist/index.js"));

  test("without onLog writes nothing that a library says, and emits no warning of it", async () => {
    const folder = JSON.stringify(await warning());
    const code = `require(${product}).AutoModel.fromPretrained(${folder}).then((model) => model.close())`;
    expect(await runCode(code)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test("ends by itself while somebody listens", async () => {
    const folder = JSON.stringify(await warning());
    const code = `
      const onLog = ({ level, message }) => console.log(level, message.includes("unused"));
      require(${product}).AutoModel.fromPretrained(${folder}, { onLog });`;
    expect(await runCode(code)).toMatchObject({
      code: 0,
      hung: false,
      stdout: "warning true\n",
      stderr: "",
    });
  });
});

test.each([
  [{ onLog: "console.log" }, "OPTION_INVALID", /onLog to be a function/],
  [{ logLevel: "info" }, "OPTION_INVALID", /logLevel.*no onLog/],
  [{ onLog: () => {}, logLevel: "warn" }, "OPTION_INVALID", /"verbose", "info".*Did you mean "warning"/],
  [{ onlog: () => {} }, "OPTION_UNKNOWN", /Did you mean "onLog"/],
])("the options %j are refused", async (options, code, message) => {
  await expect(AutoModel.fromPretrained(quiet, options as never)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});
