// A hundred Workers that come and go around one model.

import { afterAll, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

interface Report {
  readonly codes: Readonly<Record<"close" | "forget" | "terminate", readonly number[]>>;
  readonly wrong: number;
  readonly most: number;
  readonly left: object;
}

test("100 Workers load the shared model, use it once and end in three ways: nothing is left of them", async () => {
  const end = await runFixture("many-workers.mjs", [quickPackage(folder), "100", "4"], { seconds: 300 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
  const { codes, wrong, most, left } = lastJson<Report>(end);
  expect(codes).toEqual({
    close: Array(34).fill(0),
    forget: Array(33).fill(0),
    terminate: Array(33).fill(1),
  });
  expect(wrong).toBe(0);
  // They were there at the same time, and the main thread's handle besides.
  expect(most).toBeGreaterThan(2);
  expect(left).toEqual({ sharedBy: 1, models: 0, usedBytes: 0, threads: 0 });
}, 310_000);
