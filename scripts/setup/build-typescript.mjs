// lib/ → dist/: plain tsc, then the ESM wrapper over the one CommonJS instance.
import fs from "node:fs";
import path from "node:path";
import { inRoot, relative } from "./paths.mjs";
import { runShown } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { contentHash, filesUnder, stampFits, writeStamp } from "./stamp.mjs";

const WRAPPER = new Set(["index.mjs", "index.d.mts"]);

/** Removes what a deleted or renamed source left behind: dist/ is shipped as a whole. */
export function pruneOutputs(lib = inRoot("lib"), dist = inRoot("dist")) {
  for (const file of filesUnder(dist)) {
    const name = path.relative(dist, file);
    const source = path.join(lib, `${name.replace(/(\.d\.ts|\.js\.map|\.js)$/, "")}.ts`);
    if (!WRAPPER.has(name) && !fs.existsSync(source)) fs.rmSync(file);
  }
}

/** Builds when lib/ or its settings changed since the last build. */
export async function buildTypeScript(log) {
  const hash = contentHash(["lib", "tsconfig.json", "scripts/esm-wrapper.cjs"].map((name) => inRoot(name)));
  if (stampFits("typescript", hash) && fs.existsSync(inRoot("dist/index.mjs"))) return;
  log("compiling TypeScript");
  const tsc = await runShown(process.execPath, [
    inRoot("node_modules/typescript/bin/tsc"),
    "-p",
    "tsconfig.json",
  ]);
  if (tsc.code !== 0) throw new SetupError("The TypeScript in lib/ does not compile; the errors are above.");
  pruneOutputs();
  const wrapper = await runShown(process.execPath, [inRoot("scripts/esm-wrapper.cjs")]);
  if (wrapper.code !== 0)
    throw new SetupError(`${relative(inRoot("scripts/esm-wrapper.cjs"))} failed; its message is above.`);
  fs.chmodSync(inRoot("dist/cli/main.js"), 0o755);
  writeStamp("typescript", hash);
}
