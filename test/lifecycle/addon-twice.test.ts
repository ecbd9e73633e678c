// The addon loaded more than once into a process: the same file anew, and a copy of it at another path.

import fs from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { TemporaryFolder } from "../support/package-folder.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

const folder = new TemporaryFolder();
afterAll(async () => {
  folder.dispose();
  await removeFolders();
});

async function run(way: string) {
  const empty = path.join(folder.path, way);
  fs.mkdirSync(empty);
  return runFixture("addon-twice.cjs", [await tinyPackage(), empty, way], { seconds: 120 });
}

test("three instances and a Worker answer side by side, give their memory back and close", async () => {
  const end = await run("close");
  expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
  expect(lastJson(end)).toEqual({
    shared: [2, 2, 1],
    counts: [40_000, 40_000, 40_000],
    inWorker: 2,
    code: 1,
    maps: [true, true, true],
    models: [0, 0, 0],
  });
}, 130_000);

test("the process may end while all of them work", async () => {
  expect(await run("exit")).toMatchObject({ code: 7, signal: null, hung: false, stdout: "", stderr: "" });
}, 130_000);
