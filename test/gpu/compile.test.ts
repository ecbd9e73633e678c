// compilePackage end to end: the builder's own process, the files, and the engine that comes out.

import { mkdirSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import path from "node:path";
import {
  AutoModel,
  type CompileOptions,
  type CompileProgress,
  compilePackage,
  DeepLabError,
} from "deeplab-rt";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { floats, writeOnnx } from "../support/onnx-writer.js";
import { newFolder, tinyPackage, tinyWeights } from "../support/tiny-package.js";

onDoubles();
beforeEach(() => buildersDo("normal"));

const sample = path.join(import.meta.dirname, "..", "..", "models", "sample");
const picture = {
  data: Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256),
  width: 16,
  height: 16,
};

/** Compiles a package into a new place. */
async function compiled(folder: string, options: CompileOptions = {}) {
  const output = path.join(await newFolder(), "out");
  return { output, report: await compilePackage(folder, { output, ...options }) };
}

/** The error of a compilation, and what it left behind beside its output folder. */
async function failure(options: CompileOptions = {}, folder?: string) {
  const parent = await newFolder();
  const output = path.join(parent, "out");
  const error: unknown = await compilePackage(folder ?? (await tinyPackage()), { output, ...options }).then(
    () => expect.fail("it should not have been compiled"),
    (reason: unknown) => reason,
  );
  return { error: error as DeepLabError, left: await readdir(parent) };
}

const json = async (...parts: string[]) => JSON.parse(await readFile(path.join(...parts), "utf8"));

/** Rounds the input to eighths of a whole and back: quantized, and exact where the pixels are. */
function quantizedOnnx(): Uint8Array {
  return writeOnnx({
    nodes: [
      { op: "QuantizeLinear", inputs: ["images", "s"], outputs: ["q"] },
      { op: "DequantizeLinear", inputs: ["q", "s"], outputs: ["logits"] },
    ],
    initializers: [floats("s", [], Float32Array.of(1 / 8))],
    inputs: [{ name: "images", type: "float32", dims: ["N", 3, 8, 8] }],
    outputs: [{ name: "logits", type: "float32", dims: ["N", 3, 8, 8] }],
  });
}

