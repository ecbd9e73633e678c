// Packages with an engine: which of a folder's weights are taken, which engines are refused, and what of them goes to
// native code.

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel } from "deeplab-rt";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { engineHead } from "../../dist/engine-head.js";
import { native } from "../../dist/native.js";
import { nativeSpec } from "../../dist/native-spec.js";
import { parseLoadOptions } from "../../dist/options.js";
import type { PackageEngine } from "../../dist/packages/engine-package.js";
import { readModelPackage } from "../../dist/packages/model-package.js";
import { parseTrtConfig } from "../../dist/packages/trt-config.js";
import { engineFacts, enginePackage, moveHouse, openBatch, touchPlan } from "../support/engine-package.js";
import { removeFolders, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);
beforeEach(moveHouse);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const own = { backend: "trt", trustEngine: false } as const;
const anyones = { backend: "trt", trustEngine: true } as const;

describe("which weights are taken", () => {
  const both = () => enginePackage({ weights: tinyOnnx() });

  test.each([
    ["auto", "onnx"],
    ["onnx", "onnx"],
    ["trt", "trt"],
  ] as const)("of weights.onnx and engine.plan, backend %s takes %s", async (backend, format) => {
    expect(await readModelPackage(await both(), { ...own, backend })).toMatchObject({ format });
  });

  test("an engine is taken where it is all there is", async () => {
    const folder = await enginePackage();
    expect(await readModelPackage(folder)).toMatchObject({
      format: "trt",
      weightsPath: path.join(folder, "engine.plan"),
      weightsByteLength: 6,
      engine: { batch: { min: 1, opt: 8, max: 32 }, trust: "signature", record: engineFacts },
    });
  });

  test("backend trt without an engine is the network that one can be built of", async () => {
    const folder = await tinyPackage();
    expect(await readModelPackage(folder, own)).toMatchObject({ format: "onnx", engine: null });
  });

  test.each([
    ["onnx", "weights.onnx"],
    ["trt", "engine.plan"],
  ] as const)("backend %s without %s is PACKAGE_MISSING_FILE", async (backend, name) => {
    const folder = await enginePackage();
    if (backend === "trt") await rm(path.join(folder, name));
    await expect(readModelPackage(folder, { ...own, backend })).rejects.toMatchObject({
      code: "PACKAGE_MISSING_FILE",
      detail: { file: path.join(folder, name) },
    });
  });

  test("a backend_type that differs is a warning only where nothing else was asked for", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const more = { "model_config.json": '{"backend_type": "onnx"}' };
    const folder = await enginePackage({ more });
    await readModelPackage(folder, own);
    expect(warnings).not.toHaveBeenCalled();
    await readModelPackage(folder);
    expect(warnings.mock.calls[0]?.[0]).toMatch(/backend_type "onnx", expected "trt".*engine\.plan/);
    await readModelPackage(await enginePackage({ more: { "model_config.json": '{"backend_type": "trt"}' } }));
    expect(warnings).toHaveBeenCalledTimes(1);
  });
});

