// What a contender's process measures, with contenders that only wait or only compute.

import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { MODES } from "../bench/process/measure.mjs";

function compute(ms: number) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("requests: a burst within its limit, the first one not counted", async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    compute(5);
    return { stages: { network: 4 } };
  };
  const { samples } = await MODES.requests(run, { repeats: 4, limit: 1000 });
  expect(samples).toHaveLength(4);
  for (const { total, stages } of samples) {
    expect(total).toBeGreaterThanOrEqual(4.9);
    expect(stages).toMatchObject({ network: 4, outside: total - 4 });
  }
  expect(runs).toBe(5);
});

test("requests: one that alone is longer than the limit counts itself", async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    compute(20);
    return { images: 2 };
  };
  const start = performance.now();
  const { samples } = await MODES.requests(run, { repeats: 4, limit: 10 });
  const wall = performance.now() - start;
  expect(runs).toBe(1);
  expect(samples).toHaveLength(1);
  // A list's time is that of one image.
  expect(samples[0]?.total).toBeGreaterThanOrEqual(9.9);
  expect(samples[0]?.total).toBeLessThanOrEqual(wall / 2);
});

test("callers: all at once, an image's share of the whole time", async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    running += 1;
    most = Math.max(most, running);
    await pause(20);
    running -= 1;
    return { images: 2 };
  };
  const { samples } = await MODES.callers(run, { callers: 4, repeats: 2 });
  const [{ total, stages }] = samples as [{ total: number; stages: { latency: number } }];
  expect(most).toBe(4);
  // 4 callers × 2 requests × 2 images in 2 × 20 ms, if nobody waits for another.
  expect(total).toBeGreaterThanOrEqual(38 / 16);
  expect(stages.latency).toBeGreaterThanOrEqual(19);
  expect(total).toBeLessThan(stages.latency / 2);
});

test("loop: who computes on the event loop delays it, even once; who waits does not", async () => {
  const blocking = await MODES.loop(async () => compute(400), { idle: 50, busy: 100 });
  const waiting = await MODES.loop(() => pause(30), { idle: 50, busy: 100 });
  const extra = ({ samples }: typeof blocking) => samples[0]?.stages.extraP99 ?? Number.NaN;
  expect(extra(blocking)).toBeGreaterThan(300);
  expect(extra(waiting)).toBeLessThan(300);
});
