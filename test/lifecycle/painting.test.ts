// Counting and painting run on threads of their own: leaving in the middle neither crashes nor hangs.

import { expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";

test.each([
  ["process.exit()", "exit", 7],
  ["an error that nobody catches", "throw", 1],
] as const)("the process may end by %s while maps are painted", async (_, way, code) => {
  expect(await runFixture("paint.mjs", [way])).toMatchObject({ code, signal: null, hung: false });
});

test("the process ends only after what is under way has been answered", async () => {
  expect(await runFixture("paint.mjs", ["wait"])).toMatchObject({
    code: 0,
    signal: null,
    hung: false,
    stdout: "3\n",
    stderr: "",
  });
});

test("a Worker may be terminated while it paints, at any moment", async () => {
  const end = await runFixture("paint.mjs", ["terminate"]);
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  expect(lastJson(end)).toEqual({ codes: Array.from({ length: 8 }, () => 1), pixels: 3 });
});
