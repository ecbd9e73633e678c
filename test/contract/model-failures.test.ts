// What a model does when things go otherwise: errors, aborts, warnings, closing.

import { statSync } from "node:fs";
import path from "node:path";
import { AutoModel, DeepLabError, type InferOptions, SemanticSegmentationModel } from "deeplab-rt";
import sharp from "sharp";
import { afterEach, describe, expect, test, vi } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes, tinyConfig, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model, folder } = await loadTinyModel();
afterEach(() => vi.restoreAllMocks());

describe("errors", () => {
  test("are DeepLabErrors that point at the caller's own line", async () => {
    async function myOwnFunction() {
      return await model.infer("/no/such/picture.jpg");
    }
    const error = await myOwnFunction().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DeepLabError);
    const [first] = (error as Error).stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
    expect(first).toContain("myOwnFunction");
  });

  test("of native code are too", async () => {
    const thin = rgbImage(1, 200, () => [1, 2, 3]);
    await using boxed = await AutoModel.fromPretrained(
      await tinyPackage({ config: tinyConfig({ resize_mode: "letterbox" }) }),
    );
    async function myOwnFunction() {
      return await boxed.infer(thin);
    }
    const error = await myOwnFunction().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "DeepLabError",
      code: "IMAGE_TOO_THIN",
      hint: expect.stringMatching(/crop/),
    });
    expect((error as Error).stack?.split("\n    at ")[1]).toContain("myOwnFunction");
  });

  test.each([
    [{ confidance: 1 }, "OPTION_UNKNOWN"],
    [{ confidence: -1 }, "OPTION_INVALID"],
  ])("of options %j are rejections", async (options, code) => {
    await expect(model.infer(stripes(), options as InferOptions)).rejects.toMatchObject({ code });
  });
});

describe("aborting", () => {
  const reason = new Error("changed my mind");

  test("before, during decoding and during work rejects with the reason", async () => {
    await expect(model.infer(stripes(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const png = await sharp({ create: { width: 900, height: 900, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    for (const source of [png, rgbImage(900, 900, () => [255, 0, 0])]) {
      const controller = new AbortController();
      const working = model.infer(source, { signal: controller.signal });
      controller.abort(reason);
      await expect(working).rejects.toBe(reason);
    }
    expect((await model.infer(stripes())).width).toBe(8);
  });

  test("rejects at once, whatever native code is doing, and nothing is left over", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", onUnhandled);
    const large = rgbImage(1200, 1200, () => [255, 0, 0]);
    const controller = new AbortController();
    const working = model.infer(Array(24).fill(large), { signal: controller.signal });
    let settled = "";
    working.catch((error) => {
      settled = String(error);
    });
    controller.abort(reason);
    // Promise reactions alone, no turn of the event loop: native code cannot have settled anything.
    for (let i = 0; i < 50; i++) await null;
    expect(settled).toBe(String(reason));
    await expect(working).rejects.toBe(reason);
    expect([...(await model.infer(stripes())).segmentationMap]).toHaveLength(64);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled).toEqual([]);
  });

  test("afterwards does nothing", async () => {
    const controller = new AbortController();
    const result = await model.infer(stripes(), { signal: controller.signal });
    controller.abort(reason);
    expect(result.width).toBe(8);
  });
});

describe("warnings", () => {
  const codes = (calls: unknown[][]) => calls.map(([, options]) => (options as { code: string }).code);

  test("imageSize is ignored with one warning a model", async () => {
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const imageSize = { width: 4, height: 4 };
    for (let i = 0; i < 3; i++) expect((await model.infer(stripes(), { imageSize })).width).toBe(8);
    expect(codes(emit.mock.calls)).toEqual(["IMAGE_SIZE_IGNORED"]);
  });

  test("logits that are not finite are counted, warned of once, and an error where strict", async () => {
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const weights = [
      [Number.POSITIVE_INFINITY, 0, 0],
      [0, 1, 0],
    ];
    await using broken = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: "background\na\n", weights: tinyOnnx({ weights }) }),
    );
    for (let i = 0; i < 2; i++) {
      const result = await broken.infer(stripes());
      expect(result.nonFinitePixels).toBe(64);
      expect(new Set(result.segmentationMap)).toEqual(new Set([0]));
      expect(new Set(result.confidence)).toEqual(new Set([0]));
    }
    expect(codes(emit.mock.calls)).toEqual(["NON_FINITE_LOGITS"]);
    await expect(broken.infer(stripes(), { strict: true })).rejects.toMatchObject({
      code: "NON_FINITE_LOGITS",
    });
  });
});

describe("a model", () => {
  test("says what it is", () => {
    expect(model).toBeInstanceOf(SemanticSegmentationModel);
    expect(model).toMatchObject({
      classNames: ["background", "red", "green"],
      backgroundClassId: 0,
      packageFormat: "onnx",
      backend: "onnxruntime",
      device: "cpu",
    });
    expect(model.info()).toMatchObject({
      folder,
      modelId: null,
      reason: expect.stringMatching(/./),
      library: { version: expect.stringMatching(/^1\./), path: expect.stringMatching(/onnxruntime/) },
      input: { name: "images", dtype: "float32", shape: [-1, 3, -1, -1] },
      output: { name: "logits", dtype: "float32", shape: [-1, 3, -1, -1] },
      precision: "fp32",
      channels: 3,
      maxBatch: 8,
      poolThreads: expect.any(Number),
      memory: { weights: statSync(path.join(folder, "weights.onnx")).size, devices: 0 },
      preprocessing: { resizeMode: "stretch", inputSize: { width: 8, height: 8 } },
    });
  });

  test("closes once, keeps its facts, and is CLOSED afterwards", async () => {
    const other = await AutoModel.fromPretrained(folder);
    expect((await other.infer(stripes())).width).toBe(8);
    // More pictures than many batches hold: most of them cannot have begun when the model is closed.
    const large = rgbImage(600, 600, () => [255, 0, 0]);
    const refused = expect(other.infer(Array(64).fill(large))).rejects.toMatchObject({ code: "CLOSED" });
    const closing = [other.close(), other.close(), other[Symbol.asyncDispose]()];
    await Promise.all(closing);
    await refused;
    await expect(other.infer(stripes())).rejects.toMatchObject({ code: "CLOSED" });
    await expect(other.inspect(stripes())).rejects.toMatchObject({ code: "CLOSED" });
    expect(other.info()).toMatchObject({
      backend: "onnxruntime",
      classNames: ["background", "red", "green"],
    });
    expect((await model.infer(stripes())).width).toBe(8);
  });

  test("cannot be made by hand", () => {
    // The declarations have no such constructor, but JavaScript finds it.
    const Model = SemanticSegmentationModel as unknown as new (parts: unknown) => unknown;
    expect(() => new Model(undefined)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", hint: expect.stringMatching(/fromPretrained/) }),
    );
    expect(() => new Model({})).toThrow(DeepLabError);
  });

  test("closed while its picture is decoded is CLOSED", async () => {
    const other = await AutoModel.fromPretrained(folder);
    const png = await sharp(stripes().data, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toBuffer();
    const refused = expect(other.infer(png)).rejects.toMatchObject({ code: "CLOSED" });
    await other.close();
    await refused;
  });
});
