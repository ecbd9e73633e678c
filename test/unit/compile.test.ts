// Compiling packages, as far as it needs no GPU: options, progress, the numbers of the gate, names of engines.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AgreementCount } from "../../dist/compile/agreement.js";
import { BuildProgress } from "../../dist/compile/build-progress.js";
import { keyOf } from "../../dist/compile/engine-cache.js";
import { generatedPictures } from "../../dist/compile/generated-pictures.js";
import { parseEngineLoad } from "../../dist/compile/load-options.js";
import { networkFacts } from "../../dist/compile/network-facts.js";
import { type ImageExtent, parseCompileOptions } from "../../dist/compile/options.js";
import { engineBatches } from "../../dist/compile/package-files.js";
import { findSamples, generatedSize } from "../../dist/compile/samples.js";
import { type ModelPackage, readModelPackage } from "../../dist/packages/model-package.js";
import { floats, writeOnnx } from "../support/onnx-writer.js";
import { removeFolders, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

describe("options", () => {
  test("are complete without any", () => {
    expect(parseCompileOptions({})).toEqual({
      precision: "fp32",
      batch: { min: 1, opt: 8, max: 32 },
      sizes: undefined,
      workspace: 0,
      timingCache: undefined,
      headCut: false,
      minAgreement: 0.995,
      output: undefined,
      force: false,
      ordinal: 0,
      libraries: { onnxruntime: undefined, cuda: undefined, tensorrt: undefined },
      samples: undefined,
      onProgress: undefined,
      signal: undefined,
    });
  });

  test.each([
    [{ maxBatch: 4 }, { min: 1, opt: 4, max: 4 }],
    [{ minBatch: 16 }, { min: 16, opt: 16, max: 32 }],
    [{ minBatch: 40 }, { min: 40, opt: 40, max: 40 }],
    [{ optBatch: 64 }, { min: 1, opt: 64, max: 64 }],
    [
      { minBatch: 2, optBatch: 3, maxBatch: 4 },
      { min: 2, opt: 3, max: 4 },
    ],
  ])("batches that are left out fit those that are given: %j", (given, batch) => {
    expect(parseCompileOptions(given).batch).toEqual(batch);
  });

  test("sizes end in the largest, which is the one to be quick at", () => {
    const [small, large] = [
      { width: 20, height: 64 },
      { width: 640, height: 480 },
    ];
    const least = { width: 32, height: 32 };
    expect(parseCompileOptions({ maxSize: large }).sizes).toEqual({ min: least, opt: large, max: large });
    expect(parseCompileOptions({ maxSize: small }).sizes?.min).toEqual({ width: 20, height: 32 });
    const all = { minSize: small, optSize: small, maxSize: large };
    expect(parseCompileOptions(all).sizes).toEqual({ min: small, opt: small, max: large });
  });

  test.each<[object, RegExp]>([
    [{ minSize: { width: 4, height: 4 } }, /maxSize to be a size/],
    [{ maxSize: { width: 4 } }, /maxSize.height/],
    [{ minSize: { width: 9, height: 4 }, maxSize: { width: 8, height: 8 } }, /sizes that do not fall/],
    [{ precision: "int8" }, /one of "fp32", "fp16", "bf16"/],
    [{ minBatch: 3, maxBatch: 2 }, /maxBatch to be a whole number from 3/],
    [{ minBatch: 3, optBatch: 2 }, /optBatch to be a whole number from 3/],
    [{ workspace: "12GB" }, /Did you mean "12GiB"/],
    [{ minAgreement: 99.5 }, /number from 0 to 1/],
    [{ device: "cpu" }, /"auto" or "cuda:N"/],
    [{ samples: [] }, /at least one image/],
    [{ onProgress: 1 }, /a function/],
  ])("that are wrong are said to be: %j", (given, message) => {
    expect(() => parseCompileOptions(given)).toThrow(message);
  });

  test("of fromPretrained are the same, or a word", () => {
    expect(parseEngineLoad("background")).toMatchObject({ mode: "background", precision: "fp32" });
    expect(parseEngineLoad({ precision: "fp16", workspace: "1GiB" })).toMatchObject({
      mode: "wait",
      precision: "fp16",
      workspace: 2 ** 30,
    });
    expect(() => parseEngineLoad("later")).toThrow(/Expected engine to be one of "wait", "background"/);
    expect(() => parseEngineLoad({ maxBatch: 0 })).toThrow(/engine\.maxBatch/);
  });
});

describe("progress", () => {
  test("of inner phases is part of one step of the outer one", () => {
    let now = 0;
    const progress = new BuildProgress(() => now);
    const take = (kind: "start" | "step" | "finish", phase: string, number = 0, parent = "") => {
      now += 1000;
      return progress.take({ kind, phase, parent, number });
    };
    expect(take("start", "all", 4)).toMatchObject({ phase: "all", fraction: 0, remaining: null });
    expect(take("step", "all", 0)).toMatchObject({ fraction: 0.25, elapsed: 2000, remaining: 6000 });
    take("start", "inner", 10, "all");
    expect(take("step", "inner", 4)).toMatchObject({ phase: "inner", fraction: 0.375 });
    take("start", "innermost", 2, "inner");
    expect(take("step", "innermost", 0)).toMatchObject({ phase: "innermost", fraction: 0.3875 });
    expect(take("finish", "inner")).toMatchObject({ phase: "all", fraction: 0.3875 });
    expect(take("step", "all", 1).fraction).toBe(0.5);
    expect(take("step", "all", 3).fraction).toBe(0.99);
    expect(take("finish", "all")).toMatchObject({ phase: "", fraction: 0.99 });
    expect(take("start", "another", 2).fraction).toBe(0.99);
    expect(take("step", "unheard of", 2).fraction).toBe(0.99);
  });
});

describe("agreement", () => {
  const map = (...ids: number[]) => Uint8Array.from(ids);

  test("is counted over all pictures, and for each class", () => {
    const count = new AgreementCount(["background", "a"], 3);
    const clean = { nonFinitePixels: 0 };
    count.add(
      { segmentationMap: map(0, 0, 1, 1), ...clean },
      { segmentationMap: map(0, 1, 1, 1), nonFinitePixels: 2 },
    );
    count.add(
      { segmentationMap: map(0, 0, 0, 0), nonFinitePixels: 3 },
      { segmentationMap: map(0, 0, 0, 0), nonFinitePixels: 1 },
    );
    expect(count.result()).toEqual({
      pictures: 2,
      pixels: 8,
      agreement: 7 / 8,
      classes: [
        { id: 0, name: "background", reference: 6, engine: 5, iou: 5 / 6 },
        { id: 1, name: "a", reference: 2, engine: 3, iou: 2 / 3 },
        { id: 2, name: "class 2", reference: 0, engine: 0, iou: null },
      ],
      nonFinite: { reference: 3, engine: 3 },
      newNonFinite: 2,
    });
  });

  test("needs maps of one size", () => {
    const count = new AgreementCount(["a"], 1);
    const one = { segmentationMap: map(0), nonFinitePixels: 0 };
    expect(() => count.add(one, { segmentationMap: map(0, 0), nonFinitePixels: 0 })).toThrow(RangeError);
  });

  test("is measured on pictures that are always the same, and not flat", async () => {
    const [first, second] = await generatedPictures(40, 24);
    expect((await generatedPictures(40, 24))[0]?.data).toEqual(first?.data);
    expect(second?.data).not.toEqual(first?.data);
    expect(new Set(first?.data as Uint8Array).size).toBeGreaterThan(100);
    expect(first).toMatchObject({ width: 40, height: 24 });
  });

  test("is measured on pictures that are drawn while the event loop turns", async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await generatedPictures(256, 256);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(6);
    const stopped = generatedPictures(256, 256, AbortSignal.abort(new Error("enough")));
    await expect(stopped).rejects.toThrow("enough");
  });

  test("is measured on pictures that the engine takes, and no larger than need be", () => {
    const size = (width: number, height: number) => ({ width, height });
    const open = { config: { inputSize: null } } as Pick<ModelPackage, "config">;
    const of = (min: ImageExtent, opt: ImageExtent) => generatedSize(open, { min, opt, max: opt });
    const small = size(32, 32);
    expect(generatedSize(open, undefined)).toEqual(size(512, 512));
    expect(of(small, size(640, 480))).toEqual(size(640, 480));
    expect(of(small, size(2048, 2048))).toEqual(size(1024, 1024));
    expect(of(small, size(1920, 1088))).toEqual(size(1024, 576));
    expect(of(size(1920, 640), size(1920, 1088))).toEqual(size(1920, 640));
    const stated = { config: { inputSize: size(2048, 1024) } } as Pick<ModelPackage, "config">;
    expect(generatedSize(stated, undefined)).toEqual(size(2048, 1024));
  });

  test("is measured on the caller's, the package's or generated pictures", async () => {
    const folder = await tinyPackage();
    const model = await readModelPackage(folder);
    expect((await findSamples(model, ["a.png"])).from).toBe("caller");
    expect(await findSamples(model, undefined)).toMatchObject({ from: "generated", pictures: { length: 6 } });
    await mkdir(path.join(folder, "samples"));
    for (const name of ["b.JPG", "a.png", "notes.txt"])
      await writeFile(path.join(folder, "samples", name), "");
    const { from, pictures } = await findSamples(model, undefined);
    expect([from, pictures]).toEqual([
      "package",
      [path.join(folder, "samples", "a.png"), path.join(folder, "samples", "b.JPG")],
    ]);
  });
});

