// What `segment` asks of the model: how many pictures in a call, how many calls at once, at which threshold.

import { SemanticSegmentationModel as Model } from "deeplab-rt";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { copiesOf, redPicture } from "../support/cli.js";
import { segmentHere } from "../support/cli-here.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);
afterEach(() => void vi.restoreAllMocks());

let model: string;
let folder: string;
beforeAll(async () => {
  model = await tinyPackage();
  folder = await copiesOf(await redPicture(), 11);
});

/** Runs it, and says of its calls how many pictures each had (0: one that is no list), how many were at once, and at which threshold. */
async function callsOf(...args: readonly string[]) {
  const { infer } = Model.prototype;
  const sizes: number[] = [];
  const thresholds = new Set<unknown>();
  let [running, most] = [0, 0];
  vi.spyOn(Model.prototype, "infer").mockImplementation(async function (
    this: Model,
    ...given: Parameters<Model["infer"]>
  ) {
    const [images, options] = given as [unknown, { confidence?: unknown }];
    sizes.push(Array.isArray(images) ? images.length : 0);
    thresholds.add(options.confidence);
    running += 1;
    most = Math.max(most, running);
    try {
      return await infer.apply(this, given);
    } finally {
      running -= 1;
    }
  } as never);
  const { code, error } = await segmentHere([folder, "-m", model, "-f", "json", ...args]);
  expect([code, error]).toEqual([0, undefined]);
  return { sizes, most, thresholds: [...thresholds] };
}

const singly = Array(11).fill(0);

test.each([
  ["four calls of one picture each at once", [], singly, 4],
  ["as many calls as --concurrency says, no more", ["--concurrency", "3"], singly, 3],
  ["one after the other", ["--concurrency", "1"], singly, 1],
  ["more calls than pictures", ["--concurrency", "20"], singly, 11],
  ["as many pictures in a call as --batch says, two calls at once", ["--batch", "3"], [3, 3, 3, 2], 2],
  ["both", ["--batch", "4", "--concurrency", "3"], [4, 4, 3], 3],
])("%s", async (_, args, sizes, most) => {
  expect(await callsOf(...args)).toMatchObject({ sizes, most });
});

test.each([
  [[], "default"],
  [["--confidence", "default"], "default"],
  [["-c", "best"], "best"],
  [["-c", "0.25"], 0.25],
])("%j is the threshold %s", async (args, expected) => {
  expect((await callsOf(...args)).thresholds).toEqual([expected]);
});
