// Oracle: from logits to the two maps, in double precision and one pixel after the other; from the spec alone.

import type { Geometry } from "./geometry.js";
import { roundHalfEven } from "./resize-u8.js";
import { type AxisTaps, identityTaps, resizeTaps } from "./taps.js";

/** Logits of one image, `[channels, height, width]`. */
export interface Logits {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

export interface ClassRules {
  /** Names in `class_names.txt`. */
  readonly classCount: number;
  readonly backgroundId: number;
  /** One threshold per class id; compared in single precision. */
  readonly thresholds: ArrayLike<number>;
}

/** One value that a pixel may have. */
export interface Outcome {
  readonly id: number;
  readonly confidence: number;
}

export interface OracleMaps {
  readonly width: number;
  readonly height: number;
  readonly ids: Uint16Array;
  readonly confidence: Float64Array;
  readonly nonFinitePixels: number;
  /** Everything that an engine whose probabilities are off by less than `tolerance` may say about a pixel. */
  outcomes(x: number, y: number, tolerance: number): Outcome[];
  /** The probability of every channel at a pixel: 0 outside the crop and where logits are not finite. */
  probabilities(x: number, y: number): Float64Array;
}

/** Logits with the pads cropped away or added, then resized: taps into an axis that starts at `offset` of the stored one. */
interface LogitAxis {
  readonly taps: AxisTaps;
  readonly offset: number;
  readonly length: number;
}

/** One axis between logits and output; pads come in input pixels. */
function logitAxis(logits: number, input: number, before: number, after: number, output: number): LogitAxis {
  const scale = logits / input;
  const start = roundHalfEven(scale * before);
  const length = logits - start - roundHalfEven(scale * after);
  return {
    taps: length === output ? identityTaps(length) : resizeTaps(length, output),
    offset: start,
    length,
  };
}

/** Class id of each channel: the background's slot is skipped where the network has no channel for it. */
function channelIds(channels: number, rules: ClassRules): number[] {
  const skips = channels === 1 || channels + 1 === rules.classCount;
  return Array.from({ length: channels }, (_, k) => (skips && k >= rules.backgroundId ? k + 1 : k));
}

/** The resized logits: row by row for the whole picture, and tap by tap for one pixel. */
class Sampler {
  readonly #rowBuffer: Float64Array;
  #row = -1;

  constructor(
    readonly logits: Logits,
    readonly xs: LogitAxis,
    readonly ys: LogitAxis,
    readonly padding: number,
  ) {
    this.#rowBuffer = new Float64Array(logits.channels * xs.length);
  }

  /** A logit of the cropped or padded plane. */
  stored(k: number, row: number, column: number): number {
    const { width, height, data } = this.logits;
    const y = row + this.ys.offset;
    const x = column + this.xs.offset;
    if (x < 0 || y < 0 || x >= width || y >= height) return this.padding;
    return data[(k * height + y) * width + x] as number;
  }

  #moveTo(y: number): void {
    const start = this.ys.taps.starts[y] as number;
    const weights = this.ys.taps.weights[y] as Float64Array;
    this.#rowBuffer.fill(0);
    for (let k = 0; k < this.logits.channels; k++) {
      for (let j = 0; j < weights.length; j++) {
        const weight = weights[j] as number;
        const base = k * this.xs.length;
        if (weight === 0) continue;
        for (let x = 0; x < this.xs.length; x++) {
          (this.#rowBuffer[base + x] as number) += weight * this.stored(k, start + j, x);
        }
      }
    }
    this.#row = y;
  }

  /** All channels of an output pixel. */
  pixel(x: number, y: number, out: Float64Array): void {
    if (this.#row !== y) this.#moveTo(y);
    const start = this.xs.taps.starts[x] as number;
    const weights = this.xs.taps.weights[x] as Float64Array;
    for (let k = 0; k < out.length; k++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) {
        if (weights[j] === 0) continue;
        sum += (weights[j] as number) * (this.#rowBuffer[k * this.xs.length + start + j] as number);
      }
      out[k] = sum;
    }
  }

  /** Whether two channels hold the same logits wherever this pixel looks. */
  tied(a: number, b: number, x: number, y: number): boolean {
    const rows = (this.ys.taps.weights[y] as Float64Array).length;
    const columns = (this.xs.taps.weights[x] as Float64Array).length;
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const row = (this.ys.taps.starts[y] as number) + j;
        const column = (this.xs.taps.starts[x] as number) + i;
        if (this.stored(a, row, column) !== this.stored(b, row, column)) return false;
      }
    }
    return true;
  }
}

interface Best {
  readonly channel: number;
  readonly probability: number;
}

