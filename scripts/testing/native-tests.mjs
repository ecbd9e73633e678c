// The C++ tests (GoogleTest): plain, under AddressSanitizer + UndefinedBehaviorSanitizer, and under ThreadSanitizer.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasCargo } from "../fetch-crate.mjs";
import { complaints } from "../setup/compiler-output.mjs";
import { BUILD, inRoot, REPORTS } from "../setup/paths.mjs";
import { probe, runCaptured, runShown } from "../setup/run-command.mjs";
import { tensorrtHeaders } from "../tensorrt/headers.mjs";
import { gtestFiles } from "./gtest-files.mjs";
import { readGtestReport } from "./read-reports.mjs";
import { checkRunner, emptyResult, mergeResults, singleResult, toolSkip } from "./result.mjs";

/** Every report is fatal, so that none can be overlooked. */
export const SANITIZER_ENV = {
  ASAN_OPTIONS: "abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1",
  UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
};

/** Whole stacks of what leaked: ONNX Runtime keeps no frame pointers, and the list of known leaks names functions. */
const LEAKS_ENV = {
  ...SANITIZER_ENV,
  ASAN_OPTIONS: `${SANITIZER_ENV.ASAN_OPTIONS}:fast_unwind_on_malloc=0`,
  LSAN_OPTIONS: `suppressions=${inRoot("test/native/known-leaks.txt")}:print_suppressions=0`,
};

const GTEST_PROBE = "#include <gtest/gtest.h>\n";

function gtestFound() {
  return probe("c++", ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], GTEST_PROBE) !== null;
}

/** Configures and builds `target` in the folder `tree`; `null`, or what the build said. */
export async function cmakeBuild(tree, definitions, target) {
  const variables = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
  const configure = await runCaptured("cmake", ["-S", inRoot(), "-B", tree, ...variables]);
  if (configure.code !== 0) return configure.output;
  const jobs = String(os.availableParallelism());
  const build = await runCaptured("cmake", ["--build", tree, "--target", target, "-j", jobs]);
  return build.code === 0 ? null : complaints(build.output);
}

/** The addon's own tree where there is one: its objects are compiled already. */
export function plainTree() {
  return fs.existsSync(path.join(BUILD, "CMakeCache.txt")) ? BUILD : path.join(BUILD, "native-tests");
}

/** The C++ tests and the addon share this tree. */
export const SANITIZED_TREE = path.join(BUILD, "native-sanitized");
export const SANITIZED = {
  DEEPLAB_BUILD_TESTS: "ON",
  DEEPLAB_SANITIZE: "address,undefined",
  CMAKE_BUILD_TYPE: "Debug",
  CMAKE_CXX_FLAGS_DEBUG: "-O1 -g1", // lines for stacks; a debugger's variables would double the compiler's time
};

const THREADS_TREE = path.join(BUILD, "native-tsan");
const THREADS_ENV = {
  TSAN_OPTIONS: `halt_on_error=1:second_deadlock_stack=1:suppressions=${inRoot("test/native/known-races.txt")}`,
};
/**
 * What is all ours: ONNX Runtime is not instrumented, so what it does between threads cannot be seen. Twice, because
 * a race needs luck to show. Of the CUDA kernels, whose threads are fibers here, what has all their barriers.
 */
const OURS = [
  ...[
    "Scheduler",
    "Batching",
    "Overlap",
    "Stress",
    "Allocation",
    "ThreadPool",
    "BufferPool",
    "HeldMemory",
  ].map((name) => `${name}.*`),
  "Cuda*",
  "Devices/Cuda*",
];
const LEFT_OUT = [
  "*.WithoutAnEventTheOrderVaries", // a race on purpose
  "CudaPostprocess.IsTheScalar*",
  "CudaPostprocess.WhatHas*",
  "CudaPostprocess.NonFinite*",
  "CudaPostprocess.Surrounds*",
  "CudaPreprocess.IsTheScalar*",
  "CudaPreprocess.TakesABatch*",
];
const THREADS = {
  ...SANITIZED,
  DEEPLAB_SANITIZE: "thread",
  DEEPLAB_TEST_FILES: gtestFiles(OURS).join(";"),
};
const THREADS_ARGS = [`--gtest_filter=${OURS.join(":")}-${LEFT_OUT.join(":")}`, "--gtest_repeat=2"];

/** Runs the tests by `[command, ...args]`, judged by the report they write. */
export async function runGtest(name, [command, ...args], env = {}) {
  const report = path.join(REPORTS, `${name}.json`);
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.rmSync(report, { force: true });
  const all = [...args, `--gtest_output=json:${report}`, "--gtest_brief=1"];
  const exit = await runShown(command, all, { env: { ...process.env, ...env } });
  return checkRunner(readGtestReport(report), name, exit);
}

/** The same in as many processes at once as there are cores, each with its part of the tests. */
async function runGtestInParts(name, command, env) {
  const parts = Math.min(os.availableParallelism(), 8);
  const run = (part) => {
    const shard = { GTEST_TOTAL_SHARDS: String(parts), GTEST_SHARD_INDEX: String(part) };
    return runGtest(`${name}-${part}`, command, { ...env, ...shard });
  };
  return mergeResults(await Promise.all(Array.from({ length: parts }, (_, part) => run(part))));
}

/** What TensorRT's double is built with, by whoever builds next; without it the double and its tests are left out. */
async function fetchDoublesHeaders() {
  if (!hasCargo()) return toolSkip("C++ tests on TensorRT's double", "cargo");
  await tensorrtHeaders();
  return emptyResult();
}

async function buildAndRun(name, tree, definitions, { env = {}, args = [], run = runGtest }) {
  if (!gtestFound()) return toolSkip("C++ tests", "GoogleTest");
  const leftOut = await fetchDoublesHeaders();
  const problem = await cmakeBuild(tree, definitions, "deeplab_native_tests");
  if (problem !== null) return singleResult("C++ tests compile", false, problem);
  const result = await run(name, [path.join(tree, "deeplab_native_tests"), ...args], env);
  return mergeResults([result, leftOut]);
}

/** As users' machines build it. */
export function runNativeTests() {
  return buildAndRun("native", plainTree(), { DEEPLAB_BUILD_TESTS: "ON" }, {});
}

/** The same tests, every sanitizer report fatal. */
export function runNativeSanitized() {
  return buildAndRun("native-sanitized", SANITIZED_TREE, SANITIZED, {
    env: LEAKS_ENV,
    run: runGtestInParts,
  });
}

/** The scheduler, the pools and the queue between threads: no data race, no lock taken in two orders. */
export function runNativeThreads() {
  return buildAndRun("native-tsan", THREADS_TREE, THREADS, { env: THREADS_ENV, args: THREADS_ARGS });
}
