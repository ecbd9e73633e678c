// fromPretrained against real native code: what is passed on, and what comes back when it cannot load.

import { AutoModel } from "deeplab-rt";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { native } from "../../dist/native.js";
import { removeFolders, rgbImage, tinyConfig, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("loading", () => {
  test("passes session settings on", async () => {
    const session = {
      intraOpThreads: 1,
      graphOptimization: "disabled",
      memoryArena: false,
      spinning: false,
    } as const;
    await using model = await AutoModel.fromPretrained(await tinyPackage(), {
      session,
      backend: "onnx",
      device: "cpu",
    });
    expect(model.info().intraOpThreads).toBe(1);
    expect((await model.infer(rgbImage(4, 4, () => [255, 0, 0]))).segmentationMap[0]).toBe(1);
  });

  test("takes the default threshold from the environment", async () => {
    vi.stubEnv("INFERENCE_MODELS_DEEP_LAB_V3_PLUS_DEFAULT_CONFIDENCE", "1");
    await using model = await AutoModel.fromPretrained(await tinyPackage());
    expect((await model.infer(rgbImage(4, 4, () => [255, 0, 0]))).segmentationMap[0]).toBe(0);
  });

  test("uses recommended parameters for best", async () => {
    const recommendedParameters = { confidence: 0.5, perClassConfidence: { red: 1 } };
    await using model = await AutoModel.fromPretrained(await tinyPackage(), { recommendedParameters });
    const best = { confidence: "best" } as const;
    expect(
      (
        await model.infer(
          rgbImage(4, 4, () => [255, 0, 0]),
          best,
        )
      ).segmentationMap[0],
    ).toBe(0);
    expect(
      (
        await model.infer(
          rgbImage(4, 4, () => [0, 255, 0]),
          best,
        )
      ).segmentationMap[0],
    ).toBe(2);
  });

  test("of damaged weights carries the library's own words", async () => {
    for (const weights of [Buffer.from("no protobuf"), new Uint8Array(0)]) {
      await expect(AutoModel.fromPretrained(await tinyPackage({ weights }))).rejects.toMatchObject({
        code: "PACKAGE_WEIGHTS_INVALID",
        message: expect.stringMatching(/ONNX Runtime/),
      });
    }
  });

  test("of a network of another size, or with other classes, says both", async () => {
    const weights = tinyOnnx({ height: 16, width: 16 });
    await expect(AutoModel.fromPretrained(await tinyPackage({ weights }))).rejects.toMatchObject({
      code: "PACKAGE_INPUT_MISMATCH",
      message: expect.stringMatching(/8.*16/),
    });
    const classNames = "background\na\nb\nc\nd\n";
    const folder = await tinyPackage({ classNames });
    await expect(AutoModel.fromPretrained(folder)).rejects.toMatchObject({ code: "PACKAGE_CLASS_MISMATCH" });
    await using model = await AutoModel.fromPretrained(folder, { allowClassMismatch: true });
    expect(model.classNames.length).toBe(5);
  });

  test("with a library named explicitly never falls back to another", async () => {
    const folder = await tinyPackage();
    const runtime = { onnxruntime: "/no/such/libonnxruntime.so.1" };
    await expect(AutoModel.fromPretrained(folder, { runtime })).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/option runtime\.onnxruntime.*\/no\/such\/libonnxruntime\.so\.1/s),
      hint: expect.stringMatching(/correct or unset the option runtime\.onnxruntime/),
    });
    vi.stubEnv("DEEPLAB_RT_ONNXRUNTIME", "/no/such/other.so");
    await expect(AutoModel.fromPretrained(folder)).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/DEEPLAB_RT_ONNXRUNTIME.*\/no\/such\/other\.so/s),
    });
  });

  test("for a GPU that is not served says so", async () => {
    await expect(AutoModel.fromPretrained(await tinyPackage(), { device: "cuda:0" })).rejects.toMatchObject({
      code: expect.stringMatching(/^(DEVICE|BACKEND)_UNAVAILABLE$/),
    });
  });

  test("that is aborted rejects with the reason and leaves nothing loaded", async () => {
    const reason = new Error("enough");
    const folder = await tinyPackage({ config: tinyConfig({ padding_value: 7 }) });
    const before = native().memoryStats().models;
    await expect(AutoModel.fromPretrained(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const early = new AbortController();
    const reading = AutoModel.fromPretrained(folder, { signal: early.signal });
    early.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await vi.waitFor(() => expect(native().memoryStats().models).toBe(before), { timeout: 10_000 });
  });

  test("that is aborted while native code loads rejects at once and leaves nothing loaded", async () => {
    const reason = new Error("enough");
    const folder = await tinyPackage({ config: tinyConfig({ padding_value: 9 }) });
    const before = native().memoryStats().models;
    const controller = new AbortController();
    const { openModel } = native();
    let opened: Promise<unknown> | undefined;
    vi.spyOn(native(), "openModel").mockImplementation((spec) => {
      const opening = openModel(spec);
      opened = opening;
      controller.abort(reason);
      return opening;
    });
    await expect(AutoModel.fromPretrained(folder, { signal: controller.signal })).rejects.toBe(reason);
    await expect(opened).resolves.toBeDefined();
    await vi.waitFor(() => expect(native().memoryStats().models).toBe(before), { timeout: 10_000 });
  });

  test("of weights that are a Git LFS pointer says so", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1234\n";
    const folder = await tinyPackage({ weights: Buffer.from(pointer) });
    await expect(AutoModel.fromPretrained(folder)).rejects.toMatchObject({
      code: "PACKAGE_WEIGHTS_INVALID",
      message: expect.stringMatching(new RegExp(`Git LFS pointer of ${pointer.length} bytes`)),
      hint: expect.stringMatching(/git lfs pull/),
    });
  });

  test("of the same package twice shares one network", async () => {
    const folder = await tinyPackage();
    const before = native().memoryStats().models;
    await using first = await AutoModel.fromPretrained(folder);
    await using second = await AutoModel.fromPretrained(folder);
    expect(native().memoryStats().models).toBe(before + 1);
    // The loader's own reference goes a moment after the promise settles.
    await vi.waitFor(() => expect([first.info().sharedBy, second.info().sharedBy]).toEqual([2, 2]));
  });
});
