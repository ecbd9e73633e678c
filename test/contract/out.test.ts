// The caller's own memory: results written into it, pixels read from it in place.

import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { AutoModel, type OutputArrays } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { classNames } from "../support/package-folder.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripeMap, stripes, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const require = createRequire(import.meta.url);
const { model, folder } = await loadTinyModel();

/** Maps with room for more, filled with what no result holds. */
function arrays(shared: boolean, count = 70) {
  const Buffer = shared ? SharedArrayBuffer : ArrayBuffer;
  return {
    segmentationMap: new Uint8Array(new Buffer(count), 0, count).fill(99),
    confidence: new Float32Array(new Buffer(count * 4), 0, count).fill(99),
  };
}

/** Large enough that a transfer can be made while it is worked on. */
const largeCount = 1600 * 1200;
const large = () => ({ data: new Uint8Array(largeCount * 3).fill(255), width: 1600, height: 1200 });

describe("results in the caller's arrays", () => {
  test.each([
    ["shared", true],
    ["ordinary", false],
  ])(
    "over %s memory are those of memory of our own, and nothing behind them is touched",
    async (_, shared) => {
      const expected = await model.infer(stripes());
      const out = arrays(shared);
      const result = await model.infer(stripes(), { out });
      expect([...result.segmentationMap]).toEqual(stripeMap);
      expect([...result.confidence]).toEqual([...expected.confidence]);
      expect(result.segmentationMap.buffer).toBe(out.segmentationMap.buffer);
      expect(result.confidence.buffer).toBe(out.confidence.buffer);
      expect([result.segmentationMap.length, result.confidence.length]).toEqual([64, 64]);
      expect([...out.segmentationMap.subarray(64), ...out.confidence.subarray(64)]).toEqual(
        Array(12).fill(99),
      );
      expect((await result.classStats()).map(({ pixels }) => pixels)).toEqual([16, 32, 16]);
    },
  );

  test("may be views into larger memory, and only one of the maps", async () => {
    const buffer = new SharedArrayBuffer(200);
    const confidence = new Float32Array(new ArrayBuffer(400), 16, 64);
    const first = await model.infer(stripes(), { out: { segmentationMap: new Uint8Array(buffer, 101, 64) } });
    const second = await model.infer(stripes(), { out: { confidence } });
    expect([...new Uint8Array(buffer, 101, 64)]).toEqual(stripeMap);
    expect(first.confidence.buffer).not.toBe(second.confidence.buffer);
    expect([...second.confidence]).toEqual([...first.confidence]);
    expect(second.confidence.byteOffset).toBe(16);
  });

  test("are 16-bit ids where the model has so many classes", async () => {
    const weights = Array.from({ length: 300 }, (_, k) => (k === 299 ? [10, 0, 0] : [0, 0, 0]));
    const names = `${classNames(300).join("\n")}\n`;
    await using many = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: names, weights: tinyOnnx({ weights }) }),
    );
    const red = rgbImage(8, 8, () => [255, 0, 0]);
    const segmentationMap = new Uint16Array(new SharedArrayBuffer(128));
    const result = await many.infer(red, { out: { segmentationMap } });
    expect(new Set(result.segmentationMap)).toEqual(new Set([299]));
    expect(new Set(segmentationMap)).toEqual(new Set([299]));
    await expect(many.infer(red, { out: { segmentationMap: new Uint8Array(128) } })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining("Uint16Array"),
    });
  });

  test("of a list lie one an image", async () => {
    const out = [arrays(true), arrays(false)];
    const results = await model.infer([stripes(), rgbImage(5, 4, () => [0, 255, 0])], { out });
    expect(results.map(({ segmentationMap }) => segmentationMap.length)).toEqual([64, 20]);
    expect([...(out[0]?.segmentationMap.subarray(0, 64) ?? [])]).toEqual(stripeMap);
    expect([...(out[1]?.segmentationMap.subarray(0, 21) ?? [])]).toEqual([...Array(20).fill(2), 99]);
  });

  test("can be read in another thread without a copy", async () => {
    const { segmentationMap } = arrays(true, 64);
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       parentPort.once("message", () => parentPort.postMessage([...workerData]));`,
      { eval: true, workerData: segmentationMap },
    );
    const seen = new Promise((resolve) => worker.once("message", resolve));
    await model.infer(stripes(), { out: { segmentationMap } });
    worker.postMessage("look");
    expect(await seen).toEqual(stripeMap);
    await worker.terminate();
  });
});

test("a Worker's results appear in memory that the main thread gave it", async () => {
  const out = arrays(true, 64);
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { AutoModel } = require(workerData.index);
     (async () => {
       const model = await AutoModel.fromPretrained(workerData.folder);
       await model.infer(workerData.image, { out: workerData.out });
       await model.close();
       parentPort.postMessage("written");
     })();`,
    {
      eval: true,
      workerData: { index: require.resolve("../../dist/index.js"), folder, image: stripes(), out },
    },
  );
  const [message] = await once(worker, "message");
  expect(message).toBe("written");
  expect([...out.segmentationMap]).toEqual(stripeMap);
  expect(out.confidence.every((value) => value > 0.9 && value <= 1)).toBe(true);
  await worker.terminate();
});

