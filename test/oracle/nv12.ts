// Oracle: NV12 to packed RGB, from the standards' numbers; each two by two pixels share one sample of chroma.

import type { Pixels } from "./resize-u8.js";

/** A picture in NV12: luma rows, then rows of Cb, Cr; both of `stride` bytes. */
export interface Nv12Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly matrix?: "bt601" | "bt709" | undefined;
  readonly range?: "limited" | "full" | undefined;
}

const one = 2 ** 20;

/** Weights of luma, of Cr in red, of Cb and Cr in green, of Cb in blue, as whole multiples of 2^-20. */
function weights({ matrix = "bt601", range = "limited" }: Nv12Picture): readonly number[] {
  const round = (values: readonly number[]) => values.map((value) => Math.round(value * one));
  // OpenCV's own decimals.
  if (matrix === "bt601" && range === "limited") return round([1.164, 1.596, -0.391, -0.813, 2.018]);
  const [kr, kb] = matrix === "bt601" ? [0.299, 0.114] : [0.2126, 0.0722];
  const kg = 1 - kr - kb;
  const [luma, chroma] = range === "limited" ? [255 / 219, 255 / 224] : [1, 1];
  const [red, blue] = [2 * (1 - kr) * chroma, 2 * (1 - kb) * chroma];
  return round([luma, red, (-blue * kb) / kg, (-red * kr) / kg, blue]);
}

/** Bytes of a row of chroma, the least that `stride` may be. */
export const nv12RowBytes = (width: number): number => 2 * Math.ceil(width / 2);

/** Rows of bytes: luma and chroma. */
export const nv12Rows = (height: number): number => height + Math.ceil(height / 2);

/** The picture as packed RGB. */
export function nv12ToRgb(picture: Nv12Picture): Pixels {
  const { data, width, height, stride } = picture;
  const [light, redV, greenU, greenV, blueU] = weights(picture) as [number, number, number, number, number];
  const black = picture.range === "full" ? 0 : 16;
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (height + Math.floor(y / 2)) * stride + 2 * Math.floor(x / 2);
      const [u, v] = [(data[at] as number) - 128, (data[at + 1] as number) - 128];
      const luma = Math.max((data[y * stride + x] as number) - black, 0) * light + one / 2;
      const rgb = [luma + redV * v, luma + greenU * u + greenV * v, luma + blueU * u];
      out.set(
        rgb.map((value) => Math.floor(value / one)),
        (y * width + x) * 3,
      );
    }
  }
  return { width, height, channels: 3, data: new Uint8Array(out.buffer) };
}
