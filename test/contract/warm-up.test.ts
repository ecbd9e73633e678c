// warmUp() and stats(): what is measured, counted and shown.

import { AutoModel } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { stripeMap, stripes, tinyConfig, tinyPackage } from "../support/tiny-package.js";

// A queue of its own makes a network of its own: nobody else's calls are counted.
const { model } = await loadTinyModel({ maxBatchDelay: 0.01, maxBatch: 4 });

describe("warmUp", () => {
  test("measures every batch size, says so in info(), and changes no result", async () => {
    expect(model.info()).toMatchObject({ batching: null, maxBatch: 4, maxInFlight: expect.any(Number) });
    const report = await model.warmUp({ sizes: [{ width: 30, height: 20 }], batch: 2 });
    expect(report).toMatchObject({ inputWidth: 8, inputHeight: 8 });
    expect(report?.measured.map(({ images }) => images)).toEqual([1, 2, 4]);
    for (const { perImage } of report?.measured ?? []) expect(perImage).toBeGreaterThan(0);
    expect(report?.ownImages).toBeGreaterThanOrEqual(1);
    expect(report?.sharedImages).toBeGreaterThanOrEqual(1);
    expect(model.info().batching).toEqual(report);
    expect(model.stats().batching).toEqual(report);
    for (const { segmentationMap } of await model.infer(Array.from({ length: 9 }, stripes)))
      expect([...segmentationMap]).toEqual(stripeMap);
  });

  test("is not needed for calls that wait to share a run, which then may go on to do so or not", async () => {
    await using other = await AutoModel.fromPretrained(await tinyPackage(), { maxBatch: 4, maxQueue: 32 });
    const calls = Array.from({ length: 32 }, () => other.infer(stripes()));
    for (const { segmentationMap } of await Promise.all(calls))
      expect([...segmentationMap]).toEqual(stripeMap);
    const { images, batches, batching, sharedImages } = other.stats();
    expect([1, 4]).toContain(sharedImages);
    expect(batches.some(([size]) => size > 1)).toBe(true);
    expect(Math.max(...batches.map(([size]) => size))).toBeLessThanOrEqual(4);
    expect(batches.reduce((sum, [size, runs]) => sum + size * runs, 0)).toBe(images);
    expect({ images, batching }).toEqual({ images: 32, batching: null });
  });

  test("without rounds only runs the pictures", async () => {
    await using other = await AutoModel.fromPretrained(await tinyPackage());
    expect(await other.warmUp({ rounds: 0 })).toBeNull();
    expect(other.stats().images).toBe(1);
  });

  test("of a network that runs at the pictures' own size is told the sizes", async () => {
    const config = tinyConfig({
      training_input_size: null,
      dynamic_spatial_size_supported: true,
      dynamic_spatial_size_mode: { type: "any-size" },
    });
    await using any = await AutoModel.fromPretrained(await tinyPackage({ config }));
    await expect(any.warmUp()).rejects.toMatchObject({
      code: "OPTION_INVALID",
      hint: expect.stringContaining("sizes"),
    });
    const report = await any.warmUp({ sizes: [{ width: 24, height: 16 }] });
    expect(report).toMatchObject({ inputWidth: 24, inputHeight: 16 });
  });

  test.each([
    [{ sizes: [] }, /at least one/],
    [{ sizes: [{ width: 5 }] }, /sizes\[0\]\.height/],
    [{ sizes: [{ width: 100_000, height: 100_000 }] }, /at most 268435456 pixels/],
    [{ batch: 0 }, /batch/],
    [{ rounds: -1 }, /rounds/],
  ])("with %j is OPTION_INVALID", async (options, message) => {
    await expect(model.warmUp(options as never)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(message),
    });
  });

  test("is aborted by its signal and CLOSED with its model", async () => {
    const controller = new AbortController();
    const aborted = model.warmUp({ rounds: 1000, signal: controller.signal });
    const reason = new Error("enough");
    setImmediate(() => controller.abort(reason));
    await expect(aborted).rejects.toBe(reason);
    const other = await AutoModel.fromPretrained(await tinyPackage());
    const closed = expect(other.warmUp({ rounds: 1000 })).rejects.toMatchObject({ code: "CLOSED" });
    await other.close();
    await closed;
    await expect(other.warmUp()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("stats", () => {
  test("count calls by how they ended, images, runs and memory", async () => {
    await using fresh = await AutoModel.fromPretrained(await tinyPackage(), { maxBatchDelay: 0.02 });
    expect(fresh.stats()).toMatchObject({
      calls: { submitted: 0, answered: 0, failed: 0, aborted: 0, expired: 0, rejected: 0 },
      images: 0,
      waiting: 0,
      waitingOutside: 0,
      running: 0,
      batches: [],
      batching: null,
    });
    const result = await fresh.infer(stripes());
    await fresh.infer([stripes(), stripes()]);
    const stats = fresh.stats();
    expect(stats).toMatchObject({
      calls: { submitted: 2, answered: 2, failed: 0, aborted: 0, expired: 0, rejected: 0 },
      images: 3,
      running: 0,
    });
    expect(stats.batches.reduce((sum, [images, runs]) => sum + images * runs, 0)).toBe(3);
    for (const { mean, max } of Object.values(stats.timings)) expect(mean > 0 && mean <= max).toBe(true);
    expect(stats.memory.used).toBeGreaterThanOrEqual(result.confidence.byteLength);
  });

  test("are CLOSED after close(), while info() still tells what was loaded", async () => {
    const other = await AutoModel.fromPretrained(await tinyPackage());
    await other.close();
    expect(() => other.stats()).toThrow(expect.objectContaining({ code: "CLOSED" }));
    expect(other.info()).toMatchObject({ batching: null, maxBatch: 8 });
  });
});
