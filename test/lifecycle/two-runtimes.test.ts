// Another version of onnxruntime-node in the same process: whoever is loaded first, both work.
//
// Loaded first, our library must not stand in for the other's: the copy we ship has a SONAME of its own.

import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchOrt } from "../../scripts/fetch-ort.mjs";
import {
  BUNDLED_LIBRARY,
  bundleOnnxRuntime,
  findPatchelf,
} from "../../scripts/prebuild/bundle-onnxruntime.mjs";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const otherVersion = "1.20.1";
const folder = new TemporaryFolder();
let quick = "";
let other = "";
beforeAll(async () => {
  quick = quickPackage(folder);
  other = (await fetchOrt(otherVersion)).package;
}, 600_000);
afterAll(() => folder.dispose());

interface Report {
  readonly ours: { readonly path: string; readonly version: string };
  readonly theirs: string;
  readonly largest: number;
  readonly count: number;
}

async function both(first: "ours" | "theirs", environment: Record<string, string>): Promise<Report> {
  const end = await runFixture("two-runtimes.mjs", [quick, other, first], { environment });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  return lastJson<Report>(end);
}

const canBundle = process.platform === "linux" && findPatchelf() !== null;

test.skipIf(!canBundle).each(["ours", "theirs"] as const)(
  "the copy of ONNX Runtime we ship works beside another version, %s first",
  async (first) => {
    bundleOnnxRuntime(folder.path);
    const library = `${folder.path}/${BUNDLED_LIBRARY}`;
    expect(fs.existsSync(library)).toBe(true);
    const report = await both(first, { DEEPLAB_RT_ONNXRUNTIME: library });
    expect(report.ours.path).toBe(fs.realpathSync(library));
    expect([report.ours.version, report.theirs]).toEqual(["1.30.0", otherVersion]);
    expect(report.count).toBe(5 * 64 * 64);
    expect(report.largest).toBeLessThan(1e-4);
  },
);

test("the library of the other version serves both", async () => {
  const { library } = await fetchOrt(otherVersion);
  const report = await both("theirs", { DEEPLAB_RT_ONNXRUNTIME: library });
  expect([report.ours.version, report.theirs]).toEqual([otherVersion, otherVersion]);
  expect(report.largest).toBeLessThan(1e-6);
});
