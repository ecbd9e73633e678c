// import and require give one and the same package.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esm from "deeplab-rt";
import { describe, expect, test } from "vitest";

const dist = path.join(import.meta.dirname, "../../dist");
const require = createRequire(import.meta.url);

describe("both module systems", () => {
  test("name the same exports", () => {
    const cjs = require(path.join(dist, "index.js"));
    expect(Object.keys(esm).sort()).toEqual(Object.keys(cjs).sort());
    expect(Object.keys(esm).sort()).toEqual([
      "AutoModel",
      "DeepLabError",
      "Probabilities",
      "SemanticSegmentationModel",
      "SemanticSegmentationResult",
      "classColor",
      "classStats",
      "colorize",
      "compilePackage",
      "decodeRLE",
      "errorCodes",
      "legend",
      "overlay",
      "toCOCO",
      "toCVAT",
      "toLabelStudio",
      "toPNG",
      "toPolygons",
      "toRLE",
    ]);
  });

  test("share one instance of every class", () => {
    const code = `
      import { createRequire } from "node:module";
      import * as esm from ${JSON.stringify(pathToFileURL(path.join(dist, "index.mjs")).href)};
      const cjs = createRequire(import.meta.url)(${JSON.stringify(path.join(dist, "index.js"))});
      console.log(Object.keys(cjs).every((name) => cjs[name] === esm[name]));
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      encoding: "utf8",
    });
    expect([stdout.trim(), stderr]).toEqual(["true", ""]);
  });

  test("are declared in package.json by files that exist", () => {
    const { exports } = JSON.parse(readFileSync(path.join(dist, "../package.json"), "utf8"));
    for (const condition of ["import", "require"]) {
      for (const file of Object.values<string>(exports["."][condition])) {
        expect(readFileSync(path.join(dist, "..", file), "utf8")).not.toBe("");
      }
    }
  });

  test("load nothing heavy before it is needed", () => {
    const code = `
      require(${JSON.stringify(path.join(dist, "index.js"))});
      const loaded = Object.keys(require.cache);
      console.log(JSON.stringify(loaded.filter((file) => /node_modules.(sharp|onnxruntime)|\\.node$/.test(file))));
    `;
    const { stdout } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
