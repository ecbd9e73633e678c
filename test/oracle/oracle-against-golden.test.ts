// The oracle itself is held against the reference: its inputs, geometry and maps of every stored golden case.

import { describe, expect, test } from "vitest";
import { goldenInput } from "../support/golden-config.js";
import { goldenGeometry, goldenRules, ofImage } from "../support/golden-rules.js";
import {
  type GoldenMetadata,
  type GoldenResult,
  type GoldenSuccess,
  goldenCases,
  goldenConfidence,
  goldenImage,
  goldenMap,
  goldenTensor,
} from "../support/golden-set.js";
import { type ActualMaps, compareMaps } from "./compare.js";
import { geometryOf } from "./geometry.js";
import { type OracleMaps, postprocess } from "./postprocess.js";
import { type InputConfig, preprocess, toRgb } from "./preprocess.js";

/** Kinds of input whose pixels are plain 8-bit RGB or BGR. */
const pixelKinds = [
  "numpy_bgr",
  "numpy_rgb",
  "torch_chw_u8",
  "torch_hwc_u8",
  "torch_nchw_u8",
  "torch_chw_bgr_u8",
];
/** The reference reads whole numbers as "best". */
const wholeConfidence = [
  "threshold-0",
  "threshold-1",
  "threshold-rec-global-1-int",
  "threshold-rec-perclass-1-int",
];

/** A scaling factor of 0: the reference divides by it, here it is refused. */
const impossible = ["package-scaling-zero"];
/** torch's anti-aliased resize to a width of 1 uses the taps of row 0 for every row: a documented difference. */
const onePixelWide = ["resize-stretch-col1", "resize-stretch-thin", "resize-letterbox-114-col1"];

const cases = goldenCases().filter((item): item is GoldenSuccess => item.expected_error === undefined);

/**
 * What the reference was told about the channel order: RGB bytes given as an array without a word are taken for BGR, so
 * its "red" is the file's blue.
 */
function swapped(item: GoldenSuccess, as: string): boolean {
  return as === "numpy_rgb" && item.call.input_color_format !== "rgb";
}

interface Stage {
  readonly item: GoldenSuccess;
  readonly index: number;
  readonly meta: GoldenMetadata;
}

const stages: Stage[] = cases.flatMap((item) =>
  item.pre_processing_metadata.map((meta, index) => ({ item, index, meta })),
);

async function inputError({ item, index, meta }: Stage, config: InputConfig): Promise<number | undefined> {
  const stored = goldenTensor(item.input_tensor);
  const { image: name, as } = item.inputs[index] ?? { image: "", as: "" };
  const image = await goldenImage(name);
  const geometry = geometryOf(config, image);
  const { scaled: _, ...expectedGeometry } = goldenGeometry(meta);
  expect(geometry, item.id).toMatchObject(expectedGeometry);
  if (stored === undefined) return undefined;
  const format = swapped(item, as) ? "bgr" : "rgb";
  const pixels = toRgb(image.data, image.width, image.height, image.width * 3, format);
  const tensor = preprocess(config, pixels, geometry);
  const expected = ofImage(stored, item.pre_processing_metadata.length, index);
  expect(expected.length, item.id).toBe(tensor.length);
  return tensor.reduce((worst, value, at) => {
    const error = Math.abs(value - (expected[at] ?? Number.NaN)) / Math.max(1, Math.abs(value));
    return Math.max(worst, error);
  }, 0);
}

async function referenceMaps(result: GoldenResult): Promise<ActualMaps> {
  const { values, stride } = goldenConfidence(result);
  if (stride !== 1) throw new Error("a sampled confidence cannot be compared pixel by pixel");
  const [height, width] = result.segmentation_map.shape;
  return { width, height, segmentationMap: await goldenMap(result), confidence: values };
}

function oracleMaps({ item, index, meta }: Stage): OracleMaps | undefined {
  const stored = goldenTensor(item.logits);
  const [count = 1, channels = 0, height = 0, width = 0] = item.logits.shape;
  if (stored === undefined) return undefined;
  const data = ofImage(stored, count, index);
  return postprocess({ channels, height, width, data }, goldenGeometry(meta), goldenRules(item));
}

describe("the oracle draws what the reference drew", () => {
  test("geometry and input tensor of every case without contrast", async () => {
    let compared = 0;
    for (const stage of stages.filter(({ item }) => !impossible.includes(item.id))) {
      const { config, contrast } = goldenInput(stage.item);
      if (contrast || !stage.item.inputs.every(({ as }) => pixelKinds.includes(as))) continue;
      const error = await inputError(stage, config);
      if (error === undefined) continue;
      expect(error, stage.item.id).toBeLessThan(4e-7);
      compared++;
    }
    expect(compared).toBe(323);
  });

  test("both maps of every case with stored logits", async () => {
    let compared = 0;
    for (const stage of stages.filter(({ item }) => !wholeConfidence.includes(item.id))) {
      const result = stage.item.results[stage.index];
      const oracle = oracleMaps(stage);
      if (oracle === undefined || result === undefined || onePixelWide.includes(stage.item.id)) continue;
      const half = result.confidence.reference_dtype === "float16";
      const bound = half ? 1e-3 : 1e-5;
      const maps = await referenceMaps(result);
      const { violations } = compareMaps(maps, oracle, { ambiguity: bound, confidence: bound });
      expect(violations, stage.item.id).toEqual([]);
      compared++;
    }
    expect(compared).toBe(195);
  });

  test("one pixel wide pictures: the reference repeats the first row, the oracle resizes", async () => {
    for (const stage of stages.filter(({ item }) => onePixelWide.includes(item.id))) {
      const maps = await referenceMaps(stage.item.results[stage.index] as GoldenResult);
      const oracle = oracleMaps(stage) as OracleMaps;
      expect(maps.width).toBe(1);
      expect(new Set(Array.from(maps.confidence)).size).toBe(1);
      expect(maps.confidence[0]).toBeCloseTo(oracle.confidence[0] ?? Number.NaN, 5);
      expect(new Set(oracle.confidence).size).toBeGreaterThan(1);
    }
  });
});