/** `softmax` of one pixel in place (`sigmoid` of a single channel) and its first maximum; undefined if a logit is not finite. */
function probabilities(values: Float64Array): Best | undefined {
  let channel = 0;
  for (let k = 0; k < values.length; k++) {
    if (!Number.isFinite(values[k])) return undefined;
    if ((values[k] as number) > (values[channel] as number)) channel = k;
  }
  if (values.length === 1) {
    values[0] = 1 / (1 + Math.exp(-(values[0] as number)));
    return { channel: 0, probability: values[0] };
  }
  const largest = values[channel] as number;
  let sum = 0;
  for (let k = 0; k < values.length; k++) {
    const power = Math.exp((values[k] as number) - largest);
    values[k] = power;
    sum += power;
  }
  for (let k = 0; k < values.length; k++) values[k] = (values[k] as number) / sum;
  return { channel, probability: 1 / sum };
}

/** What the threshold leaves of a class: exact where the probability is the same in every arithmetic. */
function thresholded(id: number, confidence: number, slack: number, rules: ClassRules): Outcome[] {
  const limit = Math.fround(rules.thresholds[id] as number);
  const distance = Math.fround(confidence) - limit;
  const kept = distance >= 0 || confidence - limit > -slack;
  const dropped = distance < 0 || confidence - limit < slack;
  const background = { id: rules.backgroundId, confidence: 0 };
  return [...(kept ? [{ id, confidence }] : []), ...(dropped ? [background] : [])];
}

/** Channels that may win at a pixel: within `tolerance` of the best, and of exactly tied ones the first only. */
function winners(
  sampler: Sampler,
  values: Float64Array,
  best: number,
  x: number,
  y: number,
  tolerance: number,
) {
  const near = [...values.keys()].filter((k) => best - (values[k] as number) <= tolerance);
  return near.filter((k, i) => !near.slice(0, i).some((earlier) => sampler.tied(earlier, k, x, y)));
}

/** The whole of post-processing for one image. */
export function postprocess(logits: Logits, geometry: Geometry, rules: ClassRules): OracleMaps {
  const { crop, input, pads, source } = geometry;
  const sampler = new Sampler(
    logits,
    logitAxis(logits.width, input.width, pads.left, pads.right, crop.width),
    logitAxis(logits.height, input.height, pads.top, pads.bottom, crop.height),
    rules.backgroundId,
  );
  const ids = channelIds(logits.channels, rules);
  const onCanvas = crop.x > 0 || crop.y > 0;
  const { width, height } = onCanvas ? source : crop;
  const [left, top] = onCanvas ? [crop.x, crop.y] : [0, 0];
  const maps = {
    ids: new Uint16Array(width * height).fill(rules.backgroundId),
    confidence: new Float64Array(width * height),
  };
  const values = new Float64Array(logits.channels);
  let nonFinitePixels = 0;
  for (let y = 0; y < crop.height; y++) {
    for (let x = 0; x < crop.width; x++) {
      sampler.pixel(x, y, values);
      const best = probabilities(values);
      if (best === undefined) {
        nonFinitePixels++;
        continue;
      }
      const id = ids[best.channel] as number;
      if (Math.fround(best.probability) < Math.fround(rules.thresholds[id] as number)) continue;
      const at = (y + top) * width + x + left;
      maps.ids[at] = id;
      maps.confidence[at] = best.probability;
    }
  }
  const outcomes = (column: number, row: number, tolerance: number): Outcome[] => {
    const background = { id: rules.backgroundId, confidence: 0 };
    const [x, y] = [column - left, row - top];
    if (x < 0 || y < 0 || x >= crop.width || y >= crop.height) return [background];
    sampler.pixel(x, y, values);
    const allZero = values.every((value) => value === 0);
    const best = probabilities(values);
    if (best === undefined) return [background];
    const channels = winners(sampler, values, best.probability, x, y, tolerance);
    // All channels tied: every arithmetic gets 1/K. A single channel's logit 0 is exactly 1/2.
    const exact = logits.channels === 1 ? allZero : values.every((_, k) => sampler.tied(0, k, x, y));
    const slack = exact ? 0 : tolerance;
    return channels.flatMap((k) => thresholded(ids[k] as number, best.probability, slack, rules));
  };
  const ofChannels = (column: number, row: number): Float64Array => {
    const [x, y] = [column - left, row - top];
    if (x < 0 || y < 0 || x >= crop.width || y >= crop.height) return new Float64Array(values.length);
    sampler.pixel(x, y, values);
    return probabilities(values) === undefined ? new Float64Array(values.length) : values.slice();
  };
  return { width, height, ...maps, nonFinitePixels, outcomes, probabilities: ofChannels };
}
