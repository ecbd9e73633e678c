// A user without a home folder, as containers have them: no entry in passwd, no HOME.

import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCode } from "../support/child.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const index = JSON.stringify(path.join(import.meta.dirname, "../../dist/index.js"));

test("a network is loaded, and only the cache is warned of", async () => {
  const folder = JSON.stringify(await tinyPackage());
  const code = `
    require("node:os").homedir = () => { throw new Error("uv_os_homedir returned ENOENT"); };
    process.on("warning", ({ code }) => console.log(code));
    require(${index}).AutoModel.fromPretrained(${folder}).then(async (model) => {
      console.log(model.backend);
      await model.close();
    });`;
  // Nothing that is named stands in for what is looked for.
  const named = [
    "INFERENCE_HOME",
    "MODEL_CACHE_DIR",
    "XDG_CACHE_HOME",
    "LOCALAPPDATA",
    "DEEPLAB_RT_TENSORRT",
  ];
  const environment = Object.fromEntries(named.map((name) => [name, ""]));
  const { code: exit, stdout, stderr } = await runCode(code, { environment });
  expect({ exit, lines: stdout.trim().split("\n").sort() }, stderr).toEqual({
    exit: 0,
    lines: ["CACHE_UNAVAILABLE", "onnxruntime"],
  });
});
