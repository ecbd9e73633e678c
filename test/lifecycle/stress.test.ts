// A thousand overlapping requests of every kind: each promise settles once, answers are right, nothing stays.

import { afterAll, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { removeFolders, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

interface Report {
  readonly calls: number;
  readonly settled: {
    readonly answered: number;
    readonly wrong: number;
    readonly rejected: Readonly<Record<string, number>>;
  };
  readonly twice: number;
  readonly idle: boolean;
  readonly unhandled: readonly string[];
  readonly held: { readonly usedBytes: number; readonly models: number };
}

/** What a call may end with here: an abort by its own reason. */
const expected = ["reason", "DEADLINE_EXCEEDED", "QUEUE_FULL", "CLOSED"];

test.each([1, 2])(
  "1,000 requests with random sizes, aborts, deadlines, priorities and closes, seed %i",
  async (seed) => {
    const open = await tinyPackage();
    const padded = await tinyPackage({ weights: tinyOnnx({ height: 8, width: 8 }) });
    const end = await runFixture("stress.mjs", [open, padded, "1000", String(seed)], {
      nodeArguments: ["--expose-gc"],
      seconds: 240,
    });
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
    const { calls, settled, ...rest } = lastJson<Report>(end);
    expect(rest).toMatchObject({ twice: 0, idle: true, unhandled: [], held: { usedBytes: 0, models: 0 } });
    const rejected = Object.values(settled.rejected).reduce((sum, count) => sum + count, 0);
    expect(calls).toBeGreaterThanOrEqual(1000);
    expect([settled.answered + rejected, settled.wrong]).toEqual([calls, 0]);
    expect(Object.keys(settled.rejected).filter((code) => !expected.includes(code))).toEqual([]);
    // All of it has happened: otherwise the test would be about less than it says.
    expect(Object.keys(settled.rejected).sort()).toEqual([...expected].sort());
    expect(settled.answered).toBeGreaterThan(200);
  },
  260_000,
);
