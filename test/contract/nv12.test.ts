// NV12 as cameras give it, through the whole pipeline: the same classes as the same picture in RGB.

import { expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const kr = { bt601: 0.299, bt709: 0.2126 };
const kb = { bt601: 0.114, bt709: 0.0722 };

/** One colour as luma and chroma, by the definition of the matrix. */
function yuv(rgb: readonly number[], matrix: "bt601" | "bt709", range: "limited" | "full") {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => value / 255);
  const y = kr[matrix] * r + (1 - kr[matrix] - kb[matrix]) * g + kb[matrix] * b;
  const [cb, cr] = [(b - y) / (2 - 2 * kb[matrix]), (r - y) / (2 - 2 * kr[matrix])];
  return range === "full"
    ? [255 * y, 128 + 255 * cb, 128 + 255 * cr]
    : [16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr];
}

/** Red left, green right, split at an even column, in rows of `stride` bytes whose padding is noise. */
function nv12(
  width: number,
  height: number,
  stride: number,
  matrix: "bt601" | "bt709",
  range: "limited" | "full",
) {
  const split = (width >> 1) & ~1;
  const colors = [yuv([255, 0, 0], matrix, range), yuv([0, 255, 0], matrix, range)];
  const at = (x: number) => colors[x < split ? 0 : 1] ?? [];
  const data = new Uint8ClampedArray(stride * (height + Math.ceil(height / 2))).fill(77);
  for (let row = 0; row < height; row++)
    for (let x = 0; x < width; x++) data[row * stride + x] = Math.round(at(x)[0] ?? 0);
  for (let row = height; row < height + Math.ceil(height / 2); row++)
    for (let x = 0; x < width; x += 2)
      data.set([Math.round(at(x)[1] ?? 0), Math.round(at(x)[2] ?? 0)], row * stride + x);
  return { data, width, height, stride, colorFormat: "nv12" as const, matrix, range };
}

test.each([
  [16, 8, 16],
  [16, 8, 24],
  [15, 7, 16],
])("%i×%i with %i bytes a row, in every matrix and range", async (width, height, stride) => {
  const split = (width >> 1) & ~1;
  const rgb = rgbImage(width, height, (x) => (x < split ? [255, 0, 0] : [0, 255, 0]));
  const expected = await model.infer(rgb, { confidence: 0 });
  for (const matrix of ["bt601", "bt709"] as const) {
    for (const range of ["limited", "full"] as const) {
      const result = await model.infer(nv12(width, height, stride, matrix, range), { confidence: 0 });
      expect([...result.segmentationMap], `${matrix} ${range}`).toEqual([...expected.segmentationMap]);
      // A level or two of rounding between the formats, times the network's weights.
      const worst = result.confidence.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (expected.confidence[i] ?? 2))),
        0,
      );
      expect(worst).toBeLessThan(0.02);
    }
  }
});

test("its overlay is the picture in RGB, whatever it came as", async () => {
  const rgb = rgbImage(16, 8, (x) => (x < 8 ? [255, 0, 0] : [0, 255, 0]));
  const options = { include: ["overlay"], overlay: { alpha: 0 } } as const;
  const expected = await model.infer(rgb, options);
  const { overlayImage } = await model.infer(nv12(16, 8, 16, "bt601", "full"), options);
  const worst = overlayImage.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (expected.overlayImage.data[i] ?? 999))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(2);
});
