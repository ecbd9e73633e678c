// The option limitInputPixels: a model's own limit for encoded pictures, wherever they come from.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, type FromPretrainedOptions } from "deeplab-rt";
import { afterAll, describe, expect, test } from "vitest";
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
