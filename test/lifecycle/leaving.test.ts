// Leaving the process or ending a Worker, whatever runs, neither crashes nor hangs.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage, slowPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
let quick = "";
let slow = "";
beforeAll(() => {
  quick = quickPackage(folder);
  slow = slowPackage(folder);
});
afterAll(() => folder.dispose());

describe("the process may end", () => {
  test("by process.exit() while the network runs", async () => {
    const end = await runFixture("leave.mjs", [slow, "exit"]);
    expect(end).toMatchObject({ code: 7, signal: null, hung: false, stdout: "running\n" });
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
    expect(end).toMatchObject({ code: null, signal: "SIGTERM", hung: false });
  });

  test("by process.exit() while a model is closing", async () => {
    const end = await runFixture("leave.mjs", [slow, "closing"]);
    expect(end).toMatchObject({ code: 7, signal: null, hung: false });
  });

  test.each([0, 1, 5, 20])("by process.exit() %i ms after loading began", async (milliseconds) => {
    const end = await runFixture("leave.mjs", [slow, "while-loading", String(milliseconds)]);
    expect(end).toMatchObject({ code: 7, signal: null, hung: false });
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
    expect(end).toMatchObject({ code: 0, signal: null, hung: false });
    const { ends, same, sharedBy } = lastJson<WorkerEnds>(end);
    expect(ends).toEqual(Array.from({ length: rounds }, () => expected));
    expect({ same, sharedBy }).toEqual({ same: true, sharedBy: 1 });
  });
});
