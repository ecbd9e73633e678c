// Oracle: from 8-bit pixels to the network's input tensor; from the spec alone (contrast is judged by golden data).

import type { Geometry, PlacementConfig } from "./geometry.js";
import { type Pixels, resizeU8 } from "./resize-u8.js";

export interface InputConfig extends PlacementConfig {
  /** Value of letterbox canvas pixels, before scaling. */
  readonly paddingValue: number;
  readonly networkColor: "rgb" | "bgr";
  /** `x / scalingFactor`, where the package has one. */
  readonly scalingFactor: number | undefined;
  /** `(x - mean) / std`, where the package has one. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined;
  readonly grayscale: boolean;
}

export type ColorFormat = "rgb" | "bgr" | "rgba" | "bgra" | "gray";

const offsets: Record<ColorFormat, readonly [number, number, number, number]> = {
  rgb: [0, 1, 2, 3],
  bgr: [2, 1, 0, 3],
  rgba: [0, 1, 2, 4],
  bgra: [2, 1, 0, 4],
  gray: [0, 0, 0, 1],
};

/** Bytes of one pixel. */
export const bytesPerPixel = (format: ColorFormat): number => offsets[format][3];

/** Any raw format as packed RGB. `stride` is the distance of two rows in bytes. */
export function toRgb(
  data: Uint8Array,
  width: number,
  height: number,
  stride: number,
  format: ColorFormat,
): Pixels {
  const [red, green, blue, step] = offsets[format];
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * stride + x * step;
      out.set([data[from + red] ?? 0, data[from + green] ?? 0, data[from + blue] ?? 0], (y * width + x) * 3);
    }
  }
  return { width, height, channels: 3, data: out };
}

function cut(image: Pixels, x: number, y: number, width: number, height: number): Pixels {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * image.width + x) * channels;
    data.set(image.data.subarray(start, start + width * channels), row * width * channels);
  }
  return { width, height, channels, data };
}

/** OpenCV's 15-bit integer luma, in all three channels. */
function toGray(image: Pixels): Pixels {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = image.data.subarray(i, i + 3);
    data.fill((red * 9798 + green * 19235 + blue * 3735 + 16384) >> 15, i, i + 3);
  }
  return { ...image, data };
}

/** The 8-bit canvas value at a place, before scaling; undefined on the pads. */
function placed(
  image: Pixels,
  geometry: Geometry,
): (channel: number, x: number, y: number) => number | undefined {
  const { left, top } = geometry.pads;
  return (channel, x, y) => {
    const column = x - left;
    const row = y - top;
    if (column < 0 || row < 0 || column >= image.width || row >= image.height) return undefined;
    return image.data[(row * image.width + column) * 3 + channel];
  };
}

/** Network input `[3, H, W]` in double precision. */
export function preprocess(config: InputConfig, source: Pixels, geometry: Geometry): Float64Array {
  const { crop, input } = geometry;
  const cropped = cut(source, crop.x, crop.y, crop.width, crop.height);
  const coloured = config.grayscale ? toGray(cropped) : cropped;
  const centered = config.resizeMode === "center-crop";
  const pixelAt = placed(centered ? coloured : resizeU8(coloured, geometry.scaled), geometry);
  const empty = centered ? 0 : config.paddingValue;
  const out = new Float64Array(3 * input.width * input.height);
  let i = 0;
  for (let plane = 0; plane < 3; plane++) {
    const channel = config.networkColor === "rgb" ? plane : 2 - plane;
    const mean = config.normalization?.mean[plane] ?? 0;
    const std = config.normalization?.std[plane] ?? 1;
    for (let y = 0; y < input.height; y++) {
      for (let x = 0; x < input.width; x++, i++) {
        out[i] = ((pixelAt(channel, x, y) ?? empty) / (config.scalingFactor ?? 1) - mean) / std;
      }
    }
  }
  return out;
}