describe("an engine that is not ours", () => {
  test.each<[string, (folder: string) => Promise<unknown>, RegExp]>([
    ["whose plan was touched", touchPlan, /changed/],
    ["whose record was signed with another key", moveHouse, /no engine was ever built by this user/],
    [
      "without a record",
      (folder) => rm(path.join(folder, "deeplab_rt.json")),
      /there is no deeplab_rt\.json beside it/,
    ],
  ])("%s is refused, unless the caller vouches for it", async (_, change, reason) => {
    const folder = await enginePackage();
    await readModelPackage(folder, own);
    await change(folder);
    await expect(readModelPackage(folder, own)).rejects.toMatchObject({
      code: "ENGINE_UNTRUSTED",
      message: expect.stringMatching(
        /An engine is a compiled program: .*How to fix: .*trustEngine: true.*deeplab-rt compile/s,
      ),
      detail: { file: path.join(folder, "engine.plan"), reason: expect.stringMatching(reason) },
    });
    expect((await readModelPackage(folder, anyones)).engine).toMatchObject({ trust: "option" });
  });

  test("is refused before native code sees it", async () => {
    const openModel = vi.spyOn(native(), "openModel");
    const folder = await enginePackage({ facts: null });
    await expect(AutoModel.fromPretrained(folder)).rejects.toMatchObject({ code: "ENGINE_UNTRUSTED" });
    expect(openModel).not.toHaveBeenCalled();
    const refused = Object.assign(new Error("not today"), { code: "ENGINE_INVALID", detail: {} });
    openModel.mockRejectedValue(refused);
    await expect(AutoModel.fromPretrained(folder, { trustEngine: true })).rejects.toMatchObject({
      code: "ENGINE_INVALID",
    });
    expect(openModel).toHaveBeenCalledTimes(1);
  });

  test("that is a Git LFS pointer says so", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1234\n";
    const folder = await enginePackage({ facts: null, more: { "engine.plan": pointer } });
    await expect(readModelPackage(folder, own)).rejects.toMatchObject({
      code: "PACKAGE_WEIGHTS_INVALID",
      message: expect.stringContaining(`Git LFS pointer of ${pointer.length} bytes`),
    });
  });

  test("with a broken record is PACKAGE_INVALID even where it is vouched for", async () => {
    const folder = await enginePackage();
    const record = JSON.parse(await readFile(path.join(folder, "deeplab_rt.json"), "utf8"));
    const broken = JSON.stringify({ ...record, head: {} });
    await writeFile(path.join(folder, "deeplab_rt.json"), broken);
    await expect(readModelPackage(folder, anyones)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      detail: { field: "head.output" },
    });
  });
});

describe("trt_config.json", () => {
  test.each<[Record<string, unknown>, readonly [number, number, number]]>([
    [{ static_batch_size: 4 }, [4, 4, 4]],
    [openBatch, [1, 8, 32]],
    [{ ...openBatch, static_batch_size: null }, [1, 8, 32]],
    [{ ...openBatch, static_batch_size: 2 }, [2, 2, 2]],
    [{ dynamic_batch_size_min: 3, dynamic_batch_size_opt: 3, dynamic_batch_size_max: 3 }, [3, 3, 3]],
  ])("%j gives %j", (json, [min, opt, max]) => {
    expect(parseTrtConfig(json, "trt_config.json")).toEqual({ min, opt, max });
  });

  const sizes = (min: unknown, opt: unknown, max: unknown) => ({
    dynamic_batch_size_min: min,
    dynamic_batch_size_opt: opt,
    dynamic_batch_size_max: max,
  });
  const whole = "a whole number from 1 to 65536";
  test.each<[unknown, string, string, string]>([
    [{}, "dynamic_batch_size_min", "nothing", whole],
    [{ static_batch_size: 0 }, "static_batch_size", "0", whole],
    [{ static_batch_size: "4" }, "static_batch_size", '"4"', whole],
    [{ static_batch_size: 1.5 }, "static_batch_size", "1.5", whole],
    [{ static_batch_size: 65537 }, "static_batch_size", "65537", whole],
    [sizes(-1, 1, 1), "dynamic_batch_size_min", "-1", whole],
    [sizes(1, null, 1), "dynamic_batch_size_opt", "null", whole],
    [sizes(4, 4, 2), "dynamic_batch_size_min", "4", "at most dynamic_batch_size_max (2)"],
    [sizes(2, 1, 4), "dynamic_batch_size_opt", "1", "at least dynamic_batch_size_min (2)"],
    [sizes(2, 5, 4), "dynamic_batch_size_opt", "5", "at most dynamic_batch_size_max (4)"],
  ])("%j is PACKAGE_INVALID", async (trtConfig, field, found, allowed) => {
    const folder = await enginePackage({ trtConfig });
    const file = path.join(folder, "trt_config.json");
    await expect(readModelPackage(folder, own)).rejects.toMatchObject({
      code: "PACKAGE_INVALID",
      message: expect.stringContaining(`${field}: found ${found}, allowed: ${allowed}`),
      detail: { file, field, found, allowed },
    });
  });

  test("that is missing or no JSON is an error", async () => {
    const folder = await enginePackage({ trtConfig: "{" });
    await expect(readModelPackage(folder, own)).rejects.toMatchObject({ code: "PACKAGE_INVALID" });
    await rm(path.join(folder, "trt_config.json"));
    await expect(readModelPackage(folder, own)).rejects.toMatchObject({
      code: "PACKAGE_MISSING_FILE",
      detail: { file: path.join(folder, "trt_config.json") },
    });
  });
});

