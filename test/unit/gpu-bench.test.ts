// What bench:gpu and gpu-check make of measured times, of a machine's facts, and of steps that ran.

import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { exitCodeOf } from "../../scripts/gpu/check.mjs";
import { compileStep } from "../../scripts/gpu/compile-step.mjs";
import { verdict } from "../../scripts/gpu/golden-steps.mjs";
import { parseOptions as checkOptions, USAGE as checkUsage, STEP_NAMES } from "../../scripts/gpu/options.mjs";
import { withScratch } from "../../scripts/gpu/scratch.mjs";
import { analyse } from "../bench/gpu/analysis.mjs";
import { bandwidthOf } from "../bench/gpu/facts.mjs";
import { parseOptions as benchOptions, USAGE as benchUsage } from "../bench/gpu/options.mjs";
import { marked, reportLines } from "../bench/gpu/report.mjs";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterEach(() => vi.unstubAllEnvs());
afterAll(removeFolders);

const GIB = 2 ** 30;
const bytes = {
  up: 2e6,
  preprocess: { read: 1e6, written: 3e6 },
  postprocess: { read: 4e6, written: 6e6 },
  down: 6e6,
};
const at = (median: number) => ({ median, q1: median, q3: median, count: 1 });
const times = { preprocess: at(0.48), network: at(2), postprocess: at(1.4), total: at(4) };
const known = { memory: { gbPerSecond: 100, from: "" }, link: { up: 10, down: 10, from: "" } };

describe("shares and “× the floor”", () => {
  test("a stage is its copy and its kernel", () => {
    const { preprocess, postprocess, network } = analyse({ bytes, times }, "copied", known, false);
    expect(preprocess.floorMs).toBeCloseTo(0.24, 9); // 2 MB at 10 GB/s, 4 MB at 100
    expect(preprocess.timesFloor).toBeCloseTo(2, 9);
    expect(preprocess.linkShare).toBeCloseTo(2e6 / 0.48e-3 / 10e9, 9);
    expect(preprocess.memoryBytes).toBe(6e6); // what comes over the link goes into memory
    expect(postprocess.timesFloor).toBeCloseTo(2, 9);
    expect(network).toEqual({ ms: 2 });
  });

  test("mapped, kernels move the same bytes over the link, and less of the memory", () => {
    const { preprocess, postprocess } = analyse({ bytes, times }, "mapped", known, false);
    expect([preprocess.linkBytes, preprocess.memoryBytes]).toEqual([1e6, 3e6]);
    expect([postprocess.linkBytes, postprocess.memoryBytes]).toEqual([6e6, 4e6]);
  });

  test("an integrated GPU has no link, and a copy goes through its memory twice", () => {
    const { preprocess } = analyse({ bytes, times }, "copied", known, true);
    expect([preprocess.linkBytes, preprocess.linkShare, preprocess.memoryBytes]).toEqual([0, null, 8e6]);
  });

  test("what is not known has no share and no floor", () => {
    const memory = { gbPerSecond: null, from: "" };
    const { preprocess } = analyse({ bytes, times }, "copied", { ...known, memory }, false);
    expect(preprocess).toMatchObject({ floorMs: null, timesFloor: null, memoryShare: null });
    expect(preprocess.linkShare).not.toBeNull();
  });
});

describe("bandwidths", () => {
  const measured = { up: 12, down: 13 };
  const discrete = { name: "Tesla T4", totalMemory: 15 * GIB, board: "", isIntegrated: false };

  test("of a card the driver states its memory's, and copies measure the link's", () => {
    const { memory, link } = bandwidthOf({ ...discrete, statedMemory: 321, measured });
    expect(memory).toMatchObject({ gbPerSecond: 321, from: expect.stringContaining("driver") });
    expect(link).toMatchObject({ up: 12, down: 13, from: expect.stringContaining("measured") });
  });

  test("where it does not, the table by name", () => {
    const { memory, link } = bandwidthOf({ ...discrete, statedMemory: 0, measured: undefined });
    expect(memory).toMatchObject({ gbPerSecond: 320, from: expect.stringContaining("product brief") });
    expect(link).toMatchObject({ up: 15.75, down: 15.75 });
  });

  test("of a Jetson what the driver states is not its memory's", () => {
    const orin = { name: "Orin", totalMemory: 61.4 * GIB, isIntegrated: true, statedMemory: 41.6, measured };
    const named = bandwidthOf({ ...orin, board: "NVIDIA Jetson AGX Orin Developer Kit" });
    expect(named.memory.gbPerSecond).toBe(204.8);
    expect(named.link).toMatchObject({ up: null, down: null });
    expect(bandwidthOf({ ...orin, board: "something else" }).memory.gbPerSecond).toBeNull();
    expect(bandwidthOf({ ...orin, board: "" }, 51.2).memory.gbPerSecond).toBe(51.2);
  });

  test("without the probe its problem is the reason", () => {
    expect(bandwidthOf({ problem: "no compiler" }).memory).toEqual({
      gbPerSecond: null,
      from: "no compiler",
    });
  });
});

