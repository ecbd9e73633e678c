// How fast something goes, and how long the rest will take.

import { expect, test } from "vitest";
import { Rate } from "../../dist/cli/rate.js";

function rated() {
  let now = 5000;
  const rate = new Rate(() => now);
  const steps = (count: number, ms: number) => {
    for (let i = 0; i < count; i++) {
      now += ms;
      rate.step();
    }
  };
  return { rate, steps };
}

test("steps a second, and milliseconds for the rest", () => {
  const { rate, steps } = rated();
  expect([rate.done, rate.perSecond, rate.remaining(5)]).toEqual([0, null, null]);
  steps(10, 250);
  expect([rate.done, rate.perSecond, rate.remaining(6), rate.remaining(0)]).toEqual([10, 4, 1500, 0]);
});

test("what was slow at the beginning is forgotten", () => {
  const { rate, steps } = rated();
  steps(1, 60_000);
  steps(100, 100);
  expect([rate.done, rate.perSecond, rate.remaining(30)]).toEqual([101, 10, 3000]);
});
