// A process that does all there is in a life once; test/node-versions runs the same on other versions of Node.js.

import { afterAll, expect, test } from "vitest";
import { lastJson, runFixture } from "../support/child.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

test("answers, gives memory back, hands results to a Worker, closes, and ends by itself", async () => {
  // Older runtimes move an ArrayBuffer only if they are asked for it.
  const nodeArguments = "transfer" in ArrayBuffer.prototype ? [] : ["--harmony-rab-gsab-transfer"];
  const end = await runFixture("lifetimes.mjs", [await tinyPackage()], { nodeArguments, seconds: 120 });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
  expect(lastJson<{ checks: string[] }>(end).checks.length).toBeGreaterThanOrEqual(8);
}, 130_000);
