// The methods of a result and the functions of the package give the same, for the result itself and for its clone.

import { classStats, colorize, legend, overlay, type SegmentationMaps, toPNG } from "deeplab-rt";
import { expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const picture = () => rgbImage(61, 47, (x, y) => [x * 4, y * 5, 255 - (x + y) * 2]);

test("each method is the function of its name", async () => {
  const image = picture();
  const result = await model.infer(image, { confidence: 0.5 });
  const clone = structuredClone(result) as unknown as SegmentationMaps & { confidence: Float32Array };
  const style = { palette: { 1: "#102030" }, outline: true, legend: { textSize: 8 } } as const;
  for (const maps of [result, clone]) {
    expect(await result.overlay({ image, ...style })).toEqual(await overlay(image, maps, style));
    expect(await result.overlay()).toEqual(await overlay(undefined, maps));
    expect(await result.colorize({ format: "png" })).toEqual(await colorize(maps, { format: "png" }));
    expect(await result.legend({ textSize: 30 })).toEqual(await legend(maps, { textSize: 30 }));
    for (const map of ["segmentationMap", "confidence"] as const)
      expect(await result.toPNG({ map })).toEqual(await toPNG(maps, { map }));
    const counted = await result.classStats({ components: true });
    expect(counted).toEqual(await classStats(maps, { components: true }));
    expect(counted.map(({ pixels }) => pixels).reduce((a, b) => a + b)).toBe(61 * 47);
  }
});

test("a result that has been disposed of is an error of each of them, and what has begun is finished", async () => {
  const result = await model.infer(picture());
  const expected = await result.toPNG();
  const begun = [result.toPNG(), toPNG(result), result.colorize({ format: "png" })];
  result.dispose();
  expect(await begun[0]).toEqual(expected);
  expect(await begun[1]).toEqual(expected);
  await begun[2];
  const calls = [
    result.toPNG(),
    result.colorize(),
    result.legend(),
    result.classStats(),
    toPNG(result),
    colorize(result),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: "RESULT_DISPOSED" });
});

test("what include left out is named by every method", async () => {
  const result = await model.infer(picture(), { include: ["confidence"] });
  for (const call of [
    result.overlay(),
    result.colorize(),
    result.legend(),
    result.toPNG(),
    result.classStats(),
  ])
    await expect(call).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/segmentationMap/),
    });
  const mapOnly = await model.infer(picture(), { include: ["segmentationMap"] });
  await expect(mapOnly.toPNG({ map: "confidence" })).rejects.toThrow(/include/);
  expect((await mapOnly.toPNG()).length).toBeGreaterThan(100);
  expect((await classStats(mapOnly)).map(({ meanConfidence }) => meanConfidence)).toContain(null);
});

test("types follow from the format", async () => {
  const result = await model.infer(picture());
  const pixels = await result.overlay();
  const file = await result.overlay({ format: "png" });
  const both: Buffer | { width: number } = await result.overlay({ format: "rgba" as "rgba" | "png" });
  expect([pixels.width, file.length > 0, "width" in both]).toEqual([61, true, true]);
});
