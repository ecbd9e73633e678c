// The suites that force one instruction set after the other: golden cases in every variant, and random packages against
// the oracle. What this machine cannot run is skipped by name.
import { runGtest } from "../native-tests.mjs";
import { mergeResults, singleResult, toolSkip } from "../result.mjs";
import {
  answeringCommand,
  buildEmulated,
  EMULATED_TESTS,
  emulatedCommand,
  missingTool,
} from "./emulated.mjs";
import { BUILT_LEVELS, LEVELS_OF, usableLevels } from "./simd-levels.mjs";
import { ALL_WAYS, goldenRuns, labelled, runVariants } from "./variants.mjs";

/** The oracle's own proof and the many seeds run once, at the best level: suite "oracle". */
const ORACLE_TESTS = ["head-cut", "nv12", "preprocess", "random", "shapes", "special-values"].map(
  (name) => `test/oracle/${name}.test.ts`,
);

const oracleRun = (env, label = "oracle") => ({ label, paths: ORACLE_TESTS, env });

/**
 * What results look like: overlays, outlines, map files. They load the addon themselves, so an answering process cannot
 * be asked: at neon these kernels are the C++ tests' alone.
 */
const PICTURE_TESTS = ["pictures", "png", "visualize-native"].map((name) => `test/unit/${name}.test.ts`);

/** Each setting once with the other: kernels know nothing of batches, and the oracle's packages are cut and whole. */
const EACH_ONCE = [
  { headCut: "on", batching: "on" },
  { headCut: "off", batching: "off" },
];

/** Golden cases in every variant at the best level, and in a pair of them at the others. */
async function runLevel(level) {
  if (!usableLevels().includes(level)) return toolSkip(`kernels at ${level}`, `a processor with ${level}`);
  const env = { DEEPLAB_RT_SIMD: level };
  const ways = level === usableLevels().at(-1) ? ALL_WAYS : EACH_ONCE;
  return runVariants(`simd-${level}`, [
    ...goldenRuns(ways, env),
    { label: "oracle and pictures", paths: [...ORACLE_TESTS, ...PICTURE_TESTS], env },
  ]);
}

/** The addon and the C++ tests; `null`, or what went wrong. */
async function buildAll() {
  return (await buildEmulated("deeplab_rt")) ?? (await buildEmulated("deeplab_native_tests"));
}

/** Sessions and batches on a GPU choose no kernels of the processor: once, at the first level. */
const ON_GPUS = [
  ...["TrtRefusal", "TrtSessions", "TrtEngine", "TrtBuild", "TrtGraphs", "TrtCosts", "EngineBuild"],
  ...["OrtDevice", "OrtDeviceModel", "OrtProviders"],
  ...["*/DeviceBatches", "*/Costs", "*/Failures", "*/Graphs", "*/UnpinnedGraphs", "*/GraphFailures"],
].map((suite) => `${suite}.*`);

/** The C++ tests at a level. */
async function emulatedTests(suite, level) {
  const filter = level === LEVELS_OF.arm64[0] ? [] : [`--gtest_filter=-${ON_GPUS.join(":")}`];
  const tests = emulatedCommand([EMULATED_TESTS, ...filter], { DEEPLAB_RT_SIMD: level });
  return labelled(`arm64 ${level}`, await runGtest(`${suite}-native-${level}`, tests));
}

/** The C++ tests of both levels, then every run of the others. */
async function runEmulated(suite, waysOf) {
  const missing = missingTool();
  if (missing !== null) return toolSkip("kernels at neon", missing);
  const problem = await buildAll();
  if (problem !== null) return singleResult("linux-arm64 compiles", false, problem);
  // Both levels at once: each keeps one core busy.
  const results = await Promise.all(LEVELS_OF.arm64.map((level) => emulatedTests(suite, level)));
  const runs = [];
  for (const level of LEVELS_OF.arm64) {
    const label = `arm64 ${level}`;
    const answering = JSON.stringify(await answeringCommand(level));
    const env = { DEEPLAB_TEST_ANSWER_WITH: answering, DEEPLAB_RT_SIMD: level };
    const ways = waysOf(level);
    // The longest first, so that no core waits at the end.
    if (ways.length > 0)
      runs.push(oracleRun(env, `${label}: oracle`), ...goldenRuns(ways, env, `${label}: golden`));
  }
  return mergeResults([...results, await runVariants(suite, runs)]);
}

/**
 * At neon once, as users run it: the oracle's packages are cut and whole. The scalar level is the same source on every
 * architecture: its runs are x64's, and the C++ tests here.
 */
const FEW_WAYS = { neon: [{ headCut: "on", batching: "on" }], scalar: [] };

const emulatedSuites = [
  { name: "simd-neon", slow: true, run: () => runEmulated("simd-neon", (level) => FEW_WAYS[level]) },
  { name: "simd-neon-full", onDemand: true, run: () => runEmulated("simd-neon-full", () => ALL_WAYS) },
];

/** One suite a level of this machine's architecture, and linux-arm64 under the emulator. */
export const LEVEL_SUITES = [
  ...BUILT_LEVELS.map((level) => ({ name: `simd-${level}`, slow: true, run: () => runLevel(level) })),
  ...(process.arch === "arm64" ? [] : emulatedSuites),
];
