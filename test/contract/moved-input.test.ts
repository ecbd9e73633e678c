// Pictures whose memory goes away between the call and its answer: transferred, resized, or grown by WebAssembly.

import { AutoModel, type RawImage, type SemanticSegmentationModel } from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeFolders, stripeMap, stripes, tinyPackage } from "../support/tiny-package.js";
import { newWasmMemory } from "../support/wasm-memory.js";

let model: SemanticSegmentationModel;
let crowded: SemanticSegmentationModel;
beforeAll(async () => {
  const folder = await tinyPackage();
  model = await AutoModel.fromPretrained(folder);
  crowded = await AutoModel.fromPretrained(folder, { maxQueue: 1 });
});
afterAll(async () => {
  await model.close();
  await crowded.close();
  await removeFolders();
});

const { data: pixels, width, height } = stripes();
const page = 65536;

// Newer than the library that the tests are compiled with.
type Resizable = ArrayBuffer & { resize(length: number): void };
type Growable = SharedArrayBuffer & { grow(length: number): void };
const resizable = (length: number) =>
  new (ArrayBuffer as never as ResizableClass<Resizable>)(length, limit(length));
const growable = (length: number) =>
  new (SharedArrayBuffer as never as ResizableClass<Growable>)(length, limit(length));
type ResizableClass<T> = new (length: number, options: { maxByteLength: number }) => T;
const limit = (length: number) => ({ maxByteLength: length * 4 });

/** Memory of one kind that holds these bytes, and what takes it away. The old memory's bytes are spoiled where they can be. */
type Memory = (bytes: Uint8Array) => { readonly data: Uint8Array; takeAway(): void };

const transferred: Memory = (bytes) => {
  const data = Uint8Array.from(bytes);
  return { data, takeAway: () => structuredClone(data, { transfer: [data.buffer] }).fill(0) };
};
const resized: Memory = (bytes) => {
  const buffer = resizable(bytes.length);
  const data = new Uint8Array(buffer);
  data.set(bytes);
  return { data, takeAway: () => buffer.resize(0) };
};
const grownByWebAssembly: Memory = (bytes) => {
  const memory = newWasmMemory({ initial: 1, maximum: 4 });
  const data = new Uint8Array(memory.buffer, page - bytes.length, bytes.length);
  data.set(bytes);
  const takeAway = () => {
    memory.grow(2);
    new Uint8Array(memory.buffer).fill(0);
  };
  return { data, takeAway };
};

const kinds = [
  ["transferred to another thread", transferred],
  ["resized to nothing", resized],
  ["grown by WebAssembly", grownByWebAssembly],
] as const;

/** Work that keeps a model busy for a while, so that what comes behind it has not begun when its memory goes. */
function busy(with_: SemanticSegmentationModel): Promise<unknown> {
  const large = { data: new Uint8Array(1600 * 1200 * 3), width: 1600, height: 1200 };
  return Promise.all(Array.from({ length: 6 }, () => with_.infer(large)));
}

const raw = (data: Uint8Array): RawImage => ({ data, width, height });
const mapOf = async (answer: Promise<{ readonly segmentationMap: ArrayLike<number> }>) => {
  const { segmentationMap } = await answer;
  return Array.from(segmentationMap);
};

describe.each(kinds)("memory that is %s after the call", (_, memory) => {
  test("had been copied in it, with copyInput: true and by itself", async () => {
    for (const options of [{}, { copyInput: true }]) {
      const { data, takeAway } = memory(pixels);
      const working = busy(model);
      const waiting = model.infer(raw(data), options);
      takeAway();
      expect(data.length).toBe(0);
      expect(await mapOf(waiting)).toEqual(stripeMap);
      await working;
    }
  });

  test("had been copied by calls that wait for room, too", async () => {
    const working = busy(crowded);
    const waiting = Array.from({ length: 4 }, () => {
      const { data, takeAway } = memory(pixels);
      const answer = crowded.infer(raw(data));
      takeAway();
      return answer;
    });
    expect(crowded.stats().waitingOutside).toBeGreaterThan(0);
    for (const answer of waiting) expect(await mapOf(answer)).toEqual(stripeMap);
    await working;
  });

  test("had been copied where it holds an encoded picture, whatever copyInput says", async () => {
    const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    for (const copyInput of [true, false]) {
      const { data, takeAway } = memory(png);
      const working = model.infer([data, data], { copyInput });
      takeAway();
      for (const { segmentationMap } of await working) expect([...segmentationMap]).toEqual(stripeMap);
    }
  });

  test("is an error by name where it has gone before the call", async () => {
    const { data, takeAway } = memory(pixels);
    takeAway();
    for (const copyInput of [true, false]) {
      await expect(model.infer(raw(data), { copyInput })).rejects.toMatchObject({ code: "IMAGE_INVALID" });
      await expect(model.infer(data, { copyInput })).rejects.toMatchObject({
        code: expect.stringMatching(/^IMAGE_/),
      });
    }
  });
});

describe("with copyInput: false", () => {
  test("resizable memory is copied all the same: it can vanish while its views live", async () => {
    const { data, takeAway } = resized(pixels);
    const working = busy(model);
    const waiting = model.infer(raw(data), { copyInput: false });
    takeAway();
    expect(await mapOf(waiting)).toEqual(stripeMap);
    await working;
  });

  test("memory that is transferred is read where it was, for as long as its new owner keeps it", async () => {
    const data = Uint8Array.from(pixels);
    const working = busy(model);
    const waiting = model.infer(raw(data), { copyInput: false });
    const moved = structuredClone(data, { transfer: [data.buffer] });
    expect(await mapOf(waiting)).toEqual(stripeMap);
    expect(moved).toEqual(pixels);
    await working;
  });
});

describe("shared memory that grows after the call is read in place", () => {
  test("by SharedArrayBuffer.prototype.grow()", async () => {
    const buffer = growable(pixels.length);
    const data = new Uint8Array(buffer, 0, pixels.length);
    data.set(pixels);
    const working = busy(model);
    const waiting = model.infer(raw(data));
    buffer.grow(pixels.length * 4);
    expect(await mapOf(waiting)).toEqual(stripeMap);
    await working;
  });

  test("by WebAssembly", async () => {
    const memory = newWasmMemory({ initial: 1, maximum: 4, shared: true });
    const data = new Uint8Array(memory.buffer, page - pixels.length, pixels.length);
    data.set(pixels);
    const working = busy(model);
    const waiting = model.infer(raw(data));
    memory.grow(2);
    expect(await mapOf(waiting)).toEqual(stripeMap);
    await working;
  });
});
