// What include asks for, and nothing else, is computed; every combination gives the same parts.

import {
  AutoModel,
  classColor,
  DeepLabError,
  type ResultPart,
  type SemanticSegmentationResult,
} from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes, tinyConfig, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const parts: readonly ResultPart[] = [
  "segmentationMap",
  "confidence",
  "classAreas",
  "probabilities",
  "overlay",
];
const fieldOf = (part: ResultPart) => (part === "overlay" ? "overlayImage" : part);

/** Gradients: every class wins somewhere, with every confidence. */
const gradients = () => rgbImage(37, 23, (x, y) => [x * 6, y * 10, 255 - (x + y) * 4]);

function values(result: SemanticSegmentationResult<never>, part: ResultPart): number[] | undefined {
  const field: unknown = (result as unknown as Record<string, unknown>)[fieldOf(part)];
  if (field === undefined) return undefined;
  return [...((field as { data?: Iterable<number> }).data ?? (field as Iterable<number>))];
}

test("every combination of parts gives the same values, and undefined for what is left out", async () => {
  const whole = await model.infer(gradients(), { include: [...parts], confidence: 0.6 });
  const expected = new Map(parts.map((part) => [part, values(whole as never, part)]));
  expect([...expected.values()].every((list) => list !== undefined && list.length > 0)).toBe(true);
  for (let bits = 1; bits < 1 << parts.length; bits++) {
    const include = parts.filter((_, i) => bits & (1 << i));
    const result = await model.infer(gradients(), { include, confidence: 0.6 });
    for (const part of parts) {
      const seen = values(result as never, part);
      expect(seen, `${part} of ${include}`).toEqual(include.includes(part) ? expected.get(part) : undefined);
    }
  }
});

describe("classAreas", () => {
  test("are the counts of the map, below the threshold and outside the crop too", async () => {
    await using cropped = await AutoModel.fromPretrained(
      await tinyPackage({
        config: tinyConfig(
          {},
          {
            image_pre_processing: {
              "static-crop": { enabled: true, x_min: 10, x_max: 80, y_min: 20, y_max: 100 },
            },
          },
        ),
      }),
    );
    for (const one of [model, cropped]) {
      for (const confidence of [0, 0.5, 0.9, 1]) {
        const { segmentationMap, classAreas, imageMetadata } = await one.infer(gradients(), {
          include: ["segmentationMap", "classAreas"],
          confidence,
        });
        expect(imageMetadata.staticCrop.width < 37).toBe(one === cropped);
        const counts = [0, 0, 0];
        for (const id of segmentationMap) counts[id] = (counts[id] ?? 0) + 1;
        expect(classAreas).toBeInstanceOf(Float64Array);
        expect([...classAreas]).toEqual(counts);
      }
    }
  });
});

describe("probabilities", () => {
  test("are the softmax over all channels, whatever the threshold, in the order that was asked for", async () => {
    const image = rgbImage(8, 8, (x, y) => [x * 30, y * 30, 100]);
    const { logits } = await model.inspect(image);
    const { probabilities } = await model.infer(image, {
      include: ["probabilities"],
      probabilityClasses: ["green", "background"],
      confidence: 1,
    });
    expect(probabilities.classes).toEqual(["green", "background"]);
    expect([probabilities.width, probabilities.height, probabilities.data.length]).toEqual([8, 8, 128]);
    for (let i = 0; i < 64; i++) {
      const e = [0, 1, 2].map((k) => Math.exp(logits.data[k * 64 + i] ?? Number.NaN));
      const sum = e.reduce((a, b) => a + b);
      expect(Math.abs((probabilities.plane("green")[i] ?? -1) - (e[2] ?? 0) / sum)).toBeLessThan(2e-6);
      expect(Math.abs((probabilities.plane(1)[i] ?? -1) - (e[0] ?? 0) / sum)).toBeLessThan(2e-6);
    }
    expect(probabilities.plane("background").buffer).toBe(probabilities.data.buffer);
    expect(() => probabilities.plane("red")).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringMatching(/"green", "background"/),
      }),
    );
  });

  test("of a network without a channel for the background are those of the other classes", async () => {
    const weights = [
      [10, 0, 0],
      [0, 10, 0],
    ];
    await using two = await AutoModel.fromPretrained(await tinyPackage({ weights: tinyOnnx({ weights }) }));
    const red = rgbImage(8, 8, () => [255, 0, 0]);
    const { probabilities } = await two.infer(red, { include: ["probabilities"] });
    expect(probabilities.classes).toEqual(["red", "green"]);
    expect(probabilities.plane("red")[0]).toBeCloseTo(1, 4);
    expect(probabilities.plane("green")[0]).toBeCloseTo(0, 4);
  });

  test("of a network of one channel are its sigmoid", async () => {
    await using one = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: "background\nred\n", weights: tinyOnnx({ weights: [[2, 0, 0]] }) }),
    );
    const red = rgbImage(8, 8, () => [255, 0, 0]);
    const { probabilities } = await one.infer(red, { include: ["probabilities"], confidence: 1 });
    expect(probabilities.classes).toEqual(["red"]);
    expect(probabilities.plane("red")[9]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });
});

