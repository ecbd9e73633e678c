// One model, many users: Workers, lists and single pictures, one thread and four.

import { afterAll, describe, expect, test } from "vitest";
import { type EncodedMaps, runFourWorkers } from "../support/four-workers.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

/** Threads and batches may add in another order: float32 rounding of a confidence. */
const rounding = 2e-6;

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
}

function expectSame(actual: readonly EncodedMaps[], expected: readonly EncodedMaps[]): void {
  expect(actual.map(({ map }) => map)).toEqual(expected.map(({ map }) => map));
  for (const [i, { confidence }] of actual.entries()) {
    const theirs = floats(expected[i]?.confidence ?? "");
    const ours = floats(confidence);
    expect(ours.length).toBe(theirs.length);
    const largest = ours.reduce(
      (worst, value, at) => Math.max(worst, Math.abs(value - (theirs[at] ?? 2))),
      0,
    );
    expect(largest).toBeLessThan(rounding);
  }
}

describe("four Workers and the main thread share one model", () => {
  const batches = [
    ["open batch size", "n"],
    ["batches of 1", 1],
    ["batches of 4, the last one padded", 4],
  ] as const;

  test.each(batches)("%s: all answers are the same, with 1 and with 4 threads", async (name, batch) => {
    const path = quickPackage(folder, batch, name.replaceAll(/\W/g, "-"));
    const one = await runFourWorkers([path, "1"]);
    const four = await runFourWorkers([path, "4"]);
    expect([one.intraOpThreads, four.intraOpThreads]).toEqual([1, 4]);
    const expected = one.answers[0]?.oneByOne ?? [];
    expect(expected.length).toBe(7);
    expect(new Set(expected.map(({ map }) => map)).size).toBe(7);
    for (const report of [one, four]) {
      expect({ sharedBy: report.sharedBy, left: report.left }).toEqual({ sharedBy: 5, left: 1 });
      expect(report.answers.length).toBe(5);
      for (const answers of report.answers) {
        for (const way of ["list", "together", "oneByOne"] as const) expectSame(answers[way], expected);
      }
    }
  });
});
