// The methods of a result and the functions of the package give the same, for the result itself and for its clone.

import { createHash } from "node:crypto";
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

test("calls at once, eight of each with options of their own, give what each gives alone, while pictures are inferred", async () => {
  const image = rgbImage(320, 240, (x, y) => [x % 256, y, (x * y) % 256]);
  const other = rgbImage(320, 240, () => [255, 0, 0]);
  const result = await model.infer(image);
  const calls = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => {
    const palette = { 1: `#1020${i}0`, 2: `#${i}05060` };
    return [
      () => result.overlay({ image, alpha: i / 8, palette, outline: i % 2 === 0, legend: i > 3 }),
      () => result.overlay({ image, alpha: 1 - i / 8, palette, format: "png" }),
      () => result.colorize({ palette }),
      () => result.colorize({ palette, format: (["png", "webp"] as const)[i % 2] ?? "png" }),
      () => result.toPNG({ palette }),
      () => result.toPNG({ map: "confidence", bitDepth: i % 2 === 0 ? 8 : 16 }),
      () => result.classStats({ components: i % 2 === 0 }),
    ];
  });
  const alone: string[] = [];
  for (const call of calls) alone.push(digest(await call()));
  let isDone = false;
  const infer = async () => {
    // Its memory goes back at once: the next picture is written there, and never over the result.
    while (!isDone) (await model.infer(other)).dispose();
  };
  const inferring = [infer(), infer()];
  const together = await Promise.all(calls.map(async (call) => digest(await call())));
  isDone = true;
  await Promise.all(inferring);
  expect(together).toEqual(alone);
  // Options make a difference: otherwise answers to another's call would not be seen.
  expect(new Set(alone).size).toBeGreaterThan(40);
});

function digest(answer: { data: Uint8Array } | Uint8Array | object): string {
  const bytes = "data" in answer ? answer.data : answer;
  const content = bytes instanceof Uint8Array ? bytes : JSON.stringify(bytes);
  return createHash("sha256").update(content).digest("hex");
}

test("types follow from the format", async () => {
  const result = await model.infer(picture());
  const pixels = await result.overlay();
  const file = await result.overlay({ format: "png" });
  const both: Buffer | { width: number } = await result.overlay({ format: "rgba" as "rgba" | "png" });
  expect([pixels.width, file.length > 0, "width" in both]).toEqual([61, true, true]);
});
