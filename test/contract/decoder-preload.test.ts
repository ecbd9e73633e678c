// The picture decoder is loaded while a model loads, so that the first picture does not wait for it.

import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const index = path.join(import.meta.dirname, "../../dist/index.js");

// Processes of their own: this one has loaded sharp already.
async function run(location: string): Promise<unknown> {
  const code = `
    const isLoaded = () => Object.keys(require.cache).some((file) => file.includes("sharp"));
    const { AutoModel } = require(${JSON.stringify(index)});
    const before = isLoaded();
    AutoModel.fromPretrained(${JSON.stringify(location)}).catch(() => undefined).then(async (model) => {
      const until = Date.now() + ${location.endsWith("none") ? 200 : 10_000};
      while (!isLoaded() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log(JSON.stringify({ before, after: isLoaded() }));
      await model?.close();
    });`;
  return JSON.parse(execFileSync(process.execPath, ["-e", code], { encoding: "utf8" }));
}

test("loading a model loads the decoder, importing the package does not", async () => {
  expect(await run(await tinyPackage())).toEqual({ before: false, after: true });
});

test("a package that is refused loads no decoder", async () => {
  expect(await run(path.join(await newFolder(), "none"))).toEqual({ before: false, after: false });
});