describe("reports", () => {
  const lane = { label: "TensorRT", skipped: "BACKEND_UNAVAILABLE: none\nHow to fix: …" };
  const gpu = { name: "Tesla T4", capability: "7.5" };
  const report = { doubles: true, gpu, bandwidth: known, lanes: [lane] };

  test("every line of one made on doubles says so, those inside messages too", () => {
    const lines = reportLines(report);
    expect(lines.every((line: string) => line.startsWith("[doubles, no measurement of a GPU]"))).toBe(true);
    expect(lines.join("\n")).toContain("TensorRT: skipped: BACKEND_UNAVAILABLE");
  });

  test("one of a GPU has no such mark", () => {
    expect(reportLines({ ...report, doubles: false }).join("\n")).not.toContain("doubles");
    expect(marked(["a"], false)).toEqual(["a"]);
  });

  test("what could not run was not passed", () => {
    expect(exitCodeOf({ failed: 0, skipped: 0 })).toBe(0);
    expect(exitCodeOf({ failed: 0, skipped: 1 })).toBe(3);
    expect(exitCodeOf({ failed: 1, skipped: 1 })).toBe(1);
  });
});

describe("the step compile", () => {
  const report = { target: { tensorrt: "10.3.0" }, accuracy: { agreement: 0.999 } };

  /** An installed package whose command line is this code. */
  async function productOf(code: string): Promise<void> {
    const product = await newFolder();
    fs.mkdirSync(path.join(product, "dist/cli"), { recursive: true });
    fs.writeFileSync(path.join(product, "dist/cli/main.js"), code);
    vi.stubEnv("DEEPLAB_TEST_PACKAGE", product);
  }

  const run = async () => compileStep({ model: "a model", device: "cuda:0", scratch: await newFolder() });

  test("reads the report, whatever TensorRT says of nodes in braces", async () => {
    const line = "[W] {ForeignNode[/decoder/Resize]} falls back {to fp32}";
    await productOf(`
      console.error(${JSON.stringify(line)});
      console.log(${JSON.stringify(JSON.stringify(report, null, 2))});
      console.error(${JSON.stringify(line)});`);
    const { status, message, engines } = await run();
    expect({ status, message }).toEqual({
      status: "passed",
      message: "TensorRT 10.3.0: fp32 agrees in 99.900 %, fp16 agrees in 99.900 %",
    });
    expect(engines).toMatchObject([
      { precision: "fp32", report },
      { precision: "fp16", report },
    ]);
  });

  test("fails with all that was said, on both streams", async () => {
    await productOf(`console.log("half a report"); console.error("no memory"); process.exitCode = 3;`);
    const { status, message } = await run();
    expect(status).toBe("failed");
    expect(message).toContain("fp32: exit code 3: no memory\nhalf a report");
  });
});

describe("the golden steps", () => {
  const skips = [{ name: "a", reason: "skipped" }];

  test("nothing that ran is no pass", () => {
    expect(verdict({ passed: 0, failures: [], skips }, "typo")).toEqual({
      status: "failed",
      message: "no golden case was run: --golden typo fits none that can run here",
      counts: { passed: 0, failed: 0, skipped: 1 },
    });
    expect(verdict({ passed: 0, failures: [], skips }, undefined)).toMatchObject({
      status: "failed",
      message: "no golden case was run: all of them were skipped",
    });
  });

  test("a failure is named, and what was left is counted", () => {
    const failures = [{ name: "crop", message: "other pixels" }];
    expect(verdict({ passed: 3, failures, skips }, undefined)).toMatchObject({
      status: "failed",
      message: "1 failed:\ncrop: other pixels",
    });
    expect(verdict({ passed: 3, failures: [], skips }, undefined)).toMatchObject({
      status: "passed",
      message: "3 passed, 1 not run",
    });
  });
});

describe("the folder of a run", () => {
  test("has the cache, and is gone afterwards with all in it, also where the run fails", async () => {
    const user = await newFolder();
    vi.stubEnv("INFERENCE_HOME", user);
    let scratch = "";
    const run = withScratch("test", async (given: string) => {
      scratch = given;
      fs.mkdirSync(process.env.INFERENCE_HOME ?? "", { recursive: true });
      expect(path.dirname(process.env.INFERENCE_HOME ?? "")).toBe(scratch);
      throw new Error("a step that broke");
    });
    await expect(run).rejects.toThrow("a step that broke");
    expect([fs.existsSync(scratch), fs.readdirSync(user), process.env.INFERENCE_HOME]).toEqual([
      false,
      [],
      user,
    ]);
  });
});

describe("command lines", () => {
  test("bench:gpu measures all lanes, and refuses what it does not know", () => {
    expect(benchOptions([])).toMatchObject({ lanes: ["trt-fp32", "trt-fp16", "onnx"], repeats: 50 });
    expect(benchOptions(["--quick", "--memory", "mapped"])).toMatchObject({
      repeats: 3,
      memoryMode: "mapped",
    });
    expect(() => benchOptions(["--picture", "8K"])).toThrow(/--picture knows no 8K/);
    expect(() => benchOptions(["--repeats", "none"])).toThrow(/above 0/);
    expect(() => benchOptions(["--device", "gpu"])).toThrow(/cuda:N/);
  });

  test("gpu-check runs all steps, or those that are named", () => {
    expect(checkOptions([]).steps).toEqual(STEP_NAMES);
    expect(checkOptions(["--step", "compile,agreement"]).steps).toEqual(["compile", "agreement"]);
    expect(() => checkOptions(["--step", "warp"])).toThrow(/No step is called warp/);
    expect(() => checkOptions(["--device", "0"])).toThrow(/cuda:N/);
    expect(() => checkOptions(["--nonsense"])).toThrow(/scripts\/gpu-check \[options\]/);
  });

  test("both say which cache they use", () => {
    for (const usage of [checkUsage, benchUsage])
      expect(usage).toMatch(/INFERENCE_HOME.*is neither\nused nor changed/s);
  });
});
