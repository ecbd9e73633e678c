// What the product still has in the double of the driver in this process: results hold pinned memory until they are
// collected, and memory of a stream goes in the stream's time, so it is asked for until nothing is left.

import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";

const patience = 10_000; // milliseconds

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** Fails where the double of the driver has anything alive. On the real driver there is nobody to ask. */
export async function expectNothingInDriver(): Promise<void> {
  const addon = process.env.DEEPLAB_DOUBLE_LEAKS;
  if (!addon) return;
  const { leaks } = createRequire(import.meta.url)(addon) as { leaks(): string };
  const collect = collector();
  const end = performance.now() + patience;
  while (leaks() !== "" && performance.now() < end) {
    collect();
    await sleep(5);
  }
  expect(leaks()).toBe("");
}
