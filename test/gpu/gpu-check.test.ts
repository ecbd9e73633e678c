// scripts/gpu-check and npm run bench:gpu as they are typed, on the doubles: what they find, and that they say on what.
// One file, for both compile the same probe.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { onDoubles } from "../support/doubles.js";
import { newFolder, tinyPackage } from "../support/tiny-package.js";

const root = path.resolve(__dirname, "../..");
const notice = "[doubles, no measurement of a GPU]";

interface Step {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

onDoubles();
let folder = "";
let homes = "";
beforeAll(async () => {
  // Three classes and 8 × 8 pixels: every step is done in seconds.
  folder = await tinyPackage();
  homes = await newFolder();
});

// Whatever is run, this user's cache stays as it is: engines of the doubles must not be taken for a GPU's.
function run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const home = mkdtempSync(path.join(homes, "home-"));
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    encoding: "utf8",
    // The doubles are told of by this alone: the suite names the libraries themselves.
    env: { ...process.env, DEEPLAB_RT_DOUBLES: "1", INFERENCE_HOME: home, MODEL_CACHE_DIR: home, ...env },
  });
  expect(readdirSync(home)).toEqual([]);
  return { lines: stdout.trimEnd().split("\n"), stderr, status };
}

async function check(
  steps: string,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const report = path.join(await newFolder(), "report.json");
  const args = ["--quick", "--model", folder, "--report", report, "--step", steps, ...more];
  const ended = run("scripts/gpu-check", args, env);
  const written = JSON.parse(readFileSync(report, "utf8"));
  const all = written.steps as Step[];
  const of = (name: string) => all.find((step) => step.name === name);
  return { ...ended, written, of };
}

const statuses = (steps: readonly Step[]) =>
  Object.fromEntries(steps.map(({ name, status }) => [name, status]));

describe("gpu-check on the doubles", () => {
  test("goes through, step by step, and says everywhere that no GPU was there", async () => {
    const names = "environment,compile,agreement,memory-modes,benchmark";
    const { lines, written, status, of } = await check(names);
    expect(statuses(written.steps)).toEqual({
      environment: "passed",
      compile: "passed",
      agreement: "passed",
      "memory-modes": "passed",
      "golden-trt": "skipped",
      "golden-onnx": "skipped",
      benchmark: "passed",
    });
    // What was not run was not passed.
    expect(status).toBe(3);
    expect(lines.filter((line) => !line.startsWith(notice))).toEqual([]);
    expect(written).toMatchObject({ doubles: true, notice: notice.slice(1, -1), passed: 5, skipped: 2 });
    expect(of("environment")).toMatchObject({ gpu: { name: "Tesla T4", statedMemory: 320.1 } });
    expect(of("agreement")?.message).toBe("the same bits as the CPU's scalar kernels");
    expect(of("memory-modes")?.message).toMatch(/^the same maps; .*copied .*mapped .*managed /);
    expect(of("benchmark")).toMatchObject({ report: { doubles: true, notice: notice.slice(1, -1) } });
  }, 300_000);

  test("runs golden cases through an engine", async () => {
    const { of, status } = await check("golden-trt", ["--golden", "resize-stretch-sq64"]);
    expect(of("golden-trt")?.message).toMatch(/^1 passed/);
    expect(of("golden-trt")).toMatchObject({ status: "passed", counts: { failed: 0 } });
    expect(status).toBe(3);
  }, 300_000);

  test("golden cases that fit nothing fail: a mistyped name is no pass", async () => {
    const { of, status } = await check("golden-trt", ["--golden", "no-such-case"]);
    expect(of("golden-trt")).toMatchObject({
      status: "failed",
      message: "no golden case was run: --golden no-such-case fits none that can run here",
    });
    expect(status).toBe(1);
  }, 300_000);

  test("runs golden cases through ONNX Runtime on the device", async () => {
    const doubles = path.dirname(path.dirname(process.env.DEEPLAB_RT_CUDA ?? ""));
    const env = {
      DEEPLAB_RT_ONNXRUNTIME: path.join(doubles, "onnxruntime/libonnxruntime.so.1"),
      DEEPLAB_DOUBLE_ORT_REAL: process.env.DEEPLAB_DOUBLE_TRT_ONNXRUNTIME ?? "",
    };
    const { of, status } = await check("golden-onnx", ["--golden", "resize-stretch-sq64"], env);
    expect(of("golden-onnx")).toMatchObject({ status: "passed", counts: { failed: 0 } });
    expect(status).toBe(3);
  }, 300_000);

  test("an engine that is wrong fails it, and what needs the engine says that there is none", async () => {
    const env = { DEEPLAB_DOUBLE_TRT_BUILD: "rotate" };
    const { of, status } = await check("compile,agreement,memory-modes", [], env);
    expect(status).toBe(1);
    expect(of("compile")).toMatchObject({ status: "failed", message: expect.stringContaining("INACCURATE") });
    expect(of("agreement")).toMatchObject({
      status: "skipped",
      message: expect.stringContaining("no engine"),
    });
  }, 300_000);

  test("without a driver the environment fails and says what was looked for", async () => {
    const { of, status } = await check("environment", [], { DEEPLAB_RT_CUDA: "/no/libcuda.so.1" });
    expect(status).toBe(1);
    expect(of("environment")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("/no/libcuda.so.1"),
    });
  }, 120_000);

  test("a mistyped command is no check", () => {
    const { stderr, status } = run("scripts/gpu-check", ["--step", "warp"]);
    expect(stderr).toContain("No step is called warp");
    expect(status).toBe(2);
  });
});

describe("bench:gpu on the doubles", () => {
  test("counts the bytes of a request, and marks every line", async () => {
    const json = path.join(await newFolder(), "bench.json");
    const args = ["--quick", "--model", folder, "--picture", "64×64", "--lane", "trt-fp32", "--json", json];
    const { lines, status } = run("test/bench/gpu/bench-gpu.mjs", args);
    expect(status).toBe(0);
    expect(lines.filter((line) => !line.startsWith(notice))).toEqual([]);
    const [lane] = JSON.parse(readFileSync(json, "utf8")).lanes;
    expect(lane).toMatchObject({ backend: "tensorrt", memoryMode: "copied", input: "float32" });
    const [{ bytes, stages }] = lane.results;
    // 64 × 64 pixels to 8 × 8, three classes, and back: rows 3, 4, 11, 12 … are read.
    expect(bytes).toEqual({
      up: 64 * 64 * 3,
      preprocess: { read: 64 * 16 * 3, written: 3 * 8 * 8 * 4 },
      postprocess: { read: 3 * 8 * 8 * 4, written: 64 * 64 * 5 },
      down: 64 * 64 * 5,
    });
    expect(stages.preprocess).toMatchObject({ linkBytes: 64 * 64 * 3 });
    expect(stages.preprocess.timesFloor).toBeCloseTo(stages.preprocess.ms / stages.preprocess.floorMs, 9);
  }, 120_000);
});
