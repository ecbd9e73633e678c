// model.explainPixel says of a pixel what infer made of it, and by which rule.

import { AutoModel, type PixelExplanation } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { inferOptions, loadOptions } from "../golden/calls.js";
import { sources } from "../golden/scope.js";
import { mismatched, verdicts } from "../golden/verdicts.js";
import { type GoldenSuccess, goldenPath } from "../support/golden-set.js";
import { fixedLogitsNetwork } from "../support/networks.js";
import { Random } from "../support/random.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes, tinyConfig, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const kinds = [
  "resize",
  "logit-size",
  "static-crop",
  "threshold",
  "classes",
  "dynamic-size",
  "fp16",
  "overrides",
];

/** One case of each golden package of these kinds, of one picture. */
function goldenPackages(): GoldenSuccess[] {
  const byPackage = new Map<string, GoldenSuccess>();
  for (const item of verdicts().equal) {
    if (kinds.includes(item.kind) && item.inputs.length === 1 && !byPackage.has(item.package))
      byPackage.set(item.package, item);
  }
  return [...byPackage.values()];
}

/** Opposite corners, the middle, and two that are drawn. */
function somePixels(width: number, height: number, random: Random): [number, number][] {
  const right = width - 1;
  const bottom = height - 1;
  const drawn = (): [number, number] => [random.integer(0, right), random.integer(0, bottom)];
  return [[0, 0], [right, bottom], [width >> 1, height >> 1], drawn(), drawn()];
}

/** What must be true of every explanation by itself. */
function checkRule(said: PixelExplanation, backgroundId: number) {
  expect(said.sentence).toMatch(/^[A-Z].*\.$/);
  if (said.winner === null) {
    expect([said.classId, said.confidence, said.top]).toEqual([backgroundId, 0, []]);
    return;
  }
  const { winner, top } = said;
  expect(top[0]).toBe(winner);
  for (const [i, { probability }] of top.entries()) {
    expect(probability).toBeLessThanOrEqual((top[i - 1] ?? winner).probability);
  }
  const kept = winner.probability >= winner.threshold;
  expect([said.classId, said.confidence]).toEqual(kept ? [winner.id, winner.probability] : [backgroundId, 0]);
  if (said.rule !== "outside-center-crop") expect(said.rule).toBe(kept ? "arg-max" : "below-threshold");
}

