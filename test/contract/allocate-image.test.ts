// model.allocateImage: memory for pixels that native code reads in place and holds on to.

import { once } from "node:events";
import { createRequire } from "node:module";
import { MessageChannel, Worker } from "node:worker_threads";
import { AutoModel, type ColorFormat, type RawImage } from "deeplab-rt";
import { afterAll, describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { slowPackage, slowSession } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripeMap, stripes } from "../support/tiny-package.js";

const require = createRequire(import.meta.url);
const slowFolder = new TemporaryFolder();
const { model, folder } = await loadTinyModel();
afterAll(() => slowFolder.dispose());

/** The picture in memory of the model. */
function allocated({ data, width, height }: ReturnType<typeof stripes>): RawImage & { data: Buffer } {
  const memory = model.allocateImage(width, height);
  memory.set(data);
  return { data: memory, width, height };
}

/** Bytes of pixels that were copied while `work` ran. */
async function copied(work: () => Promise<unknown>): Promise<number> {
  const before = native().memoryStats().copiedBytes;
  await work();
  return native().memoryStats().copiedBytes - before;
}

describe("memory of allocateImage", () => {
  test.each<[ColorFormat, number, number, number]>([
    ["rgb", 5, 3, 45],
    ["bgr", 5, 3, 45],
    ["rgba", 5, 3, 60],
    ["bgra", 5, 3, 60],
    ["gray", 5, 3, 15],
    ["nv12", 5, 3, 6 * 5],
    ["nv12", 6, 4, 6 * 6],
  ])("holds a picture in %s of %i×%i: %i bytes", async (colorFormat, width, height, bytes) => {
    const data = model.allocateImage(width, height, colorFormat).fill(128);
    expect(data).toBeInstanceOf(Buffer);
    expect([data.length, data.buffer.byteLength]).toEqual([bytes, bytes]);
    expect((await model.infer({ data, width, height, colorFormat })).width).toBe(width);
  });

  test("is read in place: the answer is that of a copy, and nothing is copied", async () => {
    const image = allocated(stripes());
    expect(await copied(() => model.infer(stripes()))).toBe(stripes().data.length);
    expect(await copied(() => model.infer(image))).toBe(0);
    expect([...(await model.infer(image)).segmentationMap]).toEqual(stripeMap);
    image.data.set(rgbImage(8, 8, () => [0, 255, 0]).data);
    expect(new Set((await model.infer(image)).segmentationMap)).toEqual(new Set([2]));
  });

  test("is read in place through views into it, with strides, and among pictures that are copied", async () => {
    const memory = model.allocateImage(10, 10);
    const { data } = stripes();
    for (let y = 0; y < 8; y++) memory.set(data.subarray(y * 24, y * 24 + 24), 31 + y * 30);
    const image: RawImage = {
      data: memory.subarray(31, 31 + 7 * 30 + 24),
      width: 8,
      height: 8,
      channels: 3,
      stride: 30,
    };
    const clamped = { ...image, data: new Uint8ClampedArray(memory.buffer, 31, 7 * 30 + 24) };
    let maps: Uint8Array[] = [];
    const bytes = await copied(async () => {
      const results = await model.infer([image, stripes(), clamped]);
      maps = results.map(({ segmentationMap }) => segmentationMap as Uint8Array);
    });
    expect(bytes).toBe(data.length);
    for (const map of maps) expect([...map]).toEqual(stripeMap);
  });

  test("is not copied by calls that wait for room either", async () => {
    const weights = slowPackage(slowFolder);
    await using slow = await AutoModel.fromPretrained(weights, { ...slowSession, maxQueue: 1 });
    const image = allocated(stripes());
    const expected = (await slow.infer(stripes())).segmentationMap;
    const calls: Promise<{ segmentationMap: unknown }>[] = [];
    const bytes = await copied(async () => {
      for (let i = 0; i < 5; i++) calls.push(slow.infer(image));
      expect(slow.stats().waitingOutside).toBeGreaterThan(0);
      await Promise.all(calls);
    });
    expect(bytes).toBe(0);
    for (const { segmentationMap } of await Promise.all(calls)) expect(segmentationMap).toEqual(expected);
  });

  test("serves every model of the thread, and outlives its own", async () => {
    const other = await AutoModel.fromPretrained(folder);
    const memory = other.allocateImage(8, 8);
    memory.set(stripes().data);
    await other.close();
    const image = { data: memory, width: 8, height: 8 };
    expect(await copied(() => model.infer(image))).toBe(0);
    expect([...(await model.infer(image)).segmentationMap]).toEqual(stripeMap);
    expect(() => other.allocateImage(8, 8)).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });

  test("is decoded where it holds an encoded picture, and painted on", async () => {
    const image = allocated(stripes());
    const result = await model.infer(image);
    const { data } = await result.overlay({ image, alpha: 0 });
    expect([...data.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
    const noPicture = model.allocateImage(2, 2).fill(1);
    await expect(model.infer(noPicture)).rejects.toMatchObject({ code: "IMAGE_UNSUPPORTED" });
  });

  test("cannot be posted away: other threads get a copy, whether or not it is asked to be transferred", async () => {
    const { data } = allocated(stripes());
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(data, [data.buffer as ArrayBuffer]);
    } catch (error) {
      expect(error).toMatchObject({ name: "DataCloneError" }); // newer runtimes refuse it
      port1.postMessage(data);
    }
    const [copy] = await once(port2, "message");
    expect([...copy]).toEqual([...stripes().data]);
    expect([...data]).toEqual([...stripes().data]);
    port1.close();
  });

  test("is counted as external memory by the garbage collector", () => {
    const before = process.memoryUsage().external;
    const memory = model.allocateImage(4000, 2000);
    expect(process.memoryUsage().external - before).toBeGreaterThan(memory.length / 2); // others may have gone
  });

  test("may not lie under the memory that results are written into", async () => {
    const image = allocated(stripes());
    const out = { segmentationMap: image.data.subarray(0, 64) };
    await expect(model.infer(image, { out })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/lies over the pixels of image 0/),
    });
  });
});

