// The copy of ONNX Runtime that is shipped beside the addon, under a file name and a SONAME of its own.
//
// Why its own SONAME: were it libonnxruntime.so.1, and loaded first, another addon in the process that needs
// libonnxruntime.so.1 with its own symbol versions would be handed ours by the dynamic linker and fail to load.
import fs from "node:fs";
import path from "node:path";
import { installCommands } from "../setup/install-hint.mjs";
import { inRoot } from "../setup/paths.mjs";
import { probe } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** The file name lib/ looks for beside the addon, and the SONAME. */
export const BUNDLED_LIBRARY = "libdeeplab-onnxruntime.so.1";

/** The patchelf on this machine, or `null`. */
export function findPatchelf() {
  return probe("patchelf", ["--version"]) === null ? null : "patchelf";
}

function sourceLibrary(platform, arch) {
  return inRoot("node_modules/onnxruntime-node/bin/napi-v6", platform, arch, "libonnxruntime.so.1");
}

/** Version of the library that is shipped. */
export function bundledVersion() {
  return JSON.parse(fs.readFileSync(inRoot("node_modules/onnxruntime-node/package.json"), "utf8")).version;
}

/** Copies the library of the development dependency onnxruntime-node into `folder` and renames it inside and out. */
export function bundleOnnxRuntime(folder, platform = process.platform, arch = process.arch) {
  const patchelf = findPatchelf();
  if (patchelf === null) {
    throw new SetupError(
      `patchelf is needed to make a prebuild. How to get it:\n  ${installCommands(["patchelf"]).join("\n  ")}`,
    );
  }
  const target = path.join(folder, BUNDLED_LIBRARY);
  fs.copyFileSync(sourceLibrary(platform, arch), target);
  fs.chmodSync(target, 0o755);
  if (probe(patchelf, ["--set-soname", BUNDLED_LIBRARY, target]) === null) {
    throw new SetupError(`patchelf could not set the SONAME of ${target}`);
  }
}
