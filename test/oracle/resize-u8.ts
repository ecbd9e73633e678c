// Oracle: OpenCV's 8-bit INTER_LINEAR resize, in integers, so exact.

import type { Size } from "./geometry.js";

/** 8-bit pixels, interleaved. */
export interface Pixels extends Size {
  readonly channels: number;
  readonly data: Uint8Array;
}

interface LinearAxis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Int32Array;
  readonly secondWeight: Int32Array;
}

const weightOne = 2048;

/** Rounds to the nearest integer, halves to the even one (C's rint). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Positions are single precision; the horizontal axis zeroes the fraction outside the image, the vertical one does not. */
function linearAxis(source: number, target: number, zeroOutside: boolean): LinearAxis {
  const axis = {
    first: new Int32Array(target),
    second: new Int32Array(target),
    firstWeight: new Int32Array(target),
    secondWeight: new Int32Array(target),
  };
  const scale = 1 / (target / source);
  const inside = (index: number) => Math.min(Math.max(index, 0), source - 1);
  for (let i = 0; i < target; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const start = Math.floor(position);
    const outside = start < 0 || start >= source - 1;
    const fraction = zeroOutside && outside ? 0 : Math.fround(position - start);
    axis.first[i] = inside(start);
    axis.second[i] = inside(start + 1);
    axis.firstWeight[i] = roundHalfEven(Math.fround(1 - fraction) * weightOne);
    axis.secondWeight[i] = roundHalfEven(fraction * weightOne);
  }
  return axis;
}

function at(array: Int32Array | Uint8Array, index: number): number {
  return array[index] as number;
}

/** Both axes shrink by exactly 2: the mean of four pixels, rounded. */
function halve(image: Pixels, target: Size): Uint8Array {
  const { channels, data } = image;
  const row = image.width * channels;
  const out = new Uint8Array(target.width * target.height * channels);
  for (let i = 0; i < out.length; i++) {
    const c = i % channels;
    const x = Math.floor(i / channels) % target.width;
    const y = Math.floor(i / channels / target.width);
    const from = 2 * y * row + 2 * x * channels + c;
    const sum =
      at(data, from) + at(data, from + channels) + at(data, from + row) + at(data, from + row + channels);
    out[i] = (sum + 2) >> 2;
  }
  return out;
}

function linear(image: Pixels, target: Size): Uint8Array {
  const { channels, data, width } = image;
  const xs = linearAxis(width, target.width, true);
  const ys = linearAxis(image.height, target.height, false);
  const horizontal = (y: number, x: number, c: number) => {
    const row = y * width;
    const a = at(data, (row + at(xs.first, x)) * channels + c) * at(xs.firstWeight, x);
    const b = at(data, (row + at(xs.second, x)) * channels + c) * at(xs.secondWeight, x);
    return (a + b) >> 4;
  };
  const out = new Uint8Array(target.width * target.height * channels);
  let i = 0;
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < target.width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        const upper = (at(ys.firstWeight, y) * horizontal(at(ys.first, y), x, c)) >> 16;
        const lower = (at(ys.secondWeight, y) * horizontal(at(ys.second, y), x, c)) >> 16;
        out[i] = Math.min(Math.max((upper + lower + 2) >> 2, 0), 255);
      }
    }
  }
  return out;
}

/** `image` resized to `target`. */
export function resizeU8(image: Pixels, target: Size): Pixels {
  const halves = image.width === 2 * target.width && image.height === 2 * target.height;
  const data = halves ? halve(image, target) : linear(image, target);
  return { ...target, channels: image.channels, data };
}
