// The option limitInputPixels: a model's own limit for encoded pictures, wherever they come from.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type FromPretrainedOptions, overlay } from "deeplab-rt";
import { afterAll, describe, expect, test } from "vitest";
import { anyPng } from "../support/hostile-pictures.js";
import { oddPicture } from "../support/odd-pictures.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const [width, height] = [37, 23];
const picture = oddPicture("png-rgb8.png");
const folder = await tinyPackage();

async function withModel<T>(
  options: FromPretrainedOptions,
  use: (model: Awaited<ReturnType<typeof AutoModel.fromPretrained>>) => Promise<T>,
): Promise<T> {
  const model = await AutoModel.fromPretrained(folder, { device: "cpu", ...options });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

const tooLarge = { code: "IMAGE_TOO_LARGE", detail: { width, height, allowed: width * height - 1 } };

describe("limitInputPixels", () => {
  test("lets through a picture of just so many pixels", async () => {
    const result = await withModel({ limitInputPixels: width * height }, (model) => model.infer(picture));
    expect([result.width, result.height]).toEqual([width, height]);
  });

  test("refuses a larger one as bytes, path, base64 and Blob, with the size found", async () => {
    const file = path.join(await newFolder(), "picture.png");
    await writeFile(file, picture);
    const sources = [
      picture,
      file,
      { base64: picture.toString("base64") },
      new Blob([Uint8Array.from(picture)]),
    ];
    await withModel({ limitInputPixels: width * height - 1 }, async (model) => {
      for (const source of sources) await expect(model.infer(source)).rejects.toMatchObject(tooLarge);
      await expect(model.infer([oddPicture("png-1x1.png"), picture])).rejects.toMatchObject({
        code: "IMAGE_TOO_LARGE",
        detail: { ...tooLarge.detail, index: 1 },
      });
    });
  });

  test("does not count raw pixels, which are in memory already", async () => {
    const data = new Uint8Array(width * height * 3);
    const result = await withModel({ limitInputPixels: 1 }, (model) => model.infer({ data, width, height }));
    expect(result.segmentationMap.length).toBe(width * height);
  });

  test("is a whole number from 1 to 2^28", async () => {
    for (const limitInputPixels of [0, -1, 1.5, 2 ** 28 + 1, Number.NaN, "9", false] as number[]) {
      await expect(AutoModel.fromPretrained(folder, { limitInputPixels })).rejects.toMatchObject({
        code: "OPTION_INVALID",
        message: expect.stringContaining("limitInputPixels"),
      });
    }
    await withModel({ limitInputPixels: 2 ** 28 }, (model) => model.infer(picture));
  });
});

describe("the picture of an overlay", () => {
  const raw = { data: new Uint8Array(width * height * 3), width, height };
  // A header that says 120 megapixels, and too little behind it: refused for its size, or tried and found to be a lie.
  const large = anyPng({ size: [12_000, 10_000], data: Buffer.alloc(100) });
  const refused = {
    code: "IMAGE_TOO_LARGE",
    detail: { width: 12_000, height: 10_000, allowed: 100_000_000 },
  };
  const tried = { code: "IMAGE_CORRUPT" };

  test("may be as large as the model's own pictures, raised or lowered", async () => {
    await withModel({}, async (model) => {
      const result = await model.infer(raw);
      await expect(model.infer(large)).rejects.toMatchObject(refused);
      await expect(result.overlay({ image: large })).rejects.toMatchObject(refused);
      expect((await result.overlay({ image: picture })).width).toBe(width);
    });
    await withModel({ limitInputPixels: 120_000_000 }, async (model) => {
      const result = await model.infer(raw);
      await expect(model.infer(large)).rejects.toMatchObject(tried);
      await expect(result.overlay({ image: large })).rejects.toMatchObject(tried);
      // Without the model there is the default.
      await expect(overlay(large, result)).rejects.toMatchObject(refused);
    });
    await withModel({ limitInputPixels: width * height - 1 }, async (model) => {
      const result = await model.infer(raw);
      await expect(result.overlay({ image: picture })).rejects.toMatchObject(tooLarge);
      expect((await overlay(picture, result)).width).toBe(width);
    });
  });

  test("may be as large as the picture that the maps say they are of, without a model", async () => {
    const maps = {
      segmentationMap: new Uint8Array(4),
      width: 2,
      height: 2,
      classNames: ["background"],
      backgroundClassId: 0,
    };
    const source = (sourceWidth: number) => ({
      ...maps,
      imageMetadata: { sourceWidth, sourceHeight: 10_000 },
    });
    await expect(overlay(large, source(12_000))).rejects.toMatchObject(tried);
    await expect(overlay(large, source(11_999))).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      detail: { allowed: 119_990_000 },
    });
    // More than sharp takes by itself, and behind the header nearly enough for a picture of one colour.
    const larger = anyPng({ size: [30_000, 10_000], data: randomBytes(2 ** 20) });
    await expect(overlay(larger, source(30_000))).rejects.toMatchObject({
      ...tried,
      message: expect.not.stringContaining("limit"),
    });
  });
});
