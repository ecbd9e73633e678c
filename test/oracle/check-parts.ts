// The other parts of a result against the maps and the oracle: areas, probabilities, and maps without each other.

import type { InferOptions, ResultPart } from "deeplab-rt";
import { expect } from "vitest";
import type { TestModel } from "../support/subject/subject.js";
import { capturedLogits, type Subject, toleranceFor } from "./check-image.js";
import { geometryOf } from "./geometry.js";
import { postprocess } from "./postprocess.js";
import type { RandomImage } from "./random-case.js";

const subsets: readonly (readonly ResultPart[])[] = [
  ["segmentationMap"],
  ["confidence"],
  ["classAreas"],
  ["segmentationMap", "probabilities"],
];

/** Infers one image with different `include` and holds the parts against each other and against the oracle. */
export async function checkParts(
  model: TestModel,
  subject: Subject,
  image: RandomImage,
  options: InferOptions,
): Promise<void> {
  const whole = await model.infer(image, {
    ...options,
    include: ["segmentationMap", "confidence", "classAreas", "probabilities"],
  });
  const counts = new Float64Array(whole.classAreas.length);
  for (const id of whole.segmentationMap) counts[id] = (counts[id] ?? 0) + 1;
  expect(whole.classAreas).toEqual(counts);
  const plain = await model.infer(image, options);
  expect(whole.segmentationMap).toEqual(plain.segmentationMap);
  expect(whole.confidence).toEqual(plain.confidence);
  for (const include of subsets) {
    const part = await model.infer(image, { ...options, include });
    if (part.segmentationMap) expect(part.segmentationMap).toEqual(plain.segmentationMap);
    if (part.confidence) expect(part.confidence).toEqual(plain.confidence);
    if (part.classAreas) expect(part.classAreas).toEqual(counts);
    if (part.probabilities) expect(part.probabilities.data).toEqual(whole.probabilities.data);
  }
  await checkProbabilities(model, subject, image, whole.probabilities.data);
}

async function checkProbabilities(
  model: TestModel,
  subject: Subject,
  image: RandomImage,
  actual: Float32Array,
): Promise<void> {
  const logits = capturedLogits(await model.inspect(image));
  const oracle = postprocess(logits, geometryOf(subject.config, image), subject.rules);
  const { confidence: allowed } = toleranceFor(logits);
  const pixels = oracle.width * oracle.height;
  expect(actual.length).toBe(logits.channels * pixels);
  let worst = 0;
  for (let i = 0; i < pixels; i++) {
    const expected = oracle.probabilities(i % oracle.width, Math.floor(i / oracle.width));
    for (const [k, value] of expected.entries()) {
      worst = Math.max(worst, Math.abs((actual[k * pixels + i] ?? Number.NaN) - value));
    }
  }
  expect(worst).toBeLessThanOrEqual(allowed);
}