describe("what is known of a network", () => {
  test("is the hash of its file, and whether it is quantized", async () => {
    const plain = path.join(await tinyPackage(), "weights.onnx");
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256")
      .update(await readFile(plain))
      .digest("hex");
    expect(await networkFacts(plain)).toMatchObject({ sha256, isQuantized: false, files: [plain] });
    const scale = { name: "s", type: "float32", dims: [] };
    const weights = writeOnnx({
      nodes: [
        { op: "QuantizeLinear", inputs: ["images", "s"], outputs: ["q"] },
        { op: "DequantizeLinear", inputs: ["q", "s"], outputs: ["logits"] },
      ],
      initializers: [floats(scale.name, [], Float32Array.of(1))],
      inputs: [{ name: "images", type: "float32", dims: ["N", 3, 8, 8] }],
      outputs: [{ name: "logits", type: "float32", dims: ["N", 3, 8, 8] }],
    });
    const quantized = path.join(await tinyPackage({ weights }), "weights.onnx");
    expect(await networkFacts(quantized)).toMatchObject({ isQuantized: true });
  });

  test("of one that cannot be read here is left to TensorRT", async () => {
    const file = path.join(await tinyPackage({ weights: tinyOnnx().subarray(0, 40) }), "weights.onnx");
    expect(await networkFacts(file)).toMatchObject({ isQuantized: false, inputDims: undefined });
  });

  test("says the engine's batches", () => {
    const wanted = { min: 1, opt: 2, max: 3 };
    expect(engineBatches([-1, 3, 8, 8], wanted)).toEqual({ fixed: null, profile: wanted });
    expect(engineBatches([4, 3, 8, 8], wanted)).toEqual({ fixed: 4, profile: { min: 4, opt: 4, max: 4 } });
  });
});

