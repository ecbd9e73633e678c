// model.registerBuffer on the CPU, where there is nothing to pin: what it takes, what it refuses, and how it ends.

import { AutoModel } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { stripeMap, stripes } from "../support/tiny-package.js";

const { model, folder } = await loadTinyModel();

describe("shared memory that is registered", () => {
  test("may be a SharedArrayBuffer or any view of one, several times over", () => {
    const memory = new SharedArrayBuffer(100);
    const all = model.registerBuffer(memory);
    const view = model.registerBuffer(new Float32Array(memory, 8, 5));
    const data = model.registerBuffer(new DataView(memory, 1, 3));
    expect([all, view, data].map(({ byteLength }) => byteLength)).toEqual([100, 20, 3]);
    for (const registration of [all, view, data, all]) registration.unregister();
  });

  test("is read and written in place while it is, and after", async () => {
    const { data, width, height } = stripes();
    const memory = new SharedArrayBuffer(data.length + 64);
    const pixels = new Uint8Array(memory, 0, data.length);
    pixels.set(data);
    const image = { data: pixels, width, height };
    const segmentationMap = new Uint8Array(memory, data.length, 64);
    {
      using registration = model.registerBuffer(memory);
      expect(registration.byteLength).toBe(memory.byteLength);
      await model.infer(image, { out: { segmentationMap } });
      expect([...segmentationMap]).toEqual(stripeMap);
    }
    expect([...(await model.infer(image)).segmentationMap]).toEqual(stripeMap);
  });

  test("may be unregistered while a call uses it, and after close()", async () => {
    const other = await AutoModel.fromPretrained(folder);
    const { data, width, height } = stripes();
    const pixels = new Uint8Array(new SharedArrayBuffer(data.length));
    pixels.set(data);
    const [first, second] = [other.registerBuffer(pixels), other.registerBuffer(pixels)];
    const call = other.infer({ data: pixels, width, height });
    first.unregister();
    expect([...(await call).segmentationMap]).toEqual(stripeMap);
    await other.close();
    second.unregister();
    second[Symbol.dispose]();
    expect(() => other.registerBuffer(pixels)).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });
});

describe("registerBuffer refuses", () => {
  test.each<[string, unknown, RegExp]>([
    ["an ordinary ArrayBuffer", new ArrayBuffer(8), /a SharedArrayBuffer or a view of one/],
    ["a view of one", new Uint8Array(8), /can be transferred away.*allocateImage/],
    ["a Buffer", Buffer.alloc(8), /can be transferred away.*allocateImage/],
    ["no bytes", new SharedArrayBuffer(0), /of at least one byte/],
    ["a view of no bytes", new Uint8Array(new SharedArrayBuffer(8), 8), /of at least one byte/],
    ["nothing", undefined, /received undefined/],
    ["a picture", { data: new Uint8Array(new SharedArrayBuffer(8)) }, /received Object \{ data \}/],
  ])("%s", (_, memory, message) => {
    expect(() => model.registerBuffer(memory as SharedArrayBuffer)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringMatching(message) }),
    );
  });

  test("memory of allocateImage, which is pinned already", () => {
    expect(() => model.registerBuffer(model.allocateImage(8, 8))).toThrow(/ordinary ArrayBuffer/);
  });
});
