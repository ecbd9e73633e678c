// What a run of `segment` holds while it goes on, and what ends it: the command in this process, so that its results can
// be looked at.

import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import {
  DeepLabError,
  SemanticSegmentationModel as Model,
  SemanticSegmentationResult as Result,
} from "deeplab-rt";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { copiesOf, filesIn, redPicture } from "../support/cli.js";
import { segmentHere } from "../support/cli-here.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);
afterEach(() => void vi.restoreAllMocks());

let model: string;
let folder: string;
beforeAll(async () => {
  model = await tinyPackage();
  folder = await copiesOf(await redPicture(), 24);
});

let controller: AbortController;
/** Runs `segment` here. `controller` is its Ctrl+C. */
async function segment(...args: readonly string[]) {
  controller = new AbortController();
  return segmentHere(["-m", model, ...args], controller.signal);
}

/** Looks, whenever a result is counted, at all that were before: how many of them still hold their maps. */
function watchResults(whenCounted = () => {}) {
  const { classStats } = Result.prototype;
  const results: Result[] = [];
  const held = () => results.filter(({ segmentationMap }) => segmentationMap.length > 0).length;
  let most = 0;
  vi.spyOn(Result.prototype, "classStats").mockImplementation(async function (this: Result, ...args) {
    results.push(this);
    most = Math.max(most, held());
    const stats = await classStats.apply(this, args);
    whenCounted();
    return stats;
  });
  return { seen: () => results.length, most: () => most, held };
}

describe("results", () => {
  test.each([
    ["one by one", ["--concurrency", "2"], 2],
    ["in batches", ["--batch", "3", "--concurrency", "2"], 6],
    ["in all formats", ["--concurrency", "2", "--format", "overlay,mask,color,json,coco,rle"], 2],
  ])("%s hold no more than is under way, whatever comes of them", async (_, more, atOnce) => {
    const results = watchResults();
    const { code } = await segment(folder, ...more);
    expect([code, results.seen()]).toEqual([0, 24]);
    expect(results.most()).toBeLessThanOrEqual(atOnce);
    expect(results.held()).toBe(0);
  });

  test("that cannot be written are let go too", async () => {
    const output = await newFolder();
    for (let i = 1; i <= 24; i += 2) await mkdir(path.join(output, `${i}.overlay.png`));
    const results = watchResults();
    const { code } = await segment(folder, "--concurrency", "2", "-o", output);
    expect([code, results.seen(), results.held()]).toEqual([1, 24, 0]);
    expect(results.most()).toBeLessThanOrEqual(2);
  });

  const hasFfmpeg = ["ffmpeg", "ffprobe"].every((tool) => spawnSync(tool, ["-version"]).status === 0);
  test.skipIf(!hasFfmpeg)("of a clip's frames are let go one by one", async () => {
    const clip = path.join(await newFolder(), "clip.mkv");
    const source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=2", "-c:v", "mpeg4", clip];
    expect(spawnSync("ffmpeg", ["-v", "error", ...source]).status).toBe(0);
    const results = watchResults();
    const { code } = await segment(clip, "--format", "overlay,json");
    expect([code, results.seen(), results.held()]).toEqual([0, 50, 0]);
    expect(results.most()).toBe(1);
  });
});

describe("Ctrl+C", () => {
  const interrupted = new Error("interrupted");

  test("ends pictures between their files: nothing more is written", async () => {
    const results = watchResults(() => controller.abort(interrupted));
    const { error, output } = await segment(folder, "--format", "overlay,mask,json");
    expect(error).toBe(interrupted);
    expect(await filesIn(output)).toEqual([]);
    expect(results.seen()).toBeGreaterThan(0);
    expect(results.held()).toBe(0);
  });

  test("is the end of the run, and not of a picture, whatever goes wrong by it", async () => {
    const damaged = new DeepLabError("IMAGE_CORRUPT", "The picture is damaged.");
    vi.spyOn(Model.prototype, "infer").mockImplementation(() => {
      controller.abort(interrupted);
      return Promise.reject(damaged);
    });
    const { error, said } = await segment(folder);
    expect(error).toBe(damaged);
    expect(said).not.toMatch(/[Ff]ailed/);
  });
});

describe("an error", () => {
  /** From the fifth picture on every call fails with it. */
  function failWith(error: unknown) {
    const { infer } = Model.prototype;
    let calls = 0;
    return vi.spyOn(Model.prototype, "infer").mockImplementation(function (this: Model, ...args: unknown[]) {
      return ++calls < 5 ? (infer.apply(this, args as never) as never) : Promise.reject(error);
    } as never);
  }

  test.each([
    ["a device that is lost", new DeepLabError("DEVICE_LOST", "The GPU is gone.")],
    ["the unforeseen", new TypeError("x is not a function")],
  ])("that is no picture's ends the run at once: %s", async (_, lost) => {
    const infer = failWith(lost);
    const { error, output, said } = await segment(folder, "--concurrency", "2");
    expect(error).toBe(lost);
    expect(infer.mock.calls.length).toBeLessThanOrEqual(6);
    expect((await filesIn(output)).length).toBe(4);
    expect(said).toMatch(/^4 done in /m); // what was done is said all the same
  });

  test.each([
    ["the package's", new DeepLabError("IMAGE_CORRUPT", "The picture is damaged.")],
    ["the file system's", Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" })],
  ])("that is a picture's is listed, and the others go on: %s", async (_, bad) => {
    failWith(bad);
    const { code, said, output } = await segment(folder, "--concurrency", "2");
    expect(code).toBe(1);
    expect((await filesIn(output)).length).toBe(4);
    expect(said).toMatch(/^Failed \(20 of 24\):\n/m);
  });
});

test("pictures without --json have no lines of progress beside their own", async () => {
  const { said } = await segment(folder);
  expect(said.split("\n").filter((line) => !/\.png {2}12×10 {2}red/.test(line))).toEqual([
    expect.stringMatching(/^24 done in /),
  ]);
});
