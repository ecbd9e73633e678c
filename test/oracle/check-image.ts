// One image through the real pipeline and through the oracle.

import type { DeepLabError, InferOptions, Inspection } from "deeplab-rt";
import { expect } from "vitest";
import { toFloats } from "../support/golden-set.js";
import type { FixedLogits } from "../support/networks.js";
import type { TestModel } from "../support/subject/subject.js";
import { compareIds, compareMaps, type Tolerance } from "./compare.js";
import { type Geometry, geometryOf } from "./geometry.js";
import { nv12ToRgb } from "./nv12.js";
import { type ClassRules, type Logits, postprocess } from "./postprocess.js";
import { type InputConfig, preprocess, toRgb } from "./preprocess.js";
import type { RandomImage } from "./random-case.js";
import { type Pixels, roundHalfEven } from "./resize-u8.js";

/**
 * Float32 against doubles. Positions along an axis of `side` logits are off by `side` half units in the last place, so
 * weights are; a probability moves by a quarter of what the logits' differences do. Never more than golden data allow.
 */
export function toleranceFor(logits: Logits): Tolerance {
  const side = Math.max(logits.width, logits.height);
  const largest = logits.data.reduce(
    (max, value) => Math.max(max, Number.isFinite(value) ? Math.abs(value) : 0),
    1,
  );
  const confidence = Math.min(1e-6 + 2 ** -24 * largest * (4 + side), 1e-4);
  return { confidence, ambiguity: 2 * confidence };
}

export interface Subject {
  readonly config: InputConfig;
  readonly logits: FixedLogits;
  readonly rules: ClassRules;
}

/** A captured tensor as float32. */
export function floatsOf({ dtype, data }: Inspection["logits"]): Float32Array {
  return toFloats(
    dtype,
    data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer,
  );
}

/** The code of the error that a picture must end in, or undefined where it must be answered. */
export function expectedError(subject: Subject, geometry: Geometry): string | undefined {
  const { crop, scaled, input, pads } = geometry;
  if (crop.width <= 0 || crop.height <= 0) return "IMAGE_EMPTY_CROP";
  if (scaled.width === 0 || scaled.height === 0) return "IMAGE_TOO_THIN";
  const left = (logits: number, side: number, before: number, after: number) =>
    logits - roundHalfEven((logits / side) * before) - roundHalfEven((logits / side) * after);
  const columns = left(subject.logits.width, input.width, pads.left, pads.right);
  const rows = left(subject.logits.height, input.height, pads.top, pads.bottom);
  return columns <= 0 || rows <= 0 ? "IMAGE_TOO_THIN" : undefined;
}

function rgbOf(image: RandomImage): Pixels {
  const { data, width, height, stride, colorFormat } = image;
  return colorFormat === "nv12" ? nv12ToRgb(image) : toRgb(data, width, height, stride, colorFormat);
}

function checkInput(inspection: Inspection, subject: Subject, image: RandomImage, geometry: Geometry): void {
  const expected = preprocess(subject.config, rgbOf(image), geometry);
  const actual = floatsOf(inspection.inputTensor);
  const { scalingFactor = 1, normalization } = subject.config;
  expect(inspection.inputTensor.shape).toEqual([3, geometry.input.height, geometry.input.width]);
  let wrong = 0;
  for (let i = 0; i < expected.length; i++) {
    const plane = Math.floor(i / (geometry.input.width * geometry.input.height));
    const std = normalization?.std[plane] ?? 1;
    const mean = Math.abs(normalization?.mean[plane] ?? 0);
    // The terms of (x / s - m) / d, each rounded to float32 a few times.
    const size = (Math.abs((expected[i] as number) * std) + 2 * mean) / std;
    const allowed = 4 * 2 ** -24 * size;
    if (!(Math.abs((actual[i] as number) - (expected[i] as number)) <= allowed)) wrong++;
  }
  expect(scalingFactor === 0 ? Number.NaN : wrong).toBe(0);
}

/** The logits that the network really gave. */
export function capturedLogits(inspection: Inspection): Logits {
  const [channels = 0, height = 0, width = 0] = inspection.logits.shape;
  return { channels, height, width, data: floatsOf(inspection.logits) };
}

/** Inspects one image and holds every stage against the oracle; true where it was answered. */
export async function checkImage(
  model: TestModel,
  subject: Subject,
  image: RandomImage,
  options: InferOptions,
): Promise<boolean> {
  const geometry = geometryOf(subject.config, image);
  const code = expectedError(subject, geometry);
  if (code !== undefined) {
    const refused = await model.inspect(image, options).catch((error: DeepLabError) => error.code);
    expect(refused).toBe(code);
    return false;
  }
  const inspection = await model.inspect(image, options);
  checkInput(inspection, subject, image, geometry);
  const logits = capturedLogits(inspection);
  const oracle = postprocess(logits, geometry, subject.rules);
  expect(compareMaps(inspection.result, oracle, toleranceFor(logits)).violations).toEqual([]);
  expect(inspection.result.nonFinitePixels).toBe(oracle.nonFinitePixels);
  const alone = await model.infer(image, { ...options, include: ["segmentationMap"] });
  expect(compareIds(alone.segmentationMap, oracle, toleranceFor(logits).ambiguity)).toEqual([]);
  expect(alone.nonFinitePixels).toBe(oracle.nonFinitePixels);
  return true;
}