describe("a compiled package", () => {
  test("of a quantized network computes in 8-bit integers, and nothing is calibrated", async () => {
    const folder = await tinyPackage({ weights: quantizedOnnx() });
    const { output, report } = await compiled(folder);
    expect(report).toMatchObject({ precision: "int8", accuracy: { agreement: 1 } });
    await using onnx = await AutoModel.fromPretrained(folder, { device: "cpu" });
    await using engine = await AutoModel.fromPretrained(output);
    expect(engine.info().engine).toMatchObject({ built: { precision: "int8" } });
    const [ours, theirs] = await Promise.all([engine.infer(picture), onnx.infer(picture)]);
    expect(ours.segmentationMap).toEqual(theirs.segmentationMap);
  });

  test("answers as the package it was compiled from", async () => {
    const folder = await tinyPackage();
    const { output, report } = await compiled(folder);
    expect(report).toMatchObject({
      output,
      precision: "fp32",
      batch: { min: 1, opt: 8, max: 32 },
      headCut: { cut: false },
      accuracy: { agreement: 1, samples: "generated", newNonFinite: 0 },
    });
    await using onnx = await AutoModel.fromPretrained(folder, { device: "cpu" });
    await using engine = await AutoModel.fromPretrained(output);
    expect(engine.backend).toBe("tensorrt");
    expect(engine.info().engine).toMatchObject({ trust: "signature", built: { precision: "fp32" } });
    const [a, b] = [await onnx.infer(picture), await engine.infer(picture)];
    expect(b.segmentationMap).toEqual(a.segmentationMap);
    const off = a.confidence.map((value, i) => Math.abs(value - (b.confidence[i] ?? 0)));
    expect(Math.max(...off)).toBeLessThan(1e-5);
  });

  test("holds the package's other files, and none of its weights", async () => {
    const folder = await tinyPackage({
      more: {
        "README.txt": "words",
        "model_config.json": JSON.stringify({ model_id: "a/1", backend_type: "onnx" }),
      },
    });
    const { output, report } = await compiled(folder, { minBatch: 2, optBatch: 4, maxBatch: 6 });
    expect((await readdir(output)).sort()).toEqual([
      "README.txt",
      "class_names.txt",
      "deeplab_rt.json",
      "engine.plan",
      "inference_config.json",
      "model_config.json",
      "trt_config.json",
    ]);
    expect(await json(output, "model_config.json")).toEqual({ model_id: "a/1", backend_type: "trt" });
    expect(await json(output, "trt_config.json")).toEqual({
      static_batch_size: null,
      dynamic_batch_size_min: 2,
      dynamic_batch_size_opt: 4,
      dynamic_batch_size_max: 6,
    });
    expect(await json(output, "deeplab_rt.json")).toMatchObject({
      built: { ...report.target, profiles: [report.batch] },
      accuracy: { agreement: 1, classes: [{ iou: expect.any(Number) }, {}, {}] },
    });
    expect(report.engineByteLength).toBe((await stat(path.join(output, "engine.plan"))).size);
  });

  test("of a network of one batch size says so", async () => {
    const weights = writeOnnx({
      nodes: [{ op: "Conv", inputs: ["images", "w"], outputs: ["logits"] }],
      initializers: [floats("w", [3, 3, 1, 1], Float32Array.from(tinyWeights.flat()))],
      inputs: [{ name: "images", type: "float32", dims: [2, 3, 8, 8] }],
      outputs: [{ name: "logits", type: "float32", dims: [2, 3, 8, 8] }],
    });
    const { output, report } = await compiled(await tinyPackage({ weights }));
    expect(report.batch).toEqual({ min: 2, opt: 2, max: 2 });
    expect(await json(output, "trt_config.json")).toMatchObject({ static_batch_size: 2 });
  });

  test("with a head cut is run with it", async () => {
    const { output, report } = await compiled(sample, { headCut: true });
    expect(report.headCut.cut).toBe(true);
    expect(report.accuracy.agreement).toBeGreaterThan(0.9995);
    await using engine = await AutoModel.fromPretrained(output);
    expect(engine.info().headCut.cut).toBe(true);
  });

  test("is judged by the package's own pictures where it has some", async () => {
    const folder = await tinyPackage();
    await mkdir(path.join(folder, "samples"));
    const wood = path.join(import.meta.dirname, "..", "..", "assets", "samples", "wood.jpg");
    await copyFile(wood, path.join(folder, "samples", "wood.jpg"));
    const { output, report } = await compiled(folder);
    expect(report.accuracy).toMatchObject({ samples: "package", pictures: 1 });
    expect(await readdir(output)).not.toContain("samples");
  });

  test("replaces one that lies there only where that is asked for", async () => {
    const folder = await tinyPackage();
    const { output } = await compiled(folder);
    const before = await stat(path.join(output, "engine.plan"));
    await expect(compilePackage(folder, { output })).rejects.toMatchObject({ code: "OPTION_INVALID" });
    expect((await stat(path.join(output, "engine.plan"))).ino).toBe(before.ino);
    await compilePackage(folder, { output, force: true });
    expect((await stat(path.join(output, "engine.plan"))).ino).not.toBe(before.ino);
    expect(await readdir(path.dirname(output))).toEqual(["out"]);
  });

  test("replaces nothing that appeared while it was built", async () => {
    const parent = await newFolder();
    const output = path.join(parent, "out");
    const onProgress = ({ stage }: CompileProgress) => {
      if (stage === "check") mkdirSync(output, { recursive: true });
      if (stage === "check") writeFileSync(path.join(output, "notes.txt"), "precious");
    };
    const refused = compilePackage(await tinyPackage(), { output, force: true, onProgress });
    await expect(refused).rejects.toMatchObject({ code: "OPTION_INVALID", detail: { option: "output" } });
    expect(await readdir(parent)).toEqual(["out"]);
    expect(await readdir(output)).toEqual(["notes.txt"]);
  });
});

