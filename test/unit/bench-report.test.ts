// What the benchmark's report calls a failure.

import { expect, test } from "vitest";
import { problems, tableLines } from "../bench/report.mjs";

const summary = (total: number) => ({ total, stages: {}, loopDelay: 1, peakRss: 2 ** 20, runs: 3 });
const entry = (ratio: number, agreement: number | null = 1) => ({
  rivals: { raw: summary(100), ours: summary(100 * ratio), javascript: summary(300) },
  ratio,
  target: 1.1,
  agreement,
});

test("a missed target fails the run with --check only", () => {
  const report = { "512x512": entry(1.2), "720p": entry(1.05) };
  expect(problems(report, false)).toEqual([]);
  expect(problems(report, true)).toEqual(["FAILED 512x512: 1.200 is above 1.1"]);
});

test("rivals that do other work fail it always", () => {
  const report = { "512x512": entry(1, 0.9) };
  expect(problems(report, false)).toEqual([expect.stringContaining("512x512: the rivals' maps differ")]);
});

test("a size without a rival, a target or a second map has nothing to fail by", () => {
  expect(problems({ "720p": { ...entry(9, null), target: null } }, true)).toEqual([]);
  expect(problems({ "720p": { ...entry(9, null), ratio: null } }, true)).toEqual([]);
});

test("the table says each ratio and whether the target is met", () => {
  const lines = tableLines({ "512x512": entry(1.2), "720p": entry(1.05) }).join("\n");
  expect(lines).toMatch(/session\.run +1\.200 +target 1\.10: MISSED/);
  expect(lines).toMatch(/session\.run +1\.050 +target 1\.10: met/);
  expect(lines).toMatch(/JavaScript \/ deeplab-rt +2\.500/);
});
