// Memory that a GPU reads by itself: pictures that the model allocated, registered memory, and what info() says of it.

import path from "node:path";
import { AutoModel, compilePackage, type FromPretrainedOptions, type RawImage } from "deeplab-rt";
import { beforeAll, describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { lastJson, runCode } from "../support/child.js";
import { onDoubles } from "../support/doubles.js";
import { newFolder, rgbImage, stripeMap, stripes, tinyPackage } from "../support/tiny-package.js";

onDoubles();
let folder: string;
beforeAll(async () => {
  folder = path.join(await newFolder(), "engine");
  await compilePackage(await tinyPackage(), { output: folder });
});

const load = (options: FromPretrainedOptions = {}) => AutoModel.fromPretrained(folder, options);

/** Large beside a page, and of one class. */
const green = rgbImage(160, 120, () => [0, 255, 0]);

/** The same picture in other memory. */
function within(data: Uint8Array): RawImage {
  data.set(green.data);
  return { ...green, data };
}
const shared = () => within(new Uint8Array(new SharedArrayBuffer(green.data.length)));

/** Bytes of pixels that the host copied for a call, which has to answer green. */
async function copied(model: Awaited<ReturnType<typeof load>>, image: RawImage): Promise<number> {
  const before = native().memoryStats().copiedBytes;
  const { segmentationMap } = await model.infer(image);
  expect(new Set(segmentationMap)).toEqual(new Set([2]));
  return native().memoryStats().copiedBytes - before;
}

describe("info() of a model on a GPU", () => {
  test("names the device, what the model has of it, and where the stages run", async () => {
    await using model = await load({ deviceMemoryLimit: "1GiB" });
    await model.infer(stripes());
    const { devices, stages } = model.info();
    expect(stages).toEqual({ preprocess: "cuda", contrast: "cpu", postprocess: "cuda" });
    expect(devices).toEqual([
      {
        device: "cuda:0",
        name: expect.stringContaining("T4"),
        computeCapability: "7.5",
        driverVersion: expect.stringMatching(/^\d+\.\d+$/),
        driverPath: expect.stringMatching(/libcuda\.so\.1$/),
        memoryMode: "copied",
        totalMemory: expect.any(Number),
        usedMemory: expect.any(Number),
        peakMemory: expect.any(Number),
        memoryLimit: 2 ** 30,
        pinned: { used: expect.any(Number), idle: expect.any(Number), limit: 256 * 2 ** 20 },
      },
    ]);
    const [{ totalMemory = 0, usedMemory = 0, peakMemory = 0 } = {}] = devices;
    expect(usedMemory).toBeGreaterThan(0);
    expect(peakMemory).toBeGreaterThanOrEqual(usedMemory);
    expect(totalMemory).toBeGreaterThan(peakMemory);
  });
});

describe("allocateImage on a GPU", () => {
  test("gives pinned memory, which goes to the device without a copy by the host", async () => {
    await using model = await load();
    const before = model.info().devices[0]?.pinned.used ?? Number.NaN;
    const image = within(model.allocateImage(green.width, green.height));
    expect(model.info().devices[0]?.pinned.used).toBeGreaterThanOrEqual(before + green.data.length);
    expect(await copied(model, image)).toBe(0);
    expect(await copied(model, green)).toBe(green.data.length);
    const [first, second] = await model.infer([image, within(model.allocateImage(160, 120))]);
    expect(first?.segmentationMap).toEqual(second?.segmentationMap);
  });

  test("gives ordinary memory beyond the limit, and says so by its numbers", async () => {
    await using model = await load({ pinnedMemoryLimit: 0 });
    const { used = Number.NaN, limit } = model.info().devices[0]?.pinned ?? {};
    const image = within(model.allocateImage(green.width, green.height));
    expect(limit).toBe(0);
    expect(model.info().devices[0]?.pinned.used).toBe(used);
    expect(await copied(model, image)).toBe(0); // by the driver alone
  });

  test("serves models on the CPU too, and theirs serve this one", async () => {
    await using model = await load();
    await using onCpu = await AutoModel.fromPretrained(await tinyPackage(), { device: "cpu" });
    expect(await copied(onCpu, within(model.allocateImage(160, 120)))).toBe(0);
    const image = within(onCpu.allocateImage(160, 120));
    expect(await copied(model, image)).toBe(green.data.length); // into pinned memory
  });
});

describe("results on a GPU", () => {
  test("give their pinned memory back at once by dispose(), and the next ones take it", async () => {
    await using model = await load();
    const pinned = () => model.info().devices[0]?.pinned ?? { used: Number.NaN, idle: Number.NaN };
    const result = await model.infer(green);
    const stats = result.classStats();
    result.dispose(); // when they have been counted
    expect((await stats).map(({ pixels }) => pixels)).toEqual([0, 0, 160 * 120]);
    expect(result.confidence.length).toBe(0);
    const second = await model.infer(green);
    const { used, idle } = pinned();
    second.dispose();
    const freed = used - pinned().used;
    expect(freed).toBeGreaterThanOrEqual(160 * 120 * 5);
    expect(pinned().idle).toBe(idle + freed);
    for (let i = 0; i < 3; i++) {
      const next = await model.infer(green);
      expect(pinned().used + pinned().idle).toBe(used + idle);
      next.dispose();
    }
  });
});

describe("registerBuffer on a GPU", () => {
  test("spares the host the copy as long as it lasts", async () => {
    await using model = await load();
    const image = shared();
    expect(await copied(model, image)).toBe(green.data.length);
    const registration = model.registerBuffer(image.data as Uint8Array);
    expect(await copied(model, image)).toBe(0);
    registration.unregister();
    expect(await copied(model, image)).toBe(green.data.length);
  });

  test("counts: the memory stays registered until the last of its registrations ends", async () => {
    await using model = await load();
    const other = await load();
    const image = shared();
    const first = model.registerBuffer(image.data as Uint8Array);
    other.registerBuffer(image.data as Uint8Array);
    first.unregister();
    first.unregister();
    expect(await copied(model, image)).toBe(0);
    await other.close();
    expect(await copied(model, image)).toBe(green.data.length);
  });

  test("may end while a call reads the memory or writes to it", async () => {
    await using model = await load();
    for (let i = 0; i < 20; i++) {
      const image = shared();
      const memory = new SharedArrayBuffer(64);
      const segmentationMap = new Uint8Array(memory);
      const registrations = [image.data as Uint8Array, memory].map((one) => model.registerBuffer(one));
      const calls = [model.infer(image), model.infer(stripes(), { out: { segmentationMap } })];
      for (const registration of registrations) registration.unregister();
      const [read] = await Promise.all(calls);
      expect(new Set(read?.segmentationMap)).toEqual(new Set([2]));
      expect([...segmentationMap]).toEqual(stripeMap);
    }
  });

  test("is the driver's error where it refuses the memory", async () => {
    const code = `
      const { AutoModel } = require(${JSON.stringify(path.resolve("dist/index.js"))});
      (async () => {
        const model = await AutoModel.fromPretrained(${JSON.stringify(folder)});
        let error = {};
        try { model.registerBuffer(new SharedArrayBuffer(4096)); } catch (thrown) { error = thrown; }
        await model.close();
        console.log(JSON.stringify({ code: error.code, message: error.message }));
      })();`;
    const end = await runCode(code, {
      environment: { DEEPLAB_DOUBLE_CUDA_FAIL: "cuMemHostRegister_v2:1:2" },
    });
    expect(lastJson(end)).toEqual({
      code: "DEVICE_OUT_OF_MEMORY",
      message: expect.stringContaining("cuMemHostRegister"),
    });
  });
});
