// Holds one image of a golden case against the reference, and against the oracle fed with our own logits.

import type { Inspection, SemanticSegmentationResult } from "deeplab-rt";
import { expect } from "vitest";
import { type ActualMaps, compareIds, compareMaps } from "../oracle/compare.js";
import { type Geometry, geometryOf } from "../oracle/geometry.js";
import { networkLogits } from "../oracle/head.js";
import { type Logits, type OracleMaps, postprocess } from "../oracle/postprocess.js";
import { preprocess, toRgb } from "../oracle/preprocess.js";
import { goldenInput } from "../support/golden-config.js";
import { goldenRules, ofImage, rulesFor } from "../support/golden-rules.js";
import {
  type GoldenCase,
  type GoldenSuccess,
  goldenConfidence,
  goldenImage,
  goldenMap,
  goldenTensor,
  roundToHalf,
  toFloats,
} from "../support/golden-set.js";
import { onOtherProcessor } from "../support/subject/variant.js";
import type { Answers } from "./calls.js";
import { type Deviation, largestError } from "./deviations.js";

/** One image of a case that was answered. */
export interface AnsweredImage {
  readonly item: GoldenCase;
  readonly index: number;
  readonly answers: Answers;
}

/**
 * Bounds of what the network computes. Equal on the kind of processor that made the set; others add in another order. On
 * arm64 and on GPUs the engine computes half networks in half, here in float32: there our maps are judged by the oracle,
 * which takes our own logits, and the reference's only say that they belong to the same picture.
 */
const network = onOtherProcessor()
  ? { logits: 3e-5, halfLogits: 4e-2, halfMaps: 4e-2 }
  : { logits: 1e-5, halfLogits: 2e-3, halfMaps: 1e-3 };
/** float16 logits are computed in float32 here, in half there. */
const bound = (half: boolean) => (half ? network.halfMaps : 1e-4);
const inputBound = 1e-6;
/** Behind a cut head the oracle enlarges in double what the reference's runtime does in float32. */
const enlargedLogitsBound = 5e-5;
/** Our own arithmetic against doubles, from the same logits. */
const oracleBound = { ambiguity: 2e-5, confidence: 2e-5 };

function floatsOf({ dtype, data }: Inspection["logits"]): Float32Array {
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return toFloats(dtype, bytes as ArrayBuffer);
}

function answered({ answers, index }: AnsweredImage): {
  result: SemanticSegmentationResult;
  inspection: Inspection;
} {
  const result = answers.results[index];
  const inspection = answers.inspections[index];
  if (result === undefined || inspection === undefined) throw new Error(`no answer for image ${index}`);
  return { result, inspection };
}

/** Our own logits as the oracle takes them: those of the whole network, whatever was cut off it. */
function ownLogits(image: AnsweredImage): Logits {
  const { logits } = answered(image).inspection;
  const [channels = 0, height = 0, width = 0] = logits.shape;
  return networkLogits({ channels, height, width, data: floatsOf(logits) }, image.answers.info.headCut);
}

/** Geometry from the oracle; ours must be the same. */
function checkGeometry(image: AnsweredImage, geometry: Geometry): void {
  const { imageMetadata: meta } = answered(image).result;
  const { left, top, right, bottom } = geometry.pads;
  expect({ width: meta.sourceWidth, height: meta.sourceHeight }).toEqual(geometry.source);
  expect(meta.staticCrop).toEqual(geometry.crop);
  expect(meta.resize).toMatchObject({
    inputWidth: geometry.input.width,
    inputHeight: geometry.input.height,
    padLeft: left,
    padTop: top,
    padRight: right,
    padBottom: bottom,
  });
}

async function oracleGeometry({ item, index }: AnsweredImage): Promise<Geometry> {
  const { width, height } = await goldenImage(item.inputs[index]?.image ?? "");
  return geometryOf(goldenInput(item).config, { width, height });
}

/** Geometry and maps against the oracle, from our own logits; every way of asking must give the same maps. */
export async function compareWithOracle(image: AnsweredImage): Promise<void> {
  const { result, inspection } = answered(image);
  const geometry = await oracleGeometry(image);
  checkGeometry(image, geometry);
  const logits = ownLogits(image);
  const rules = rulesFor(image.item, image.answers.classNames, logits.channels);
  const oracle = postprocess(logits, geometry, rules);
  for (const maps of [result, inspection.result]) {
    expect(compareMaps(maps, oracle, oracleBound).violations).toEqual([]);
  }
  const alone = image.answers.mapsAlone[image.index] ?? [];
  expect(compareIds(alone, oracle, oracleBound.ambiguity)).toEqual([]);
}

/** The input tensor against the oracle, for a picture that is gray. */
export async function compareGrayInput(image: AnsweredImage): Promise<void> {
  const { config } = goldenInput(image.item);
  const { width, height, data } = await goldenImage(image.item.inputs[image.index]?.image ?? "");
  const gray = data.filter((_, i) => i % 3 === 0);
  const pixels = toRgb(gray, width, height, width, "gray");
  const expected = preprocess(config, pixels, await oracleGeometry(image));
  expect(largestError(floatsOf(answered(image).inspection.inputTensor), expected)).toBeLessThan(inputBound);
}