describe("the head of an engine", () => {
  const head = async (folder: string, headCut = true) => {
    const model = await readModelPackage(folder, anyones);
    return engineHead(model, model.engine as PackageEngine, headCut);
  };

  test("is done in post-processing where its record says that it was cut", async () => {
    expect(await head(await enginePackage())).toEqual({
      decision: { cut: true, ...engineFacts.head },
      weightsParts: [],
      head: {
        cut: true,
        coordinateMode: "align_corners",
        scaleX: 0,
        scaleY: 4,
        outputWidth: 512,
        outputHeight: 0,
      },
    });
  });

  test("of a whole network is nothing to do, and the reason says why", async () => {
    const whole = await enginePackage({ facts: { ...engineFacts, head: null } });
    const unknown = await enginePackage({ facts: null });
    for (const headCut of [true, false]) {
      expect(await head(whole, headCut)).toMatchObject({
        decision: { cut: false, reason: "the engine was built from the whole network" },
        head: { cut: false },
      });
      expect(await head(unknown, headCut)).toMatchObject({
        decision: { cut: false, reason: expect.stringMatching(/no deeplab_rt\.json/) },
      });
    }
  });

  test("cannot be put back on", async () => {
    await expect(head(await enginePackage(), false)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      detail: { option: "headCut" },
      hint: expect.stringMatching(/without --head-cut/),
    });
  });
});

describe("what native code gets", () => {
  const spec = async (folder: string, options: Record<string, unknown> = {}) => {
    const settings = parseLoadOptions({ trustEngine: true, ...options });
    const model = await readModelPackage(folder, settings);
    const head = engineHead(model, model.engine as PackageEngine, true);
    return nativeSpec(model, settings, head);
  };

  test("is the plan, with its head and no part cut out", async () => {
    const folder = await enginePackage();
    expect(await spec(folder, { device: "cuda:*", runtime: { tensorrt: "/x/nvinfer.so" } })).toMatchObject({
      packageFormat: "trt",
      device: "cuda:*",
      weightsPath: path.join(folder, "engine.plan"),
      weightsParts: [],
      weightsByteLength: 6,
      head: { cut: true },
      libraryCandidates: expect.arrayContaining([
        { library: "tensorrt", origin: "option runtime.tensorrt", path: "/x/nvinfer.so" },
      ]),
    });
  });

  test("says what the model may take of a GPU", async () => {
    const folder = await enginePackage();
    expect(await spec(folder)).toMatchObject({
      deviceMemoryLimit: 0,
      pinnedMemoryLimit: 2 ** 28,
      memoryMode: "auto",
      deviceGraphs: false,
      maxInFlight: 0,
    });
    const options = { memoryMode: "managed", cudaGraphs: true, maxInFlight: 3 };
    const limits = { deviceMemoryLimit: "2GiB", pinnedMemoryLimit: "1MiB" };
    expect(await spec(folder, { ...options, ...limits })).toMatchObject({
      deviceMemoryLimit: 2 ** 31,
      pinnedMemoryLimit: 2 ** 20,
      memoryMode: "managed",
      deviceGraphs: true,
      maxInFlight: 3,
    });
  });

  test.each<[unknown, number | undefined, readonly [number, number]]>([
    [openBatch, undefined, [1, 32]],
    [openBatch, 4, [1, 4]],
    [openBatch, 64, [1, 32]],
    [{ static_batch_size: 4 }, undefined, [4, 4]],
    [{ static_batch_size: 4 }, 1, [4, 4]],
  ])("of %j with maxBatch %j are batches of %j", async (trtConfig, maxBatch, [least, most]) => {
    const folder = await enginePackage({ trtConfig });
    expect(await spec(folder, { maxBatch })).toMatchObject({ minBatch: least, maxBatch: most });
  });

  test("of a network is its own smallest batch, and 8 at most", async () => {
    const network = async (options: Record<string, unknown>) => {
      const settings = parseLoadOptions(options);
      const model = await readModelPackage(await tinyPackage(), settings);
      const { minBatch, maxBatch } = nativeSpec(model, settings, {
        decision: { cut: false, reason: "" },
        weightsParts: [],
        head: { cut: false } as never,
      });
      return [minBatch, maxBatch];
    };
    expect(await network({})).toEqual([0, 8]);
    expect(await network({ maxBatch: 3 })).toEqual([0, 3]);
  });
});