describe("arrays that cannot be used are OPTION_INVALID", () => {
  const shared = new SharedArrayBuffer(1000);
  const ids = (offset: number, length = 64) => new Uint8Array(shared, offset, length);
  test.each<[string, OutputArrays, RegExp]>([
    ["too small", { segmentationMap: new Uint8Array(63) }, /63 bytes, but the map needs 64/],
    ["too small and shared", { confidence: new Float32Array(new SharedArrayBuffer(252)) }, /252 bytes.*256/],
    ["empty", { segmentationMap: new Uint8Array(0) }, /at least width · height elements/],
    ["of another type", { segmentationMap: new Uint16Array(64) }, /a Uint8Array/],
    ["of another type", { confidence: new Float64Array(64) as never }, /a Float32Array/],
    [
      "over each other",
      { segmentationMap: ids(0), confidence: new Float32Array(shared, 60, 64) },
      /share memory/,
    ],
  ])("%s", async (_, out, message) => {
    await expect(model.infer(stripes(), { out })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(message),
      detail: { option: expect.stringMatching(/^out\./) },
    });
  });

  test("over those of another image of the call, even through another object of the same memory", async () => {
    const other = structuredClone(shared); // a second SharedArrayBuffer over one memory
    const out = [{ segmentationMap: ids(0) }, { segmentationMap: new Uint8Array(other, 63, 64) }];
    await expect(model.infer([stripes(), stripes()], { out })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/image 0 and out.segmentationMap of image 1 share memory/),
    });
    const apart = [{ segmentationMap: ids(0) }, { segmentationMap: new Uint8Array(other, 64, 64) }];
    for (const { segmentationMap } of await model.infer([stripes(), stripes()], { out: apart }))
      expect([...segmentationMap]).toEqual(stripeMap);
  });

  test("over pixels that are read in place", async () => {
    const { data, width, height } = stripes();
    const memory = new SharedArrayBuffer(data.length + 64);
    const pixels = new Uint8Array(memory, 0, data.length);
    pixels.set(data);
    const image = { data: pixels, width, height };
    const out = { segmentationMap: new Uint8Array(memory, data.length - 1, 64) };
    await expect(model.infer([stripes(), image], { out: [out, {}] })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/of image 0 lies over the pixels of image 1/),
      detail: { option: "out.segmentationMap", index: 0 },
    });
    const behind = { segmentationMap: new Uint8Array(memory, data.length, 64) };
    expect([...(await model.infer(image, { out: behind })).segmentationMap]).toEqual(stripeMap);
  });

  test("not one an image, not listed, or for a part that is left out", async () => {
    const one = { segmentationMap: new Uint8Array(64) };
    const refused = async (work: Promise<unknown>, message: RegExp) =>
      expect(work).rejects.toMatchObject({
        code: "OPTION_INVALID",
        message: expect.stringMatching(message),
      });
    await refused(model.infer([stripes(), stripes()], { out: [one] }), /a list of 2 objects/);
    await refused(model.infer([stripes()], { out: one }), /a list of 1 objects/);
    await refused(model.infer(stripes(), { out: [one] }), /one object for one image/);
    await refused(model.infer(stripes(), { include: ["confidence"], out: one }), /not among include/);
  });

  test("transferred while native code works", async () => {
    const out = { segmentationMap: new Uint8Array(largeCount), confidence: new Float32Array(largeCount) };
    const working = model.infer(large(), { out });
    structuredClone(out.confidence.buffer, { transfer: [out.confidence.buffer] });
    await expect(working).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/out.confidence was transferred/),
      detail: { option: "out.confidence", index: 0 },
    });
    expect((await model.infer(stripes())).width).toBe(8);
  });

  test("transferred while the picture is decoded", async () => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    for (const part of ["segmentationMap", "confidence"] as const) {
      const all = { segmentationMap: new Uint8Array(64), confidence: new Float32Array(64) };
      const working = model.infer(png, { out: { [part]: all[part] } });
      structuredClone(all[part].buffer, { transfer: [all[part].buffer] });
      await expect(working).rejects.toMatchObject({
        code: "OPTION_INVALID",
        message: expect.stringMatching(new RegExp(`out.${part}.*transferred`)),
      });
    }
  });

  test("made shorter while native code works", async () => {
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: object,
    ) => ArrayBuffer & { resize(length: number): void };
    const buffer = new Resizable(largeCount, { maxByteLength: largeCount });
    const working = model.infer(large(), { out: { segmentationMap: new Uint8Array(buffer) } });
    buffer.resize(5);
    await expect(working).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});

describe("pixels read in place", () => {
  /** A picture over memory that a test may change. */
  const over = (buffer: SharedArrayBuffer | ArrayBuffer) => {
    const data = new Uint8Array(buffer);
    data.set(stripes().data);
    return { data, width: 8, height: 8 };
  };

  test("are those of shared memory, whose later contents count until the call is answered", async () => {
    const image = over(new SharedArrayBuffer(192));
    expect([...(await model.infer(image)).segmentationMap]).toEqual(stripeMap);
    // Behind a long piece of work, the picture has not been read when it is changed.
    const busy = model.infer(Array.from({ length: 8 }, large));
    const waiting = model.infer(image);
    image.data.fill(0);
    const [, { segmentationMap }] = await Promise.all([busy, waiting]);
    expect(new Set(segmentationMap)).toEqual(new Set([0]));
  });

  test("are those of ordinary memory with copyInput: false alone", async () => {
    const run = async (copyInput: boolean) => {
      const image = over(new ArrayBuffer(192));
      const busy = model.infer(Array.from({ length: 8 }, large));
      const waiting = model.infer(image, { copyInput });
      image.data.fill(0);
      const [, { segmentationMap }] = await Promise.all([busy, waiting]);
      return [...segmentationMap];
    };
    expect(await run(true)).toEqual(stripeMap);
    expect(new Set(await run(false))).toEqual(new Set([0]));
  });
});
