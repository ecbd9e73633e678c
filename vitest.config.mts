// Suites by folder: `vitest run --project unit`, contract, golden or lifecycle.
import { readdirSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

// Every folder of test/ that holds *.test.ts files is a suite of its own name.
const suites = readdirSync(path.join(root, "test"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => readdirSync(path.join(root, "test", name)).some((file) => file.endsWith(".test.ts")));

export default defineConfig({
  test: {
    // Forked processes: an addon that crashes takes one file's tests with it, and says so.
    pool: "forks",
    // Unpacks the golden archive; without it the run fails.
    globalSetup: [path.join(root, "test", "support", "global-setup.ts")],
    // Another machine under an emulator answers slowly, and so do the doubles' kernels.
    testTimeout: process.env.DEEPLAB_TEST_ANSWER_WITH || process.env.DEEPLAB_RT_DOUBLES ? 600_000 : 60_000,
    hookTimeout: 60_000,
    // One instance of the built package for all: vitest must not load it a second time by transforming it.
    // DEEPLAB_TEST_PACKAGE: an installed one instead (scripts/gpu-check --package).
    alias: { "deeplab-rt": path.join(process.env.DEEPLAB_TEST_PACKAGE || root, "dist", "index.mjs") },
    server: { deps: { external: [/\/dist\//] } },
    projects: suites.map((name) => ({
      extends: true as const,
      test: { name, include: [`test/${name}/**/*.test.ts`] },
    })),
  },
});
