// Results that are kept while thousands follow, and those that are not.

import { afterAll, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { lastJson, runFixture } from "../support/child.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

interface Report {
  readonly kept: number;
  readonly keptBytes: number;
  readonly changed: number;
  readonly changedByClose: number;
  readonly most: number;
  readonly grown: number;
  readonly usedBytes: number;
}

const mebibyte = 2 ** 20;

test("300 results stay what they were while 3,000 calls are answered, and memory stays bounded", async () => {
  const end = await runFixture("keep-results.mjs", [await tinyPackage(), "3000", "10"], {
    nodeArguments: ["--expose-gc"],
    seconds: 240,
  });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
  const { keptBytes, most, grown, ...rest } = lastJson<Report>(end);
  expect(rest).toEqual({ kept: 300, changed: 0, changedByClose: 0, usedBytes: 0 });
  // All results together have ten times as much.
  expect(keptBytes).toBeGreaterThan(150 * mebibyte);
  // A quarter of a buffer may be unused; the rest is what was forgotten and not yet collected.
  expect(most - keptBytes / 4).toBeLessThan(64 * mebibyte);
  // The sanitizers keep what is freed for a while.
  if (native().buildInfo().sanitizers === "") expect(grown).toBeLessThan(64 * mebibyte);
}, 250_000);
