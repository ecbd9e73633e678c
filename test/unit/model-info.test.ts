// What info() says of an engine, and how the command line prints it.

import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { infoText } from "../../dist/cli/info.js";
import { loadOptions } from "../../dist/cli/load-options.js";
import { deviceInfo } from "../../dist/device-info.js";
import { engineHead } from "../../dist/engine-head.js";
import { modelInfo } from "../../dist/model-info.js";
import type { NativeDeviceUse, NativeModel, NativeModelInfo, NativeModelStats } from "../../dist/native.js";
import { parseLoadOptions } from "../../dist/options.js";
import type { PackageEngine } from "../../dist/packages/engine-package.js";
import { readModelPackage } from "../../dist/packages/model-package.js";
import { engineFacts, enginePackage, moveHouse } from "../support/engine-package.js";
import { removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);
beforeEach(moveHouse);
afterEach(() => vi.unstubAllEnvs());

// What a session on an engine answers that ends before a ×4 interpolation to a width of 512.
const native = {
  backend: "tensorrt",
  provider: "",
  device: "cuda:0",
  reason: "TensorRT 10.3",
  libraryPath: "/usr/lib/libnvinfer.so.10",
  libraryVersion: "10.3.0",
  inputName: "images",
  inputDtype: "float32",
  inputDims: [-1, 3, 512, 512],
  outputName: "before",
  outputDtype: "float16",
  outputDims: [-1, 3, 128, 128],
  channels: 3,
  minBatch: 1,
  maxBatch: 32,
  simd: "avx2",
  kernels: "cuda",
  devices: [
    {
      device: "cuda:0",
      name: "NVIDIA L4",
      computeCapability: "8.9",
      driverVersion: "12.6",
      driverPath: "/usr/lib/libcuda.so.1",
      memoryMode: "copied",
      totalMemory: 24 * 2 ** 30,
      usedMemory: 200 * 2 ** 20,
      peakMemory: 300 * 2 ** 20,
      memoryLimit: 0,
      pinnedUsed: 3 * 2 ** 20,
      pinnedIdle: 1.5 * 2 ** 20,
      pinnedLimit: 256 * 2 ** 20,
    },
  ],
} as unknown as NativeModelInfo;
const stats = { maxInFlight: 2, profile: [] } as unknown as NativeModelStats;

async function infoOf(folder: string, trustEngine: boolean) {
  const model = await readModelPackage(folder, { backend: "trt", trustEngine });
  const head = engineHead(model, model.engine as PackageEngine, true);
  const network = { native: {} as NativeModel, package: model, head: head.decision, engineBuild: null };
  return modelInfo(network, native, stats, 4);
}

describe("info() of an engine", () => {
  test("says who built it, how, and what it was built without", async () => {
    const info = await infoOf(await enginePackage(), false);
    expect(info).toMatchObject({
      packageFormat: "trt",
      backend: "tensorrt",
      precision: "fp16",
      poolThreads: 4,
      engine: {
        trust: "signature",
        batch: { min: 1, opt: 8, max: 32 },
        built: engineFacts.built,
        accuracy: engineFacts.accuracy,
      },
      headCut: {
        cut: true,
        interpolation: engineFacts.head?.interpolation,
        logits: { name: "before", dtype: "float16", shape: [-1, 3, 128, 128] },
      },
      output: { name: "logits", dtype: "float16", shape: [-1, 3, 512, 512] },
    });
    const text = infoText(info);
    expect(text).toMatch(/^trust +built here by deeplab-rt$/m);
    expect(text).toMatch(
      /^engine +fp16, built with TensorRT 10\.3\.0\.26 on NVIDIA L4, 2026-01-02T03:04:05/m,
    );
  });

  test("of unknown origin says only that the caller vouched for it", async () => {
    const info = await infoOf(await enginePackage({ facts: null }), true);
    expect(info.engine).toEqual({
      trust: "option",
      batch: { min: 1, opt: 8, max: 32 },
      built: null,
      accuracy: null,
    });
    expect(info.precision).toBeNull();
    expect(info.headCut).toMatchObject({ cut: false, interpolation: null });
    expect(infoText(info)).toMatch(/^trust +vouched for by the caller$/m);
    expect(infoText(info)).not.toMatch(/^engine /m);
  });
});

describe("info() of a model on a GPU", () => {
  test("says what of the GPU it has, and that contrast stays on the CPU", async () => {
    const info = await infoOf(await enginePackage(), false);
    expect(info.stages).toEqual({ preprocess: "cuda", contrast: "cpu", postprocess: "cuda" });
    expect(info.memory.devices).toBe(209_715_200);
    expect(info.devices).toEqual([
      {
        device: "cuda:0",
        name: "NVIDIA L4",
        computeCapability: "8.9",
        driverVersion: "12.6",
        driverPath: "/usr/lib/libcuda.so.1",
        memoryMode: "copied",
        totalMemory: 25_769_803_776,
        usedMemory: 209_715_200,
        peakMemory: 314_572_800,
        memoryLimit: null,
        pinned: { used: 3_145_728, idle: 1_572_864, limit: 268_435_456 },
      },
    ]);
    const text = infoText(info);
    expect(text).toMatch(/^kernels +cuda; contrast on the CPU \(avx2\)$/m);
    expect(text).toMatch(/^cuda:0 +NVIDIA L4, compute capability 8\.9$/m);
    expect(text).toMatch(/^ {2}driver +CUDA 12\.6: \/usr\/lib\/libcuda\.so\.1$/m);
    expect(text).toMatch(/^ {2}memory +copied; of 24576 MiB 200 MiB used, at most 300 MiB, no limit$/m);
    expect(text).toMatch(/^ {2}pinned +3 MiB used, 1\.5 MiB idle, limit 256 MiB$/m);
  });

  test("names the limit where there is one", () => {
    const [use] = native.devices;
    const { memoryLimit } = deviceInfo({ ...(use as NativeDeviceUse), memoryLimit: 2 ** 30 });
    expect(memoryLimit).toBe(2 ** 30);
  });
});

describe("the options of commands that load a model", () => {
  test("go to fromPretrained as they were given", () => {
    const given = { backend: "trt", device: "cuda:1", trustEngine: true, cuda: "/c.so", tensorrt: "/t.so" };
    const { backend, device, trustEngine, libraries } = parseLoadOptions(loadOptions(given));
    expect([backend, device.name, trustEngine]).toEqual(["trt", "cuda:1", true]);
    expect(libraries).toEqual({ onnxruntime: undefined, cuda: "/c.so", tensorrt: "/t.so" });
  });

  test("that were not given are left to the defaults", () => {
    expect(parseLoadOptions(loadOptions({}))).toEqual(parseLoadOptions(undefined));
  });
});