/** Scales as the reference reports them, next to the pads and sizes that the oracle judges. */
function compareMetadata(image: AnsweredImage, item: GoldenSuccess): void {
  const meta = answered(image).result.imageMetadata;
  const theirs = item.pre_processing_metadata[image.index];
  expect(meta.resize).toMatchObject({
    padLeft: theirs?.pad_left,
    padTop: theirs?.pad_top,
    padRight: theirs?.pad_right,
    padBottom: theirs?.pad_bottom,
  });
  expect(meta.resize.scaleX).toBeCloseTo(theirs?.scale_width ?? Number.NaN, 9);
  expect(meta.resize.scaleY).toBeCloseTo(theirs?.scale_height ?? Number.NaN, 9);
  expect({ width: meta.staticCrop.width, height: meta.staticCrop.height }).toEqual(
    theirs?.size_after_pre_processing,
  );
}

function stageError(
  ours: Float32Array,
  theirs: Float32Array | undefined,
  image: AnsweredImage,
  half: boolean,
): number {
  if (theirs === undefined) return 0;
  const expected = ofImage(theirs, image.item.inputs.length, image.index);
  // The set holds the input as it was before the cast to half.
  return largestError(ours, half ? expected.map(roundToHalf) : expected);
}

/** Input tensor, logits and metadata against the reference. */
export function compareStages(image: AnsweredImage, item: GoldenSuccess): { input: number; logits: number } {
  const { inputTensor, logits: captured } = answered(image).inspection;
  compareMetadata(image, item);
  const isHalf = ({ dtype }: Inspection["logits"]) => dtype === "float16";
  const theirInput = goldenTensor(item.input_tensor);
  const input = stageError(floatsOf(inputTensor), theirInput, image, isHalf(inputTensor));
  expect(input).toBeLessThan(inputBound);
  const logits = stageError(ownLogits(image).data, goldenTensor(item.logits), image, isHalf(captured));
  const exact = image.answers.info.headCut.cut ? enlargedLogitsBound : network.logits;
  expect(logits).toBeLessThan(isHalf(captured) ? network.halfLogits : exact);
  return { input, logits };
}

/** What decides which pixels may differ: the reference's logits where they are stored, else ours. */
function judge(image: AnsweredImage, item: GoldenSuccess, geometry: Geometry): OracleMaps {
  const own = ownLogits(image);
  const stored = goldenTensor(item.logits);
  const data = stored === undefined ? own.data : ofImage(stored, item.inputs.length, image.index);
  return postprocess({ ...own, data }, geometry, goldenRules(item));
}

/** Our maps beside the reference's, pixel by pixel. Confidence is NaN where the set holds only samples of it. */
async function referenceMaps(item: GoldenSuccess, index: number): Promise<ActualMaps> {
  const result = item.results[index];
  if (result === undefined) throw new Error(`${item.id} has no result ${index}`);
  const [height, width] = result.segmentation_map.shape;
  const { values, stride } = goldenConfidence(result);
  const columns = Math.ceil(width / stride);
  const confidence = new Float32Array(width * height).fill(Number.NaN);
  for (const [i, value] of values.entries()) {
    confidence[Math.floor(i / columns) * stride * width + (i % columns) * stride] = value;
  }
  return { width, height, segmentationMap: await goldenMap(result), confidence };
}

/** Both maps against the reference. */
export async function compareMapsWithReference(
  image: AnsweredImage,
  item: GoldenSuccess,
): Promise<Omit<Deviation, "input" | "logits">> {
  const ours = answered(image).result;
  const theirs = await referenceMaps(item, image.index);
  expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
  const half = item.logits.dtype === "float16";
  const tolerance = bound(half);
  const geometry = await oracleGeometry(image);
  let oracle: OracleMaps | undefined; // asked only where something differs
  const wrong: string[] = [];
  let ambiguousPixels = 0;
  let confidence = 0;
  for (let i = 0; i < theirs.segmentationMap.length; i++) {
    const [id, value] = [ours.segmentationMap[i] as number, ours.confidence[i] as number];
    const error = Math.abs(value - (theirs.confidence[i] as number));
    if (id === theirs.segmentationMap[i] && !(error > tolerance)) {
      confidence = Math.max(confidence, error || 0);
      continue;
    }
    const [x, y] = [i % theirs.width, Math.floor(i / theirs.width)];
    oracle ??= judge(image, item, geometry);
    const allowed = oracle.outcomes(x, y, tolerance);
    if (allowed.some((o) => o.id === id && Math.abs(o.confidence - value) <= tolerance)) ambiguousPixels++;
    else wrong.push(`(${x}, ${y}): ${id} at ${value}, the reference has ${theirs.segmentationMap[i]}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  if (item.logits.file === undefined) expect(ambiguousPixels).toBeLessThanOrEqual(allowedPixels(item, half));
  return { confidence, pixels: theirs.segmentationMap.length, ambiguousPixels };
}

/** Whether our maps differ from the reference's by more than rounding: a documented difference must be one. */
export async function differsFromReference(image: AnsweredImage, item: GoldenSuccess): Promise<boolean> {
  const ours = answered(image).result;
  const theirs = await referenceMaps(item, image.index);
  return ours.confidence.some(
    (value, i) =>
      ours.segmentationMap[i] !== theirs.segmentationMap[i] ||
      Math.abs(value - (theirs.confidence[i] as number)) > bound(false),
  );
}

/** Where no logits are stored: as many pixels as the set counted, and two at least. */
function allowedPixels({ ambiguity }: GoldenSuccess, half: boolean): number {
  const gaps = ambiguity[half ? "top2_gap_lt_1e-3_px" : "top2_gap_lt_1e-4_px"] ?? 0;
  return Math.max(2, gaps + (ambiguity["conf_near_threshold_1e-4_px"] ?? 0));
}