describe("the name of a cached engine", () => {
  const target = { libraryVersion: "10.3.0.26", gpu: "T4", computeCapability: "7.5", driver: "12.6" };
  const facts = { sha256: "ab" };
  const head = { decision: { cut: false, reason: "" } } as const;
  const square = (side: number) => ({ width: side, height: side });
  const sizes = (least: number, most: number) => ({
    min: square(least),
    opt: square(most),
    max: square(most),
  });

  test("differs with everything that decides the engine, and with nothing else", async () => {
    const model = await readModelPackage(await tinyPackage());
    const engine = parseEngineLoad(undefined);
    const key = keyOf({ model, engine }, target, facts, head);
    const inputSize = { width: 16, height: 8 };
    const others = [
      keyOf({ model: { ...model, config: { ...model.config, inputSize } }, engine }, target, facts, head),
      keyOf({ model, engine: { ...engine, sizes: sizes(32, 64) } }, target, facts, head),
      keyOf({ model, engine: { ...engine, sizes: sizes(32, 96) } }, target, facts, head),
      keyOf({ model, engine }, { ...target, gpu: "L4" }, facts, head),
      keyOf({ model, engine: { ...engine, precision: "fp16" } }, target, facts, head),
      keyOf({ model, engine: { ...engine, workspace: 1 } }, target, facts, head),
      keyOf({ model, engine: { ...engine, batch: { min: 1, opt: 8, max: 16 } } }, target, facts, head),
      keyOf({ model, engine }, { ...target, libraryVersion: "10.3.0.27" }, facts, head),
      keyOf({ model, engine }, { ...target, computeCapability: "8.6" }, facts, head),
      keyOf({ model, engine }, { ...target, driver: "12.8" }, facts, head),
      keyOf({ model, engine }, target, { sha256: "ac" }, head),
      keyOf({ model, engine }, target, facts, { decision: { cut: true } as never }),
    ];
    expect(new Set([key, ...others]).size).toBe(13);
    const same = { ...engine, minAgreement: 0.5, mode: "background", timingCache: "x" } as const;
    expect(keyOf({ model: { ...model, folder: "/elsewhere" }, engine: same }, target, facts, head)).toBe(key);
  });
});