test("says of many pixels of the golden packages the class and confidence that infer gives them, and why", {
  timeout: 180_000,
}, async () => {
  const random = new Random(7);
  const seen = new Map<string, number>();
  const items = goldenPackages();
  for (const item of items) {
    await using loaded = await AutoModel.fromPretrained(
      goldenPath(item.package),
      loadOptions(item, mismatched(item)),
    );
    const [image] = await sources(item);
    if (image === undefined) throw new Error("a case without a picture");
    const options = inferOptions(item);
    const result = await loaded.infer(image, options);
    const { sourceWidth, sourceHeight, staticCrop, resize } = result.imageMetadata;
    for (const [x, y] of somePixels(sourceWidth, sourceHeight, random)) {
      const said = await loaded.explainPixel(image, { x, y }, options);
      const inMaps = x < result.width && y < result.height;
      const at = y * result.width + x;
      expect(said, `${item.id} at ${x},${y}`).toMatchObject({
        x,
        y,
        inMaps,
        classId: inMaps ? result.segmentationMap[at] : result.backgroundClassId,
        confidence: inMaps ? result.confidence[at] : 0,
      });
      expect(said.className).toBe(result.classNames[said.classId] ?? `class ${said.classId}`);
      const inside =
        x >= staticCrop.x &&
        y >= staticCrop.y &&
        x < staticCrop.x + staticCrop.width &&
        y < staticCrop.y + staticCrop.height;
      expect(said.rule === "outside-static-crop").toBe(!inside);
      checkRule(said, result.backgroundClassId);
      const oneChannel = loaded.info().channels === 1 ? " of one channel" : "";
      for (const key of [said.rule, `${resize.mode}${oneChannel}`]) seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  expect(items.length).toBeGreaterThan(60);
  for (const key of [
    "arg-max",
    "below-threshold",
    "outside-static-crop",
    "outside-center-crop",
    "stretch",
    "letterbox",
    "center-crop",
    "stretch of one channel",
    "center-crop of one channel",
  ]) {
    expect(seen.get(key), key).toBeGreaterThan(3);
  }
});

describe("explainPixel", () => {
  test("lists the likeliest classes with their probabilities and thresholds", async () => {
    const image = rgbImage(8, 8, () => [200, 180, 0]);
    const confidence = { red: 0.6, green: 0.25 };
    const said = await model.explainPixel(image, { x: 3, y: 5 }, { confidence });
    expect(said).toMatchObject({ rule: "arg-max", classId: 1, className: "red", x: 3, y: 5, inMaps: true });
    const e = [0, (10 * 200) / 255, (10 * 180) / 255].map(Math.exp);
    const sum = e.reduce((a, b) => a + b);
    expect(said.top.map(({ id, name }) => [id, name])).toEqual([
      [1, "red"],
      [2, "green"],
      [0, "background"],
    ]);
    for (const one of said.top) expect(one.probability).toBeCloseTo((e[one.id] ?? 0) / sum, 5);
    expect(said.top.map(({ threshold }) => threshold)).toEqual([0.6, 0.25, 0.5].map(Math.fround));
    expect(said.sentence).toMatch(
      /^The likeliest class is "red" with 0\.68\d*, which reaches its threshold of 0\.6\.$/,
    );
    expect((await model.explainPixel(image, { x: 0, y: 0 }, { topK: 1 })).top).toHaveLength(1);
  });

  test("gives back what it needed before it answers", async () => {
    const side = 1024;
    const image = { data: new Uint8Array(side * side * 3), width: side, height: side };
    const before = model.stats().memory.used;
    await model.explainPixel(image, { x: 0, y: 0 });
    expect(model.stats().memory.used - before).toBeLessThan(side * side);
  });

  test("says which threshold was not reached", async () => {
    const image = rgbImage(8, 8, () => [200, 180, 0]);
    const said = await model.explainPixel(image, { x: 0, y: 0 }, { confidence: 0.7 });
    expect(said).toMatchObject({
      rule: "below-threshold",
      className: "background",
      confidence: 0,
      winner: { name: "red" },
    });
    expect(said.sentence).toMatch(
      /^The likeliest class is "red" with 0\.68\d*, below its threshold of 0\.7, so the pixel is "background" with confidence 0\.$/,
    );
  });

  test("says when logits were not finite, and only of those pixels", async () => {
    const data = new Float32Array(2 * 64).fill(1);
    data[8 * 2 + 3] = Number.POSITIVE_INFINITY;
    const weights = fixedLogitsNetwork(
      { batch: "N", height: 8, width: 8 },
      { channels: 2, height: 8, width: 8, data },
    );
    await using wild = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: "background\na\n", weights }),
    );
    const bad = await wild.explainPixel(stripes(), { x: 3, y: 2 });
    expect(bad).toMatchObject({ rule: "not-finite", classId: 0, confidence: 0, winner: null });
    expect(bad.sentence).toContain("not finite");
    expect(await wild.explainPixel(stripes(), { x: 4, y: 2 })).toMatchObject({ rule: "arg-max" });
    await expect(wild.explainPixel(stripes(), { x: 4, y: 2 }, { strict: true })).rejects.toMatchObject({
      code: "NON_FINITE_LOGITS",
    });
  });

  test("of a network of one class says what its sigmoid was", async () => {
    const weights = tinyOnnx({ weights: [[-2, 0, 0]] });
    await using one = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: "background\nred\n", weights }),
    );
    const red = rgbImage(8, 8, () => [255, 0, 0]);
    const said = await one.explainPixel(red, { x: 1, y: 1 });
    expect(said).toMatchObject({ rule: "below-threshold", classId: 0, winner: { name: "red", id: 1 } });
    expect(said.top).toHaveLength(1);
    expect(said.winner?.probability).toBeCloseTo(1 / (1 + Math.exp(2)), 6);
    expect(said.sentence).toMatch(/^The network has one class: "red"/);
  });

  test("knows that maps may end before the picture does", async () => {
    const crop = { enabled: true, x_min: 0, x_max: 50, y_min: 0, y_max: 100 };
    const config = tinyConfig({}, { image_pre_processing: { "static-crop": crop } });
    await using cropped = await AutoModel.fromPretrained(await tinyPackage({ config }));
    const said = await cropped.explainPixel(stripes(), { x: 4, y: 0 });
    expect(said).toMatchObject({ rule: "outside-static-crop", inMaps: false });
    expect(said.sentence).toContain("the maps end before it");
    expect(await cropped.explainPixel(stripes(), { x: 3, y: 0 })).toMatchObject({ inMaps: true });
    const whole = await cropped.explainPixel(stripes(), { x: 4, y: 0 }, { disableStaticCrop: true });
    expect(whole).toMatchObject({ rule: "arg-max", inMaps: true });
  });

  test.each([
    [{ x: 8, y: 0 }, /8×8.*8,0/],
    [{ x: 0, y: 9 }, /8×8.*0,9/],
    [{ x: -1, y: 0 }, /x of the pixel.*-1/],
    [{ x: 0.5, y: 0 }, /x of the pixel.*0\.5/],
    [{ x: 0 }, /y of the pixel/],
    [{ x: 0, Y: 0 }, /Unknown key "Y".*Did you mean "y"\?/],
    [undefined, /the pixel/],
    [[1, 2], /the pixel/],
  ])("refuses the pixel %j", async (place, message) => {
    await expect(model.explainPixel(stripes(), place as never)).rejects.toMatchObject({
      code: expect.stringMatching(/^OPTION_/),
      message: expect.stringMatching(message),
    });
  });

  test("names the first of equals the winner, kept or not", async () => {
    const weights = [
      [0, 0, 10],
      [10, 0, 0],
      [10, 0, 0],
    ];
    await using equal = await AutoModel.fromPretrained(await tinyPackage({ weights: tinyOnnx({ weights }) }));
    const place = { x: 0, y: 0 };
    for (const [confidence, rule] of [
      [0.1, "arg-max"],
      [0.9, "below-threshold"],
    ] as const) {
      const said = await equal.explainPixel(stripes(), place, { confidence });
      expect(said).toMatchObject({ rule, winner: { id: 1 }, top: [{ id: 1 }, { id: 2 }, { id: 0 }] });
      expect(said.top[0]?.probability).toBe(said.top[1]?.probability);
    }
  });

  test("refuses options that it has no use for, or that are misspelt", async () => {
    const place = { x: 0, y: 0 };
    for (const options of [{ topk: 3 }, { include: ["confidence"] }, { out: {} }, { onError: "result" }]) {
      await expect(model.explainPixel(stripes(), place, options as never)).rejects.toMatchObject({
        code: "OPTION_UNKNOWN",
      });
    }
    for (const options of [{ topK: 0 }, { confidence: 2 }, { topK: 1.5 }]) {
      await expect(model.explainPixel(stripes(), place, options)).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    }
    const closed = await AutoModel.fromPretrained(await tinyPackage());
    await closed.close();
    await expect(closed.explainPixel(stripes(), place)).rejects.toMatchObject({ code: "CLOSED" });
  });
});
