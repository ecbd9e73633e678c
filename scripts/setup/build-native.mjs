// native/ → build/Release/*.node, by cmake-js with no download; or a prebuilt addon of the same sources.
import fs from "node:fs";
import os from "node:os";
import { kernelsSetting, makeKernels } from "../cuda/make-kernels.mjs";
import { complaints } from "./compiler-output.mjs";
import { inRoot, relative } from "./paths.mjs";
import { fittingPrebuild, prebuildRecorded } from "./prebuilt.mjs";
import { runCaptured } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { contentHash, stampFits, writeStamp } from "./stamp.mjs";
import { requireToolchain } from "./toolchain.mjs";

/** Hash of everything the addon is made of; a prebuilt addon carries the hash it was made from. */
export function nativeSourcesHash() {
  const { version, binary, devDependencies } = JSON.parse(fs.readFileSync(inRoot("package.json"), "utf8"));
  const headers = ["node-addon-api", "node-api-headers", "cmake-js"].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  return contentHash(
    [inRoot("native"), inRoot("CMakeLists.txt"), inRoot("cmake"), inRoot("scripts/cuda")],
    [version, JSON.stringify(binary), ...headers, kernelsSetting()],
  );
}

function builtAddon() {
  const folder = inRoot("build/Release");
  const name = fs.existsSync(folder) && fs.readdirSync(folder).find((file) => file.endsWith(".node"));
  return name ? `${folder}/${name}` : null;
}

/** Whether a compiler will be needed: known before any package is installed. */
export function needsCompiler(hash = nativeSourcesHash()) {
  if (builtAddon() === null) return !prebuildRecorded(hash);
  return !stampFits("native", hash);
}

/** Runs a command of cmake-js; throws with everything the compiler said. */
async function cmakeJs(command, args) {
  const script = inRoot("node_modules/cmake-js/bin/cmake-js");
  const env = { ...process.env, CMAKE_BUILD_PARALLEL_LEVEL: String(os.availableParallelism()) };
  const { code, output } = await runCaptured(process.execPath, [script, command, ...args], { env });
  if (code !== 0) throw new SetupError(`The addon does not compile:\n${complaints(output)}`);
  return output;
}

/**
 * Configures and builds in `out`; throws with everything the compiler said. Not `cmake-js compile`, which answers a
 * mistake in a source by deleting all of `out`, and what was fetched into it, and trying again.
 */
export async function compileAddon(out, cmakeVariables = {}, extraArgs = []) {
  requireToolchain();
  const variables = Object.entries(cmakeVariables).map(([name, value]) => `--CD${name}=${value}`);
  const args = ["--out", out, ...extraArgs, ...variables];
  await cmakeJs("configure", args);
  return cmakeJs("build", args);
}

/** Builds the addon when its sources changed since the last build and no prebuilt one fits them. */
export async function buildNative(log) {
  const hash = nativeSourcesHash();
  const built = builtAddon();
  if (built !== null && stampFits("native", hash)) return;
  // The loader takes build/Release first, so a prebuilt addon only serves where there is none.
  const prebuilt = built === null ? fittingPrebuild(hash) : null;
  if (prebuilt !== null) return log(`using the prebuilt addon ${relative(prebuilt)}`);
  // CMake would do it as well; here what goes wrong is told before anything else is compiled.
  if (kernelsSetting() === "ON") await makeKernels(inRoot("native"), log);
  log("compiling the native addon");
  // The "native" suite builds its tests in the same tree; an addon alone needs no GoogleTest.
  await compileAddon("build", { DEEPLAB_BUILD_TESTS: "OFF" });
  writeStamp("native", hash);
}
