// Memory of allocateImage comes back when nobody needs it, and not before: by collection, transfer, the end of a Worker.

import { afterAll, beforeAll, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { slowPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
let slow = "";
beforeAll(() => {
  slow = slowPackage(folder);
});
afterAll(() => folder.dispose());

/** Older runtimes move an ArrayBuffer only if they are asked for it. */
const transfer = "transfer" in ArrayBuffer.prototype ? [] : ["--harmony-rab-gsab-transfer"];

async function run<T>(way: string): Promise<T> {
  const nodeArguments = ["--expose-gc", ...transfer];
  const end = await runFixture("allocate.mjs", [slow, way], { nodeArguments, seconds: 120 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  return lastJson<T>(end);
}

test("pictures that nobody holds are given back", async () => {
  const { most, bytes, after } = await run<{ most: number; bytes: number; after: number }>("forget");
  expect(most).toBeGreaterThanOrEqual(bytes);
  expect(after).toBe(0);
}, 130_000);

test.each([
  ["collected", "reading"],
  ["moved to another ArrayBuffer", "transfer"],
])(
  "a picture that is %s while a call waits to read it stays until then",
  async (_, way) => {
    expect(await run(way)).toEqual({ waiting: 2, same: true, after: 0 });
  },
  130_000,
);

test("a Worker that is terminated while its calls read takes nothing along and leaves nothing", async () => {
  const end = await runFixture("end-allocating.mjs", [slow, "3"], { seconds: 120 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false });
  expect(lastJson(end)).toEqual({ codes: [1, 1, 1], used: 0 });
}, 130_000);
