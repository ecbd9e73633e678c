// The addon itself, built with the sanitizers, under TypeScript tests.
import fs from "node:fs";
import path from "node:path";
import { probe } from "../setup/run-command.mjs";
import { usableLevels } from "./levels/simd-levels.mjs";
import { runVariants } from "./levels/variants.mjs";
import { cmakeBuild, SANITIZED, SANITIZED_TREE, SANITIZER_ENV } from "./native-tests.mjs";
import { mergeResults, singleResult, toolSkip } from "./result.mjs";
import { runVitest } from "./run-vitest.mjs";

const LOGS = path.join(SANITIZED_TREE, "reports");

/** The sanitizer's runtime has to be in the process before node's own allocator. */
function preloadLibrary() {
  const file = probe("c++", ["-print-file-name=libasan.so"])?.trim();
  return file && path.isAbsolute(file) ? fs.realpathSync(file) : null;
}

function environment(preload) {
  return {
    ...SANITIZER_ENV,
    LD_PRELOAD: preload,
    // Leaks: node itself frees little at exit, so they are watched by the RSS test and the C++ tests.
    ASAN_OPTIONS: `${SANITIZER_ENV.ASAN_OPTIONS}:detect_leaks=0:log_path=${LOGS}/asan`,
    UBSAN_OPTIONS: `${SANITIZER_ENV.UBSAN_OPTIONS}:log_path=${LOGS}/ubsan`,
    DEEPLAB_RT_ADDON: path.join(SANITIZED_TREE, "deeplab_rt.node"),
  };
}

/** Reports of child processes too, whose exit a test may have expected to be bad. */
function sanitizerReports() {
  return fs.readdirSync(LOGS).map((name) => fs.readFileSync(path.join(LOGS, name), "utf8"));
}

/** Builds the sanitized addon and runs `paths` with it, and `kernelPaths` at every other instruction set. */
export async function runSanitizedAddon(paths, exclude, kernelPaths) {
  const preload = process.platform === "linux" ? preloadLibrary() : null;
  if (preload === null) return toolSkip("addon under sanitizers", "libasan for LD_PRELOAD");
  const { DEEPLAB_BUILD_TESTS: _, ...definitions } = SANITIZED;
  const problem = await cmakeBuild(SANITIZED_TREE, definitions, "deeplab_rt");
  if (problem !== null) return singleResult("addon compiles with sanitizers", false, problem);
  fs.rmSync(LOGS, { recursive: true, force: true });
  fs.mkdirSync(LOGS, { recursive: true });
  const env = environment(preload);
  const tests = await runVitest("addon-sanitized", paths, { env, exclude });
  const others = usableLevels().slice(0, -1);
  const runs = others.map((level) => ({
    label: `kernels at ${level}`,
    paths: kernelPaths,
    env: { ...env, DEEPLAB_RT_SIMD: level },
  }));
  const kernels = await runVariants("addon-sanitized", runs);
  const reports = sanitizerReports();
  const silent = singleResult("no sanitizer report", reports.length === 0, reports.join("\n"));
  return mergeResults([tests, kernels, silent]);
}
