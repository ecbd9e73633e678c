// Memory comes back: after close(), and by garbage collection of what nobody closed.

import { afterAll, describe, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

interface Held {
  readonly usedBytes: number;
  readonly idleBytes: number;
  readonly models: number;
}

const mebibyte = 2 ** 20;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Growth of the resident memory from rounds 21–40 to the last 20 of 200, in MiB. */
async function growth(environment: Record<string, string>): Promise<number> {
  const args = [quickPackage(folder), "200"];
  const end = await runFixture("rounds.mjs", args, {
    nodeArguments: ["--expose-gc"],
    environment,
    seconds: 300,
  });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  const { resident, held } = lastJson<{ resident: number[]; held: Held }>(end);
  expect(resident.length).toBe(200);
  expect(held).toMatchObject({ models: 0, usedBytes: 0 });
  return (median(resident.slice(-20)) - median(resident.slice(20, 40))) / mebibyte;
}

// A round's two answers have 0.7 MiB and its session more, so a leak of either would grow by more than 100 MiB.
describe("200 rounds of load, infer and close leave the resident memory flat after the first 20", () => {
  test("to 3 MiB where the allocator keeps one arena", async () => {
    expect(await growth({ MALLOC_ARENA_MAX: "1" })).toBeLessThan(3);
  }, 310_000);

  test("to 12 MiB where glibc spreads threads over several arenas, which fill up for longer", async () => {
    expect(await growth({})).toBeLessThan(12);
  }, 310_000);
});

test("garbage collection frees models and results that nobody closed", async () => {
  const count = 8;
  const paths = Array.from({ length: count }, (_, i) => quickPackage(folder, "n", `forgotten-${i}`));
  const end = await runFixture("forget.mjs", paths, { nodeArguments: ["--expose-gc"], seconds: 120 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  const { most, after } = lastJson<{ most: Held & { pixels: number }; after: Held }>(end);
  expect(most.models).toBe(count);
  expect(most.usedBytes).toBeGreaterThanOrEqual(5 * most.pixels);
  expect(after).toMatchObject({ models: 0, usedBytes: 0 });
}, 130_000);
