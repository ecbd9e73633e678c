// result.dispose(): what goes, what stays, and when; the memory serves the next request.

import { AutoModel, type RawImage, type SemanticSegmentationResult } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { checkMaps } from "../../dist/visualize/maps.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripeMap, stripes } from "../support/tiny-package.js";

const { model, folder } = await loadTinyModel();

const used = () => native().memoryStats().usedBytes;
const [width, height] = [1000, 800];
const large = (color: readonly [number, number, number]): RawImage => rgbImage(width, height, () => color);
const red = large([255, 0, 0]);
const disposed = { name: "DeepLabError", code: "RESULT_DISPOSED" };

/** Bytes that native code has given back while `work` ran. */
function freed(work: () => void): number {
  const before = used();
  work();
  return before - used();
}

describe("dispose()", () => {
  test("empties the arrays and gives their memory back at once", async () => {
    const result = await model.infer(red, {
      include: ["segmentationMap", "confidence", "probabilities", "overlay"],
    });
    const { segmentationMap, confidence, probabilities, overlayImage } = result;
    const bytes = [segmentationMap, confidence, probabilities.data, overlayImage.data].map(
      (array) => array.byteLength,
    );
    expect(bytes).toEqual([width * height, width * height * 4, width * height * 12, width * height * 4]);
    // No turn of the event loop and no garbage collection in between.
    expect(freed(() => result.dispose())).toBeGreaterThanOrEqual(bytes.reduce((sum, one) => sum + one));
    for (const array of [segmentationMap, confidence, probabilities.data, overlayImage.data]) {
      expect([array.length, array.buffer.byteLength]).toEqual([0, 0]);
    }
  });

  test("lets the next results have the memory: a loop that disposes holds that of one", async () => {
    await model.infer(red).then((result) => result.dispose());
    const held: number[] = [];
    for (let i = 0; i < 10; i++) {
      using result = await model.infer(red);
      const { usedBytes, idleBytes } = native().memoryStats();
      held.push(usedBytes + idleBytes);
      expect(result.segmentationMap.length).toBe(width * height);
    }
    expect(Math.max(...held) - (held[0] ?? 0)).toBeLessThan(width * height * 5);
  });

  test("leaves the numbers", async () => {
    const result = await model.infer(red, { include: ["segmentationMap", "classAreas"] });
    const { timings, imageMetadata } = structuredClone({ ...result, imageMetadata: result.imageMetadata });
    result.dispose();
    expect([result.width, result.height, result.nonFinitePixels]).toEqual([width, height, 0]);
    expect([...result.classAreas]).toEqual([0, width * height, 0]);
    expect(result.classNames).toEqual(["background", "red", "green"]);
    expect({ timings: result.timings, imageMetadata: result.imageMetadata }).toEqual({
      timings,
      imageMetadata,
    });
  });

  test("makes what needs the maps RESULT_DISPOSED", async () => {
    const result = await model.infer(red);
    result.dispose();
    await expect(result.classStats()).rejects.toMatchObject(disposed);
    await expect(result.overlay()).rejects.toMatchObject(disposed);
    await expect(result.toTransferable()).rejects.toMatchObject(disposed);
    expect(() => checkMaps(result, "legend()")).toThrow(expect.objectContaining(disposed));
    await expect(result.overlay()).rejects.toThrow(/^result\.overlay\(\) needs .*disposed\.\nHow to fix: /);
  });

  test("may be called again, and is what `using` does", async () => {
    let kept: SemanticSegmentationResult | undefined;
    {
      using result = await model.infer(red);
      kept = result;
    }
    expect(kept.segmentationMap.length).toBe(0);
    const other = await model.infer(red);
    kept.dispose();
    kept[Symbol.dispose]();
    // The memory that it had is the other's by now.
    expect(other.segmentationMap.length).toBe(width * height);
    expect(new Set(other.segmentationMap)).toEqual(new Set([1]));
  });

  test("works after close() of the model", async () => {
    const closing = await AutoModel.fromPretrained(folder);
    const result = await closing.infer(red);
    await closing.close();
    expect(freed(() => result.dispose())).toBeGreaterThanOrEqual(width * height * 5);
  });

  test.each([
    ["shared", SharedArrayBuffer],
    ["ordinary", ArrayBuffer],
  ])("never touches arrays of the caller over %s memory", async (_, Memory) => {
    const segmentationMap = new Uint8Array(new Memory(100));
    const result = await model.infer(stripes(), { out: { segmentationMap } });
    result.dispose();
    expect(result.confidence.length).toBe(0);
    expect([...result.segmentationMap]).toEqual(stripeMap);
    expect([...segmentationMap.subarray(0, 64)]).toEqual(stripeMap);
    expect(segmentationMap.buffer.byteLength).toBe(100);
    await expect(result.classStats()).rejects.toMatchObject(disposed);
  });
});

