// A GPU's answer beside the CPU's at its scalar level: the same arithmetic, so the same bits; where the network computes in
// half precision, nearly.

import { expect } from "vitest";
import type { Answers } from "./calls.js";
import type { AnsweredImage } from "./compare-case.js";

const halfBound = 1e-3;

/** The first element that differs, as a sentence; null where all are equal to the bit. */
function firstDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>): string | null {
  if (ours.length !== theirs.length) return `${ours.length} and ${theirs.length} values`;
  for (let i = 0; i < ours.length; i++) {
    if (!Object.is(ours[i], theirs[i])) return `at ${i}: ${ours[i]}, on the CPU ${theirs[i]}`;
  }
  return null;
}

function largest(ours: Float32Array, theirs: Float32Array): number {
  return ours.reduce((error, value, i) => Math.max(error, Math.abs(value - (theirs[i] as number))), 0);
}

/** Input tensor, logits and both maps. */
export function compareWithCpu({ answers, index }: AnsweredImage, cpu: Answers): void {
  const [ours, theirs] = [answers.results[index], cpu.results[index]];
  const [seen, expected] = [answers.inspections[index], cpu.inspections[index]];
  if (ours === undefined || theirs === undefined || seen === undefined || expected === undefined) {
    throw new Error(`no answer for image ${index}`);
  }
  expect(ours.nonFinitePixels).toBe(theirs.nonFinitePixels);
  expect(firstDifference(seen.inputTensor.data, expected.inputTensor.data)).toBeNull();
  if (seen.logits.dtype === "float16") {
    expect(largest(ours.confidence, theirs.confidence)).toBeLessThan(halfBound);
    return;
  }
  expect(firstDifference(seen.logits.data, expected.logits.data)).toBeNull();
  expect(firstDifference(ours.segmentationMap, theirs.segmentationMap)).toBeNull();
  expect(firstDifference(ours.confidence, theirs.confidence)).toBeNull();
  expect(firstDifference(answers.mapsAlone[index] ?? [], theirs.segmentationMap)).toBeNull();
}
