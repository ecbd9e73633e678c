// Leaving the process or ending a Worker, whatever runs, neither crashes nor hangs.

import { afterAll, describe, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage, slowPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());
const [quick, slow] = [quickPackage(folder), slowPackage(folder)];

describe("the process may end", () => {
  test("by process.exit() while the network runs", async () => {
    const end = await runFixture("leave.mjs", [slow, "exit"]);
    expect(end).toMatchObject({ code: 7, signal: null, hung: false, stdout: "running\n", stderr: "" });
  });

  test("by an error that nobody catches while the network runs", async () => {
    const end = await runFixture("leave.mjs", [slow, "throw"]);
    expect(end).toMatchObject({ code: 1, signal: null, hung: false, stdout: "running\n" });
    expect(end.stderr).toContain("thrown on purpose");
  });

  test("by a rejection that nobody handles while the network runs", async () => {
    const end = await runFixture("leave.mjs", [slow, "reject"]);
    expect(end).toMatchObject({ code: 1, signal: null, hung: false, stdout: "running\n" });
    expect(end.stderr).toContain("rejected on purpose");
  });

  test("by a signal while the network runs", async () => {
    const end = await runFixture("leave.mjs", [slow, "signal"]);
    expect(end).toMatchObject({
      code: null,
      signal: "SIGTERM",
      hung: false,
      stdout: "running\n",
      stderr: "",
    });
  });

  test("by a signal that is answered by closing the model: what runs is answered first", async () => {
    const end = await runFixture("leave.mjs", [slow, "close"]);
    expect(end).toMatchObject({ code: 3, signal: null, hung: false, stderr: "" });
    expect(end.stdout).toBe("running\nanswered\nclosed\n");
  });

  test("by process.exit() while a model is closing", async () => {
    const end = await runFixture("leave.mjs", [slow, "closing"]);
    expect(end).toMatchObject({ code: 7, signal: null, hung: false, stdout: "running\n", stderr: "" });
  });

  test("with an open model that has nothing to do", async () => {
    const end = await runFixture("leave.mjs", [quick, "open"]);
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stdout: "answered\n", stderr: "" });
  });

  test("only after what is under way has been answered", async () => {
    const end = await runFixture("leave.mjs", [slow, "wait"]);
    expect(end).toMatchObject({
      code: 0,
      signal: null,
      hung: false,
      stdout: "running\nanswered\n",
      stderr: "",
    });
  });
});

interface Leavings {
  /** Ends that are not as expected. */
  readonly bad: readonly object[];
  /** How many had their model by then. */
  readonly loaded: number;
}

const moments = 30;

/**
 * Leaves at moments from the call of `fromPretrained` to well after its end, two processes at a time. The last moment
 * is late by far: a busy machine loads more slowly than when the time was taken.
 */
async function leaveWhileLoading(way: string, code: number): Promise<Leavings> {
  const time = lastJson<number>(await runFixture("leave.mjs", [slow, "load-time"]));
  const early = Array.from({ length: moments - 1 }, (_, i) => (2 * time * i) / (moments - 2));
  const steps = [...early, 10 * time + 2000].values();
  const bad: object[] = [];
  let loaded = 0;
  const some = async () => {
    // One iterator for both: each takes the next moment.
    for (const milliseconds of steps) {
      const end = await runFixture("leave.mjs", [slow, way, String(milliseconds)], { seconds: 30 });
      if (end.code !== code || end.hung) bad.push({ milliseconds, ...end });
      if (end.stdout.includes("loaded")) loaded++;
    }
  };
  await Promise.all([some(), some()]);
  return { bad, loaded };
}

describe("the process may end at any moment of a load", () => {
  test.each([
    ["process.exit()", "exit-loading", 7],
    ["an error that nobody catches", "throw-loading", 1],
  ])(
    "by %s",
    async (_, way, code) => {
      const { bad, loaded } = await leaveWhileLoading(way, code);
      expect(bad).toEqual([]);
      // The moments lie on both sides of the end of a load.
      expect(loaded).toBeGreaterThan(0);
      expect(loaded).toBeLessThan(moments);
    },
    240_000,
  );
});

interface WorkerEnds {
  readonly ends: readonly { readonly code: number; readonly errors: readonly string[] }[];
  readonly same: boolean;
  readonly sharedBy: number;
}

describe("a Worker may end while it infers, and the others go on", () => {
  const rounds = 4;
  const endings = [
    ["terminate", { code: 1, errors: [] }],
    ["exit", { code: 3, errors: [] }],
    ["throw", { code: 1, errors: ["thrown on purpose"] }],
  ] as const;

  test.each(endings)("by %s", async (way, expected) => {
    const end = await runFixture("end-worker.mjs", [slow, quick, way, String(rounds)], { seconds: 120 });
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
    const { ends, same, sharedBy } = lastJson<WorkerEnds>(end);
    expect(ends).toEqual(Array.from({ length: rounds }, () => expected));
    expect({ same, sharedBy }).toEqual({ same: true, sharedBy: 1 });
  });
});

interface LoadEnds {
  /** Exit codes of the Workers, and how many had their model by then. */
  readonly codes: readonly number[];
  readonly loaded: number;
  /** Models that native code holds after the last of them. */
  readonly models: number;
  readonly width: number;
}

describe("a Worker may be terminated at any moment of a load", () => {
  const count = 16;

  test.each([
    ["that nobody else has", "alone"],
    ["that the main thread has too", "shared"],
  ])(
    "of a model %s",
    async (_, way) => {
      const end = await runFixture("end-loading.mjs", [quick, way, String(count)], { seconds: 200 });
      expect(end).toMatchObject({ code: 0, signal: null, hung: false });
      const { codes, loaded, models, width } = lastJson<LoadEnds>(end);
      expect(codes).toEqual(Array.from({ length: count }, () => 1));
      // The moments lie on both sides of the end of a load.
      expect(loaded).toBeGreaterThan(0);
      expect(loaded).toBeLessThan(count);
      expect({ models, width }).toEqual({ models: way === "shared" ? 1 : 0, width: 70 });
    },
    210_000,
  );
});

test("a Worker that is terminated in the midst of a shared model's work leaves the others' answers alone", async () => {
  const end = await runFixture("end-sharing.mjs", [slow, "2"], { seconds: 120 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  const { shared, same, sharedBy } = lastJson<{ shared: number[]; same: boolean[]; sharedBy: number }>(end);
  expect(shared).toEqual([2, 2]);
  expect(same).toEqual(Array.from({ length: 6 }, () => true));
  expect(sharedBy).toBe(1);
}, 130_000);