describe("allocateImage refuses", () => {
  test.each<[string, unknown[], RegExp]>([
    ["no size", [], /width to be a whole number from 1 to 1048576 but received undefined/],
    ["half a size", [8], /height to be a whole number/],
    ["an empty picture", [0, 8], /width.*received 0/],
    ["half a pixel", [8, 7.5], /height.*received 7.5/],
    ["text", ["8", 8], /width.*received "8"/],
    ["a longer side than pictures may have", [2 ** 20 + 1, 1], /width/],
    [
      "a format that it does not know",
      [8, 8, "RGB"],
      /format to be one of "gray".*received "RGB"\. Did you mean "rgb"\?/,
    ],
  ])("%s", (_, given, message) => {
    const allocate = model.allocateImage.bind(model) as (...list: unknown[]) => Buffer;
    expect(() => allocate(...given)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringMatching(message) }),
    );
  });

  test("more pixels than a picture may have", () => {
    expect(() => model.allocateImage(2 ** 15, 2 ** 13 + 1)).toThrow(
      expect.objectContaining({
        code: "IMAGE_TOO_LARGE",
        detail: expect.objectContaining({ width: 2 ** 15 }),
      }),
    );
  });
});

test("a Worker allocates and reads in place as well", async () => {
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { AutoModel } = require(workerData.index);
     (async () => {
       const model = await AutoModel.fromPretrained(workerData.folder);
       const { data: pixels, width, height } = workerData.image;
       const data = model.allocateImage(width, height);
       data.set(pixels);
       const { segmentationMap } = await model.infer({ data, width, height });
       await model.close();
       parentPort.postMessage([...segmentationMap]);
     })();`,
    { eval: true, workerData: { index: require.resolve("../../dist/index.js"), folder, image: stripes() } },
  );
  const [map] = await once(worker, "message");
  expect(map).toEqual(stripeMap);
  await worker.terminate();
});