describe("the overlay", () => {
  test("is the picture itself with the classes' colours over it, in every order of its bytes", async () => {
    const rgb = gradients();
    const bgra = { ...rgb, data: new Uint8Array(37 * 23 * 4), colorFormat: "bgra" as const };
    for (let i = 0; i < 37 * 23; i++) {
      const [r = 0, g = 0, b = 0] = rgb.data.subarray(i * 3, i * 3 + 3);
      bgra.data.set([b, g, r, 7], i * 4);
    }
    for (const alpha of [0, 0.3, 1]) {
      const weight = Math.round(alpha * 256);
      const { segmentationMap, overlayImage } = await model.infer(rgb, {
        include: ["segmentationMap", "overlay"],
        overlay: { alpha },
      });
      const expected = Array.from(segmentationMap, (id, i) => {
        const color = classColor(id, 0);
        const mix = (under = 0, over: number) =>
          color.a === 0 ? under : (under * (256 - weight) + over * weight + 128) >> 8;
        const [r, g, b] = rgb.data.subarray(i * 3, i * 3 + 3);
        return [mix(r, color.r), mix(g, color.g), mix(b, color.b), 255];
      }).flat();
      expect([overlayImage.width, overlayImage.height]).toEqual([37, 23]);
      expect([...overlayImage.data]).toEqual(expected);
      const other = await model.infer(bgra, { include: ["overlay"], overlay: { alpha } });
      expect([...other.overlayImage.data]).toEqual(expected);
    }
  });

  test("takes palette and classes as result.overlay() does", async () => {
    const image = gradients();
    for (const style of [
      { palette: ["#123456", null, "#fff"], alpha: 0.7 },
      { classes: [2] },
      { classes: [1], palette: { 1: "#00ff00" } },
    ]) {
      const result = await model.infer(image, {
        include: ["segmentationMap", "confidence", "overlay"],
        overlay: style,
      });
      expect(result.overlayImage).toEqual(await result.overlay({ image, ...style }));
    }
  });

  test.each([
    [{ outline: true }, "OPTION_UNKNOWN", /no "outline"[\s\S]*result\.overlay\(\{ outline/],
    [{ legend: true }, "OPTION_UNKNOWN", /result\.overlay/],
    [{ format: "png" }, "OPTION_UNKNOWN", /result\.overlay/],
    [{ classes: ["nobody"] }, "OPTION_INVALID", /name of a class/],
    [{ palette: 5 }, "OPTION_INVALID", /palette/],
  ])("with %j is %s", async (overlay, code, message) => {
    const asked = model.infer(gradients(), { include: ["overlay"], overlay: overlay as never });
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("is half transparent where nothing is said, as that of result.overlay()", async () => {
    const image = gradients();
    const result = await model.infer(image, { include: ["segmentationMap", "overlay"] });
    const later = await result.overlay({ image });
    expect([...result.overlayImage.data]).toEqual([...later.data]);
  });
});

test("methods that need a part which was left out say which", async () => {
  const areas = await model.infer(stripes(), { include: ["classAreas"] });
  const mapOnly = await model.infer(stripes(), { include: ["segmentationMap"] });
  await expect(areas.overlay()).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringMatching(/result\.overlay\(\) needs the part "segmentationMap"/),
    detail: { option: "include", expected: "segmentationMap" },
    hint: expect.stringContaining("segmentationMap"),
  });
  await expect(mapOnly.classStats()).rejects.toBeInstanceOf(DeepLabError);
  await expect(mapOnly.classStats()).rejects.toMatchObject({ detail: { expected: "confidence" } });
  expect((await mapOnly.overlay()).data).toHaveLength(256);
});

test("what is left out takes no memory: a class map alone is a byte a pixel", async () => {
  const side = 4096;
  const image = { data: new Uint8Array(side * side), width: side, height: side };
  const before = model.stats().memory.used;
  const result = await model.infer(image, { include: ["segmentationMap"] });
  const held = model.stats().memory.used - before;
  expect(result.segmentationMap).toHaveLength(side * side);
  expect(held).toBeLessThan(side * side * 2);
});
