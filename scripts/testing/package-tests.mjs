// The npm package as users get it: made with its prebuilt addon, then installed and used by test/package.
import { writeReference } from "../api/reference.mjs";
import { buildPrebuild } from "../prebuild/build-prebuild.mjs";
import { findPatchelf } from "../prebuild/bundle-onnxruntime.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { singleResult, toolSkip } from "./result.mjs";
import { runVitest } from "./run-vitest.mjs";

/** Makes prebuilds/ for this machine, then runs test/package. */
export async function runPackageTests() {
  if (process.platform !== "linux")
    return toolSkip("packed and installed", "linux (prebuilt addons are made there)");
  if (findPatchelf() === null) return toolSkip("packed and installed", "patchelf");
  try {
    await writeReference();
    await buildPrebuild();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return singleResult("API reference and prebuilt addon", false, error.message);
  }
  return runVitest("package", ["test/package"]);
}
