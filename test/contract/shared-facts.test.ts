// What results, models and reports share cannot be changed by one for the others; copies of results hold all of it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AutoModel, overlay, type SegmentationMaps, toCOCO, toCVAT, toLabelStudio } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes, tinyConfig, tinyPackage } from "../support/tiny-package.js";

describe("what is shared", () => {
  test("class names are one list that nobody can change", async () => {
    const { model } = await loadTinyModel();
    const result = await model.infer(stripes());
    for (const names of [model.classNames, model.info().classNames, result.classNames]) {
      expect(() => (names as string[]).sort()).toThrow(TypeError);
      expect(() => (names as string[]).push("x")).toThrow(TypeError);
    }
    expect((await model.infer(stripes())).classNames).toEqual(["background", "red", "green"]);
  });

  test("info() is a report: no part of it can be changed", async () => {
    const { model } = await loadTinyModel();
    const before = structuredClone(model.info().preprocessing);
    const writable = (value: unknown): unknown[] =>
      typeof value !== "object" || value === null
        ? []
        : [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(writable)];
    expect(writable(model.info())).toEqual([]);
    expect(() => (model.info().preprocessing.mean as unknown as number[]).fill(99)).toThrow(TypeError);
    expect(model.info().preprocessing).toEqual(before);
  });
});

describe("copies of a result whose maps are of a crop", async () => {
  const crop = { enabled: true, x_min: 0, x_max: 50, y_min: 0, y_max: 75 };
  const config = tinyConfig({}, { image_pre_processing: { "static-crop": crop } });
  await using model = await AutoModel.fromPretrained(await tinyPackage({ config }));
  const image = rgbImage(16, 8, () => [255, 0, 0]);
  const result = await model.infer(image); // outlives its model, which is closed when the tests run

  test.each<[string, () => SegmentationMaps | Promise<SegmentationMaps>]>([
    ["itself", () => result],
    ["structuredClone", () => structuredClone(result) as unknown as SegmentationMaps],
    ["a spread", () => ({ ...result })],
    ["toTransferable()", async () => (await result.toTransferable()).value as SegmentationMaps],
  ])("%s is exported at the picture's size", async (_, copyOf) => {
    const maps = await copyOf();
    expect([maps.width, maps.height]).toEqual([8, 6]);
    const { images } = await toCOCO([{ maps, fileName: "a.png" }]);
    expect(images).toMatchObject([{ width: 16, height: 8 }]);
    const { result: brushes } = await toLabelStudio(maps);
    expect(brushes).toMatchObject([{ original_width: 16, original_height: 8 }]);
    expect(await overlay(image, maps)).toMatchObject({ width: 8, height: 6 });
    const folder = await mkdtemp(path.join(tmpdir(), "deeplab-copies-"));
    try {
      await toCVAT(path.join(folder, "out"), [{ maps, fileName: "a.png" }]);
      const picture = path.join(folder, "out", "SegmentationClass", "a.png");
      expect(await sharp(picture).metadata()).toMatchObject({ width: 16, height: 8 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
