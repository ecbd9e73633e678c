// The benchmark's numbers: medians, quartiles, ratios round by round, agreement of maps.

import path from "node:path";
import { expect, test } from "vitest";
import { turnEvery } from "../bench/process/rounds.mjs";
import { shortReason } from "../bench/process/start.mjs";
import { agreement } from "../bench/report/agreement.mjs";
import { median, medians, pairedRatio, quantile, spread } from "../bench/report/statistics.mjs";
import { roundsOf } from "../bench/scenarios/run.mjs";

test("the median of an even count lies between the two middle values, and order does not matter", () => {
  expect(median([9, 1, 4, 2])).toBe(3);
  expect(median([9, 1, 4])).toBe(4);
  expect(median([])).toBeNull();
});

test("a quantile lies on the line between its neighbours", () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, q1: 2, q3: 4, count: 5 });
});

test("medians are taken name by name", () => {
  expect(
    medians([
      { network: 1, postprocess: 30 },
      { network: 3, postprocess: 10 },
      { network: 2, postprocess: 20 },
    ]),
  ).toEqual({ network: 2, postprocess: 20 });
});

test("a ratio is taken round by round, so that a machine that slows down does not change it", () => {
  const slower = [1, 2, 4, 8, 16];
  const ratio = pairedRatio(
    slower.map((value) => value * 30),
    slower.map((value) => value * 10),
  );
  expect(ratio).toEqual({ median: 3, q1: 3, q3: 3, count: 5 });
});

test("rounds in which one of two did not run do not enter their ratio", () => {
  expect(pairedRatio([10, null, 30, 50], [10, 20, null, 25])).toMatchObject({ median: 1.5, count: 2 });
  expect(pairedRatio([null], [1])).toBeNull();
  expect(pairedRatio([], [1, 2])).toBeNull();
});

test("a long turn comes in fewer rounds, but never in fewer than five where there are so many", () => {
  expect(turnEvery(100, 15)).toBe(1);
  expect(turnEvery(2000, 15)).toBe(2);
  expect(turnEvery(60_000, 15)).toBe(3);
  expect(turnEvery(60_000, 3)).toBe(1);
});

test("a group takes its share of the rounds, three at least where three are wanted", () => {
  expect(roundsOf({ share: 0.4 }, 15)).toBe(6);
  expect(roundsOf({ share: 0.1 }, 15)).toBe(3);
  expect(roundsOf({ share: 0.1 }, 2)).toBe(2);
  expect(roundsOf({ rounds: 1 }, 15)).toBe(1);
});

test("maps agree by the share of equal pixels; maps of different sizes cannot be compared", () => {
  expect(agreement(Uint8Array.of(1, 2, 3, 4), Int32Array.of(1, 2, 3, 5))).toBe(0.75);
  expect(agreement(Uint8Array.of(1, 2), Uint8Array.of(1))).toBeNull();
  expect(agreement(undefined, Uint8Array.of(1))).toBeNull();
});

test("the reason for leaving out a contender names no folder of this machine and is one line", () => {
  const root = path.resolve(import.meta.dirname, "../..");
  expect(shortReason(`cannot open ${root}/build/x.node: no such file\nhint`)).toBe(
    "cannot open …/build/x.node: no such file",
  );
  expect(shortReason("x".repeat(1000)).length).toBeLessThan(250);
});