describe("dispose() while the result is read", () => {
  test("lets every method end with the right answer, and takes the memory when the last one has", async () => {
    const result = await model.infer(red);
    const encoded = (await (await model.infer(red)).overlay({ format: "png" })).buffer;
    const before = used();
    const work = [
      result.classStats(),
      // Its map is read only when this picture has been decoded.
      result.overlay({ image: encoded as ArrayBuffer, alpha: 1 }),
      result.toTransferable(),
    ] as const;
    result.dispose();
    await expect(result.classStats()).rejects.toMatchObject(disposed);
    // What others are answered with meanwhile must not be written over the maps.
    (await model.infer(large([0, 255, 0]))).dispose();
    const [stats, overlay, { value }] = await Promise.all(work);
    expect(stats.map(({ pixels, meanConfidence }) => [pixels, meanConfidence > 0.9])).toEqual([
      [0, false],
      [width * height, true],
      [0, false],
    ]);
    expect([...overlay.data.subarray(0, 4), ...overlay.data.subarray(-4)]).toEqual([
      230, 25, 75, 255, 230, 25, 75, 255,
    ]);
    expect(new Set(value.segmentationMap)).toEqual(new Set([1]));
    expect(result.segmentationMap.length).toBe(0);
    expect(before + overlay.data.length - used()).toBeGreaterThanOrEqual(width * height * 5);
  });

  test("takes the memory after methods that failed, too", async () => {
    const result = await model.infer(red);
    const failing = result.overlay({ image: Uint8Array.of(1, 2, 3) });
    const unknown = result.overlay({ alhpa: 1 } as never);
    result.dispose();
    await expect(failing).rejects.toMatchObject({ code: "IMAGE_UNSUPPORTED" });
    await expect(unknown).rejects.toMatchObject({ code: "OPTION_UNKNOWN" });
    expect(result.segmentationMap.length).toBe(0);
  });

  test("native code holds what it reads by itself, whatever becomes of the arrays", async () => {
    const { segmentationMap, confidence } = await model.infer(red);
    const map = segmentationMap as Uint8Array;
    const sum = confidence.reduce((total, value) => total + value);
    const counting = native().countClasses({
      map,
      idBytes: 1,
      width,
      height,
      confidence,
      hasConfidence: true,
      idCount: 3,
      connectivity: 0,
    });
    const buffers = [map.buffer, confidence.buffer] as ArrayBuffer[];
    // Less than either array: the counting allocates and frees some kilobytes of its own meanwhile.
    expect(freed(() => native().releaseBuffers(buffers))).toBeLessThan(width * height);
    expect(map.length).toBe(0);
    (await model.infer(large([0, 255, 0]))).dispose();
    const { pixels, confidenceSums } = await counting;
    expect([...new Float64Array(pixels)]).toEqual([0, width * height, 0]);
    expect([...new Float64Array(confidenceSums)]).toEqual([0, expect.closeTo(sum, 3), 0]);
  });

  test("a call that reads a map as its pixels in place is answered from that map", async () => {
    const map = await model.infer(large([0, 255, 0])); // twos: a dark picture
    const data = map.segmentationMap as Uint8Array;
    const expected = await model.infer({ data, width, height, colorFormat: "gray" });
    const busy = model.infer(Array.from({ length: 4 }, () => red));
    const waiting = model.infer({ data, width, height, colorFormat: "gray" }, { copyInput: false });
    expect(freed(() => map.dispose())).toBeLessThan(width * height * 5);
    const [, answer] = await Promise.all([busy, waiting]);
    expect(Buffer.compare(bytes(answer.confidence), bytes(expected.confidence))).toBe(0);
  });
});

function bytes({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