describe("building", () => {
  test("tells how far it is", async () => {
    buildersDo("normal", 5);
    const seen: CompileProgress[] = [];
    await compiled(await tinyPackage(), { onProgress: (progress) => void seen.push(progress) });
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(["read", "build", "check"]);
    const built = seen.filter(({ stage }) => stage === "build");
    expect(built.length).toBeGreaterThan(5);
    expect(built.map(({ fraction }) => fraction)).toEqual(
      built.map(({ fraction }) => fraction).toSorted((a, b) => a - b),
    );
    expect(built.at(-1)?.fraction).toBe(1);
    expect(new Set(built.map(({ phase }) => phase)).size).toBeGreaterThan(1);
  });

  test("keeps what it measured in a timing cache, and uses it", async () => {
    const timingCache = path.join(await newFolder(), "timing.bin");
    const folder = await tinyPackage();
    expect((await compiled(folder, { timingCache })).report.timingCache).toMatch(/^begun: \d+ bytes$/);
    expect((await compiled(folder, { timingCache })).report.timingCache).toMatch(
      /^read and extended: \d+ bytes$/,
    );
    expect(await readdir(path.dirname(timingCache))).toEqual(["timing.bin"]);
  });

  test("does not begin where its result could not be signed, or the package not be copied", async () => {
    vi.stubEnv("INFERENCE_HOME", await newFolder());
    await compiled(await tinyPackage());
    const key = path.join(process.env.INFERENCE_HOME ?? "", "deeplab-rt", "engine-key", "key");
    await truncate(key, 5);
    const onProgress = vi.fn();
    const unsigned = await failure({ onProgress });
    expect(unsigned.error).toMatchObject({ code: "ENGINE_BUILD_FAILED" });
    expect(unsigned.error.message).toContain(`${key} holds 5 bytes`);
    await rm(key);
    const broken = await tinyPackage();
    const onRead = ({ stage }: CompileProgress) => {
      onProgress({ stage });
      if (stage === "read") writeFileSync(path.join(broken, "model_config.json"), "{");
    };
    const uncopied = await failure({ onProgress: onRead }, broken);
    expect(uncopied.error).toMatchObject({ code: "PACKAGE_INVALID" });
    expect([unsigned.left, uncopied.left]).toEqual([[], []]);
    expect(new Set(onProgress.mock.calls.map(([{ stage }]) => stage))).toEqual(new Set(["read"]));
  });

  test("refuses bfloat16 on a GPU that has none", async () => {
    const { error, left } = await failure({ precision: "bf16" });
    expect(error).toMatchObject({ code: "OPTION_INVALID" });
    expect(error.message).toContain("compute capability 8.0");
    expect(left).toEqual([]);
  });

  test("says which GPUs there are where it is asked for another", async () => {
    const { error } = await failure({ device: "cuda:7" });
    expect(error).toMatchObject({ code: "DEVICE_UNAVAILABLE" });
  });

  test("fails with TensorRT's own words", async () => {
    buildersDo("fail");
    const { error, left } = await failure();
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED" });
    expect(error).toBeInstanceOf(DeepLabError);
    expect(error.message).toMatch(/^TensorRT 10\.\S+ could not build an engine for cuda:0 \(.*\): \S/);
    expect(error.detail.log).toEqual(expect.arrayContaining([expect.stringMatching(/^\[error\] /)]));
    expect(left).toEqual([]);
  });

  test("says what the parser does not understand", async () => {
    vi.stubEnv("DEEPLAB_DOUBLE_TRT_UNSUPPORTED", "Conv");
    const { error } = await failure();
    vi.stubEnv("DEEPLAB_DOUBLE_TRT_UNSUPPORTED", "");
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED" });
    expect(error.message).toContain("Conv");
  });

  test.each([
    ["segv", "SIGSEGV"],
    ["abort", "SIGABRT"],
  ])("outlives a builder that crashes (%s)", async (mode, signal) => {
    buildersDo(mode);
    const { error, left } = await failure();
    expect(error).toMatchObject({ code: "ENGINE_BUILD_FAILED", detail: { signal } });
    expect(error.message).toContain(`was ended by ${signal} in the phase “`);
    expect(left).toEqual([]);
  });

  test.each(["hang", "stuck"])("can be ended while the builder does not end by itself (%s)", async (mode) => {
    buildersDo(mode);
    const stop = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ fraction, stage }: CompileProgress) => {
      if (stage === "build" && fraction > 0) stop.abort(reason);
    };
    const { error, left } = await failure({ signal: stop.signal, onProgress });
    expect(error).toBe(reason);
    expect(left).toEqual([]);
  });
});
