// The public API on a network whose answer is known: class 1 where red is brightest, 2 for green, 0 for blue.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type OverlayOptions, SemanticSegmentationResult } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { newFolder, rgbImage, stripeMap, stripeRow, stripes } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

describe("one image", () => {
  test("gives a class and a confidence for every pixel", async () => {
    const result = await model.infer(stripes());
    expect(result).toBeInstanceOf(SemanticSegmentationResult);
    expect(result.segmentationMap).toBeInstanceOf(Uint8Array);
    expect([...result.segmentationMap]).toEqual(stripeMap);
    expect([result.width, result.height, result.confidence.length]).toEqual([8, 8, 64]);
    // Softmax of the logits 10, 0, 0.
    const expected = Math.exp(10) / (Math.exp(10) + 2);
    for (const value of result.confidence) expect(Math.abs(value - expected)).toBeLessThan(1e-6);
    expect(result.nonFinitePixels).toBe(0);
    expect(result.classNames).toEqual(["background", "red", "green"]);
  });

  test("is the same as path, encoded bytes, URL and every kind of raw pixels", async () => {
    const rgb = stripes();
    const picture = sharp(rgb.data, { raw: { width: 8, height: 8, channels: 3 } });
    const png = await picture.png().toBuffer();
    const rgba = new Uint8Array(await picture.clone().ensureAlpha().raw().toBuffer());
    const bgr = Uint8Array.from(rgb.data, (_, i) => rgb.data[i - (i % 3) + 2 - (i % 3)] ?? 0);
    const file = path.join(await newFolder(), "stripes.png");
    await writeFile(file, png);
    const sources = [
      file,
      pathToFileURL(file),
      pathToFileURL(file).href,
      png,
      new Uint8Array(png).buffer,
      rgb,
      { ...rgb, data: rgba, channels: 4 } as const,
      { ...rgb, data: bgr, colorFormat: "bgr" } as const,
    ];
    for (const source of sources) expect([...(await model.infer(source)).segmentationMap]).toEqual(stripeMap);
  });

  test("says where it went and how long each stage took", async () => {
    const { imageMetadata, timings } = await model.infer(stripes());
    expect(imageMetadata).toEqual({
      sourceWidth: 8,
      sourceHeight: 8,
      staticCrop: { x: 0, y: 0, width: 8, height: 8 },
      resize: {
        mode: "stretch",
        inputWidth: 8,
        inputHeight: 8,
        padLeft: 0,
        padTop: 0,
        padRight: 0,
        padBottom: 0,
        scaleX: 1,
        scaleY: 1,
      },
    });
    expect(Object.keys(timings)).toEqual([
      "decode",
      "queue",
      "preprocess",
      "network",
      "postprocess",
      "total",
    ]);
    const { total, ...stages } = timings;
    for (const time of Object.values(stages)) expect(time >= 0 && time <= total).toBe(true);
  });

  test("counts its classes and paints them", async () => {
    const image = stripes();
    const result = await model.infer(image);
    expect((await result.classStats()).map(({ name, pixels, share }) => [name, pixels, share])).toEqual([
      ["background", 16, 0.25],
      ["red", 32, 0.5],
      ["green", 16, 0.25],
    ]);
    const raw = await result.overlay({ alpha: 1 });
    expect([...raw.data.subarray(12, 20)]).toEqual([60, 180, 75, 255, 0, 0, 0, 0]);
    const png = await result.overlay({ image, format: "png" });
    expect(await sharp(png).metadata()).toMatchObject({ format: "png", width: 8, height: 8 });
    const either: OverlayOptions = { format: "png" };
    expect(await result.overlay(either)).toBeInstanceOf(Buffer);
  });

  test("is copied at the call: changing raw pixels afterwards changes nothing", async () => {
    const image = stripes();
    const working = model.infer(image);
    image.data.fill(0);
    expect([...(await working).segmentationMap]).toEqual(stripeMap);
    const encoded = await sharp(stripes().data, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toBuffer();
    const mixed = stripes();
    const list = model.infer([encoded, mixed]);
    encoded.fill(0);
    mixed.data.fill(0);
    for (const result of await list) expect([...result.segmentationMap]).toEqual(stripeMap);
  });

  test("below the threshold becomes background with confidence 0", async () => {
    const dim = rgbImage(8, 8, () => [200, 180, 0]); // red wins with about 0.68
    const kept = await model.infer(dim, { confidence: 0.6 });
    expect(new Set(kept.segmentationMap)).toEqual(new Set([1]));
    const dropped = await model.infer(dim, { confidence: { red: 0.7, green: 0 } });
    expect(new Set(dropped.segmentationMap)).toEqual(new Set([0]));
    expect(new Set(dropped.confidence)).toEqual(new Set([0]));
  });
});

describe("a list", () => {
  test("gives one result an image, in order, of different sizes", async () => {
    const red = rgbImage(5, 3, () => [255, 0, 0]);
    const green = rgbImage(2, 9, () => [0, 255, 0]);
    const results = await model.infer([red, stripes(), green]);
    expect(results.map(({ width, height }) => [width, height])).toEqual([
      [5, 3],
      [8, 8],
      [2, 9],
    ]);
    expect([...(results[1]?.segmentationMap ?? [])]).toEqual(stripeMap);
    expect(new Set(results[2]?.segmentationMap)).toEqual(new Set([2]));
  });

  test("of one image is a list of one result, and longer than a batch is split", async () => {
    expect((await model.infer([stripes()])).length).toBe(1);
    const many = await model.infer(Array.from({ length: 19 }, stripes));
    for (const result of many) expect([...result.segmentationMap]).toEqual(stripeMap);
    expect(many.length).toBe(19);
  });

  test("without an image is EMPTY_BATCH", async () => {
    await expect(model.infer([])).rejects.toMatchObject({ code: "EMPTY_BATCH" });
  });

  test.each([
    [{ data: new Uint8Array(5), width: 2, height: 1 }, "IMAGE_INVALID"],
    ["/no/such/picture.jpg", "IMAGE_NOT_FOUND"],
    [Uint8Array.of(1, 2, 3), "IMAGE_UNSUPPORTED"],
  ])("with the bad image %j says which one", async (bad, code) => {
    await expect(model.infer([stripes(), bad, stripes()])).rejects.toMatchObject({
      code,
      detail: { index: 1 },
    });
  });
});

describe("inspect", () => {
  test("shows what the network was given and what it answered", async () => {
    const { inputTensor, logits, result } = await model.inspect(stripes());
    expect(inputTensor).toMatchObject({ dtype: "float32", shape: [3, 8, 8] });
    const reds = stripeRow.map((id) => (id === 1 ? 1 : 0));
    expect([...inputTensor.data.subarray(0, 8)]).toEqual(reds);
    expect(logits.shape).toEqual([3, 8, 8]);
    expect([...logits.data.subarray(64, 72)]).toEqual(reds.map((value) => value * 10));
    expect([...result.segmentationMap]).toEqual(stripeMap);
  });

  test("takes one image, not a list", async () => {
    await expect(model.inspect([stripes()] as never)).rejects.toMatchObject({ code: "IMAGE_INVALID" });
  });
});
