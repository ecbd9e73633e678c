// Networks with and without their last interpolation: both sessions must lead to the same maps, and to the
// oracle's. Modes, scales, sizes and opsets against the ways in which pictures are placed.

import type { Inspection } from "deeplab-rt";
import { afterAll, describe, expect, test } from "vitest";
import { type Ending, headNetwork, resize } from "../support/head-networks.js";
import { classNames, plainConfig, TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import { loadModel, type TestModel } from "../support/subject/subject.js";
import { capturedLogits } from "./check-image.js";
import { compareMaps } from "./compare.js";
import { geometryOf, type ResizeMode, type Size } from "./geometry.js";
import { enlarge } from "./head.js";
import { type OracleMaps, postprocess } from "./postprocess.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

const channels = 3;
/** What the comparison with the reference allows. */
const tolerance = { confidence: 1e-4, ambiguity: 1e-4 };
/** Its value is also what center-crop puts around the logits: not 0, which nobody would miss. */
const backgroundId = 1;
const rulesFor = (classCount: number) => ({ classCount, backgroundId, thresholds: [0.4, 0.4, 0.4] });

interface Subject {
  readonly name: string;
  readonly opset: number;
  readonly ending: Ending;
  readonly resizeMode: ResizeMode;
  readonly input: Size;
  readonly shrink?: number;
  /** One channel stands for two classes. @default 3 */
  readonly channels?: number;
}

const classCountOf = ({ channels: given = channels }: Subject) => Math.max(given, 2);

async function loadBoth(subject: Subject) {
  const { name, opset, ending, resizeMode, input, shrink = 4, channels: given = channels } = subject;
  const config = plainConfig(input.width, input.height);
  const network_input = { ...(config.network_input as object), resize_mode: resizeMode };
  const path = folder.writePackage(name, {
    classNames: classNames(classCountOf(subject), backgroundId),
    config: { ...config, network_input },
    weights: headNetwork({ input: { batch: 1, ...input }, channels: given, shrink, opset }, ending),
  });
  const [whole, cut] = await Promise.all([
    loadModel(path, { headCut: false }),
    loadModel(path, { headCut: true }),
  ]);
  return { whole, cut };
}

function picture({ width, height }: Size) {
  return { width, height, data: new Random(width * 1000 + height).bytes(width * height * 3) };
}

/** Pixels that differ and may not: equal within the tolerance, or both among what the oracle allows there. */
function disagreements(whole: Inspection, cut: Inspection, oracle: OracleMaps): string[] {
  const [a, b] = [whole.result, cut.result];
  const found: string[] = [];
  for (let i = 0; i < oracle.ids.length; i++) {
    const near = Math.abs((a.confidence[i] as number) - (b.confidence[i] as number)) <= tolerance.confidence;
    if (near && a.segmentationMap[i] === b.segmentationMap[i]) continue;
    const place = [i % oracle.width, Math.floor(i / oracle.width)] as const;
    if (oracle.outcomes(...place, tolerance.ambiguity).length < 2) {
      found.push(`(${place}): ${a.segmentationMap[i]} at ${a.confidence[i]}, ${b.confidence[i]}`);
    }
  }
  return found.slice(0, 5);
}

/** The whole network's logits: as its session gave them, and as the oracle makes them of the cut one's. */
function largestLogitError(whole: Inspection, cut: Inspection, model: TestModel): number {
  const { interpolation } = model.info().headCut;
  if (interpolation === null) throw new Error("the network was not cut");
  const ours = enlarge(capturedLogits(cut), interpolation);
  const theirs = capturedLogits(whole);
  expect([ours.height, ours.width]).toEqual([theirs.height, theirs.width]);
  return theirs.data.reduce((max, value, i) => Math.max(max, Math.abs(value - (ours.data[i] as number))), 0);
}

/** Holds both models against each other and against the oracle, for pictures of these sizes. */
async function check(subject: Subject, sizes: readonly Size[]): Promise<void> {
  const { whole, cut } = await loadBoth(subject);
  await using _whole = whole;
  await using _cut = cut;
  expect(cut.info().headCut.cut).toBe(true);
  expect(cut.info().output).toEqual(whole.info().output);
  const config = { resizeMode: subject.resizeMode, input: subject.input, staticCrop: undefined };
  for (const size of sizes) {
    const [a, b] = await Promise.all(
      [whole, cut].map((model) => model.inspect(picture(size), { confidence: 0.4 })),
    );
    if (a === undefined || b === undefined) throw new Error("nothing was answered");
    expect(largestLogitError(a, b, cut)).toBeLessThan(2e-5);
    const oracle = postprocess(capturedLogits(a), geometryOf(config, size), rulesFor(classCountOf(subject)));
    expect(disagreements(a, b, oracle)).toEqual([]);
    expect(compareMaps(b.result, oracle, tolerance).violations).toEqual([]);
  }
}

const modes = ["align_corners", "half_pixel", "pytorch_half_pixel", "asymmetric"] as const;
const linear = (mode: string) => ({ mode: "linear", coordinate_transformation_mode: mode });

/** The features are 6×5. */
const input: Size = { width: 24, height: 20 };
const wanted = {
  "×2": { scales: [1, 1, 2, 2] },
  "×4": { scales: [1, 1, 4, 4] },
  "×1.5": { scales: [1, 1, 1.5, 1.5] },
  "×0.5": { scales: [1, 1, 0.5, 0.5] },
  "×3.7": { scales: [1, 1, 3.7, 3.7] },
  "×5 and ×1.3": { scales: [1, 1, 5, 1.3] },
  "×1 and ×7": { scales: [1, 1, 1, 7] },
  "to 21×17": { sizes: [1, channels, 17, 21] },
  "to 24×20": { sizes: [1, channels, 20, 24] },
  "to 4×1": { sizes: [1, channels, 1, 4] },
};
const endings = Object.entries(wanted);

/** Larger, smaller and like the logits; taller than wide; one pixel wide or high. */
const pictures: Record<ResizeMode, readonly Size[]> = {
  stretch: [
    { width: 61, height: 45 },
    { width: 9, height: 7 },
    { width: 24, height: 20 },
    { width: 30, height: 1 },
    { width: 1, height: 30 },
  ],
  letterbox: [
    { width: 70, height: 31 },
    { width: 19, height: 50 },
    { width: 24, height: 20 },
  ],
  "center-crop": [
    { width: 40, height: 33 },
    { width: 13, height: 11 },
    { width: 41, height: 9 },
  ],
};
const resizeModes = Object.keys(pictures) as ResizeMode[];

describe("cut and whole networks agree", () => {
  // Every ending meets every resize mode, with one coordinate mode or another.
  const grid = modes.flatMap((mode, i) =>
    endings.map(([name, size], j) => [mode, name, resizeModes[(i + j) % 3] ?? "stretch", size] as const),
  );

  test.each(grid)("%s, %s, %s", async (mode, name, resizeMode, size) => {
    const ending = resize({ opset: 13, ...size, attributes: linear(mode) });
    const subject = { name: `${mode}-${name}`, opset: 13, ending, resizeMode, input };
    await check(subject, pictures[resizeMode]);
  });

  test.each([7, 8, 9, 10, 11, 12, 16, 18, 19, 21])("opset %i", async (opset) => {
    const attributes = opset < 11 ? { mode: "linear" } : linear("pytorch_half_pixel");
    const ending = resize({ opset, scales: [1, 1, 3, 2.5], attributes });
    await check(
      { name: `opset-${opset}`, opset, ending, resizeMode: "letterbox", input },
      pictures.letterbox,
    );
  });

  test("axes in any order", async () => {
    const attributes = { ...linear("half_pixel"), axes: [3, 2] };
    const ending = resize({ opset: 18, scales: [2, 3.5], attributes });
    await check({ name: "axes", opset: 18, ending, resizeMode: "stretch", input }, pictures.stretch);
  });
});

// With several channels, what is added to all of them changes nothing: only one shows the constant.
test.each(resizeModes)("one channel, %s", async (resizeMode) => {
  const ending = resize({ opset: 13, scales: [1, 1, 2.5, 3], attributes: linear("half_pixel") });
  const subject: Subject = {
    name: `single-${resizeMode}`,
    opset: 13,
    ending,
    resizeMode,
    input,
    channels: 1,
  };
  await check(subject, pictures[resizeMode]);
});

describe("axes of length 1", () => {
  // Features of 1×1, 3×1 and 1×3; outputs of one and of more.
  const inputs = [
    { width: 4, height: 4 },
    { width: 12, height: 4 },
    { width: 4, height: 12 },
  ];
  const sizes = [
    [1, 1],
    [1, 5],
    [6, 1],
    [4, 7],
  ] as const;

  test.each(modes)("%s", async (mode) => {
    for (const small of inputs) {
      for (const [height, width] of sizes) {
        const ending = resize({
          opset: 13,
          sizes: [1, channels, height, width],
          attributes: linear(mode),
        });
        const name = `one-${mode}-${small.width}x${small.height}-${width}x${height}`;
        const subject: Subject = { name, opset: 13, ending, resizeMode: "stretch", input: small };
        await check(subject, [{ width: 11, height: 6 }]);
      }
    }
  });

  test.each(modes)("%s, scales that leave one", async (mode) => {
    const ending = resize({ opset: 13, scales: [1, 1, 0.25, 0.4], attributes: linear(mode) });
    const subject: Subject = { name: `few-${mode}`, opset: 13, ending, resizeMode: "stretch", input };
    await check(subject, [{ width: 11, height: 6 }]);
  });
});
