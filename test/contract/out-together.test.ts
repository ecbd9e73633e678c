// Arrays of `out` that are used while they are written: by a second call, by the end of a call that failed or was
// aborted, by WebAssembly that grows under them. What is promised is little, and that nothing else is touched.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes } from "../support/tiny-package.js";
import { newWasmMemory } from "../support/wasm-memory.js";

const { model } = await loadTinyModel();

const [width, height] = [400, 300];
const count = width * height;
const [red, green] = [rgbImage(width, height, () => [255, 0, 0]), rgbImage(width, height, () => [0, 255, 0])];
const guard = 99;

/** Arrays with something before and behind them that nobody may touch. */
function guarded(Memory: typeof ArrayBuffer | typeof SharedArrayBuffer) {
  const ids = new Uint8Array(new Memory(count + 64)).fill(guard);
  const values = new Float32Array(new Memory((count + 32) * 4)).fill(guard);
  return {
    out: { segmentationMap: ids.subarray(32, 32 + count), confidence: values.subarray(16, 16 + count) },
    edges: () => [...ids.subarray(0, 32), ...ids.slice(-32), ...values.subarray(0, 16), ...values.slice(-16)],
  };
}
const untouched = Array(96).fill(guard);

describe("two calls that overlap and write into the same arrays", () => {
  test.each([
    ["shared", SharedArrayBuffer],
    ["ordinary", ArrayBuffer],
  ])(
    "are both answered, and leave a class of theirs in every pixel and nothing beside, over %s memory",
    async (_, Memory) => {
      for (let round = 0; round < 10; round++) {
        const { out, edges } = guarded(Memory);
        const calls = [red, green, red, green].map((image) => model.infer(image, { out }));
        const results = await Promise.all(calls);
        for (const { segmentationMap } of results)
          expect(segmentationMap.buffer).toBe(out.segmentationMap.buffer);
        const seen = new Set(out.segmentationMap);
        expect([...seen].filter((id) => id !== 1 && id !== 2)).toEqual([]);
        // Over ordinary memory a whole map is copied at the end of a call.
        if (Memory === ArrayBuffer) expect(seen.size).toBe(1);
        expect(out.confidence.every((value) => value > 0.99 && value <= 1)).toBe(true);
        expect(edges()).toEqual(untouched);
      }
    },
  );
});

describe("arrays of a call that is not answered", () => {
  test("are untouched where a picture of its list cannot be read", async () => {
    const { out } = guarded(ArrayBuffer);
    const bad = { data: new Uint8Array(5), width: 3, height: 3 };
    await expect(model.infer([red, bad], { out: [out, {}] })).rejects.toMatchObject({
      code: "IMAGE_INVALID",
    });
    expect(new Set(out.segmentationMap)).toEqual(new Set([guard]));
  });

  test("over ordinary memory are untouched after an abort while the answer already waits for this thread", async () => {
    const { out, edges } = guarded(ArrayBuffer);
    const controller = new AbortController();
    const working = model.infer(red, { out, signal: controller.signal });
    // The call is with native code already. No turn of the event loop, in which its answer would be taken.
    const end = performance.now() + 200;
    while (performance.now() < end);
    controller.abort();
    await expect(working).rejects.toThrow();
    await model.infer(stripes());
    expect(new Set(out.segmentationMap)).toEqual(new Set([guard]));
    expect(edges()).toEqual(untouched);
  });

  test("over ordinary memory are untouched after an abort, at whatever moment", async () => {
    for (let i = 0; i < 10; i++) {
      const { out, edges } = guarded(ArrayBuffer);
      const controller = new AbortController();
      const working = model.infer(red, { out, signal: controller.signal });
      await sleep(i / 2);
      controller.abort();
      const answered = await working.then(
        () => true,
        () => false,
      );
      await model.infer(stripes()); // by now the aborted run has ended
      expect(new Set(out.segmentationMap)).toEqual(new Set([answered ? 1 : guard]));
      expect(edges()).toEqual(untouched);
    }
  });
});

test("arrays over WebAssembly's memory serve, but not where it grows before the answer", async () => {
  const memory = newWasmMemory({ initial: 4, maximum: 8 });
  const image = rgbImage(100, 100, () => [255, 0, 0]);
  const view = () => ({ segmentationMap: new Uint8Array(memory.buffer, 1000, 10_000) });
  await model.infer(image, { out: view() });
  expect(new Set(view().segmentationMap)).toEqual(new Set([1]));
  view().segmentationMap.fill(guard);
  const working = model.infer(image, { out: view() });
  memory.grow(1);
  await expect(working).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringMatching(/out.segmentationMap was transferred or made shorter/),
  });
  expect(new Set(view().segmentationMap)).toEqual(new Set([guard]));
});
