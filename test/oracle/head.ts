// Oracle: a linear Resize of ONNX, from the operator's text alone, in double precision. Puts back what a head
// cut took off the network.

import type { HeadCutInfo } from "deeplab-rt";
import type { Logits } from "./postprocess.js";

export type HeadInterpolation = NonNullable<HeadCutInfo["interpolation"]>;

interface Tap {
  readonly first: number;
  readonly second: number;
  /** Weight of the second one. */
  readonly fraction: number;
}

type Axis = HeadInterpolation["rows"];

/** Length of an axis behind the interpolation; products that float32 makes whole are whole. */
export function enlargedSize({ scale, size }: Axis, length: number): number {
  return size > 0 ? size : Math.floor(Math.fround(Math.fround(scale) * length));
}

function place(
  mode: HeadInterpolation["coordinateMode"],
  i: number,
  scale: number,
  from: number,
  to: number,
) {
  switch (mode) {
    case "asymmetric":
      return i / scale;
    case "align_corners":
      return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    case "pytorch_half_pixel":
      return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
  }
}

function taps(mode: HeadInterpolation["coordinateMode"], axis: Axis, from: number): Tap[] {
  const to = enlargedSize(axis, from);
  const scale = axis.size > 0 ? axis.size / from : Math.fround(axis.scale);
  return Array.from({ length: to }, (_, i) => {
    const x = Math.min(Math.max(place(mode, i, scale, from, to), 0), from - 1);
    const first = Math.floor(x);
    return { first, second: Math.min(first + 1, from - 1), fraction: x - first };
  });
}

/** The logits that the whole network would give; rounded to float32 once. */
export function enlarge(logits: Logits, { coordinateMode, rows, columns }: HeadInterpolation): Logits {
  const ys = taps(coordinateMode, rows, logits.height);
  const xs = taps(coordinateMode, columns, logits.width);
  const data = new Float32Array(logits.channels * ys.length * xs.length);
  const row = new Float64Array(logits.width);
  let out = 0;
  for (let k = 0; k < logits.channels; k++) {
    const plane = logits.data.subarray(k * logits.width * logits.height);
    for (const { first, second, fraction } of ys) {
      for (let x = 0; x < row.length; x++) {
        const upper = plane[first * row.length + x] as number;
        row[x] = upper + fraction * ((plane[second * row.length + x] as number) - upper);
      }
      for (const tap of xs) {
        const left = row[tap.first] as number;
        data[out++] = left + tap.fraction * ((row[tap.second] as number) - left);
      }
    }
  }
  return { channels: logits.channels, height: ys.length, width: xs.length, data };
}

/** What the whole network gives, by what the session gave. */
export function networkLogits(logits: Logits, { interpolation }: HeadCutInfo): Logits {
  return interpolation === null ? logits : enlarge(logits, interpolation);
}
