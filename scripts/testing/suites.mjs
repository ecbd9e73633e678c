// Every suite of npm test, in the order they run: cheap and telling first.
import { runCudaKernels } from "./cuda-kernels/run-cuda-kernels.mjs";
import { runGpu } from "./gpu.mjs";
import { LEVEL_SUITES } from "./levels/suites.mjs";
import { runNativeSanitized, runNativeTests, runNativeThreads } from "./native-tests.mjs";
import { runPackageTests } from "./package-tests.mjs";
import { runScript } from "./run-script.mjs";
import { runVitest } from "./run-vitest.mjs";
import { runSanitizedAddon } from "./sanitized-addon.mjs";
import { runFormat, runLint, runTypes } from "./static-checks.mjs";
import { runTensorrtAbi } from "./tensorrt-abi/run-tensorrt-abi.mjs";

/** Minutes of work for one test; npm run test:quick leaves these files out. */
const SLOW_FILES = ["**/*.slow.test.ts"];

/** What the addon runs under the sanitizers: lifetimes, every golden case, odd widths, and random packages. */
const SANITIZED_TESTS = [
  "test/lifecycle",
  "test/contract",
  "test/golden",
  "test/oracle/shapes.test.ts",
  "test/oracle/random.test.ts",
];

/** What it runs under them at the other instruction sets: memory at the edges of every kernel. */
const SANITIZED_KERNEL_TESTS = ["test/oracle/shapes.test.ts", "test/oracle/preprocess.test.ts"];

function vitestSuite(folder) {
  return {
    name: folder,
    run: ({ quick }) => runVitest(folder, [`test/${folder}`], { exclude: quick ? SLOW_FILES : [] }),
  };
}

/**
 * `{ name, slow?, onDemand?, run({ quick }) → SuiteResult }`; `slow` suites are left out by test:quick, those `onDemand`
 * run only where they are named.
 */
export const SUITES = [
  { name: "format", run: runFormat },
  { name: "lint", run: runLint },
  { name: "types", run: runTypes },
  { name: "layout", run: () => runScript("layout", "scripts/layout-check.mjs") },
  vitestSuite("unit"),
  vitestSuite("contract"),
  vitestSuite("cli"),
  vitestSuite("docs"),
  vitestSuite("golden"),
  vitestSuite("oracle"),
  vitestSuite("lifecycle"),
  vitestSuite("node-versions"),
  vitestSuite("fuzz"),
  ...LEVEL_SUITES,
  { name: "gpu", run: ({ quick }) => runGpu({ quick, exclude: quick ? SLOW_FILES : [] }) },
  { name: "cuda-kernels", run: ({ quick }) => runCudaKernels(quick ? SLOW_FILES : []) },
  { name: "tensorrt-abi", run: ({ quick }) => runTensorrtAbi(quick ? SLOW_FILES : []) },
  { name: "native", run: runNativeTests },
  { name: "native-sanitized", slow: true, run: runNativeSanitized },
  { name: "native-tsan", slow: true, run: runNativeThreads },
  {
    name: "addon-sanitized",
    slow: true,
    run: () => runSanitizedAddon(SANITIZED_TESTS, SLOW_FILES, SANITIZED_KERNEL_TESTS),
  },
  { name: "mutants", slow: true, run: () => runScript("mutants", "scripts/mutants.mjs") },
  { name: "package", slow: true, run: runPackageTests },
];
