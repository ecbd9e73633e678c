// The list of mutants: each names one place that exists, and no kernel is without one.

import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { kernelFiles } from "../../scripts/mutants/kernel-files.mjs";
import { LEVELS_OF } from "../../scripts/testing/levels/simd-levels.mjs";

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** A test file, or a filter of C++ tests. */
  readonly test?: string;
  readonly gtest?: string;
  readonly levels?: readonly string[];
}

const root = path.join(import.meta.dirname, "../..");
const text = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const mutants = JSON.parse(text("test/mutants/mutants.json")) as readonly Mutant[];
const kernels: ReadonlySet<string> = kernelFiles();

describe("every mutant", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s: has its place", (_, mutant) => {
    const { file, find, replace, levels = [] } = mutant;
    expect(text(file).split(find).length - 1).toBe(1);
    expect(replace).not.toBe(find);
    if (mutant.gtest === undefined) expect(fs.existsSync(path.join(root, mutant.test ?? "none"))).toBe(true);
    else expect(mutant.gtest).toMatch(/^\w+\.\*$/);
    // Levels narrow what is compiled once a level; of other code there is only one.
    if (levels.length > 0) expect(kernels).toContain(file);
    expect(Object.values(LEVELS_OF).flat()).toEqual(expect.arrayContaining([...levels]));
  });

  test("has a name of its own", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});

test("what is compiled once a level is found with what it includes", () => {
  expect([...kernels].filter((file) => file.endsWith("_kernels.cc")).length).toBeGreaterThan(3);
  expect([...kernels]).toContain("native/core/vec.h");
  expect([...kernels].filter((file) => /_cpu\.cc$/.test(file))).toEqual([]);
});

const deviceKernels = ["preprocess/preprocess_cuda.cu", "postprocess/postprocess_cuda.cu"].map(
  (name) => `native/${name}`,
);
test.each([...kernels].filter((file) => file.endsWith("_kernels.cc")).concat(deviceKernels))(
  "%s has mutants",
  (file) => {
    expect(mutants.filter((mutant) => mutant.file === file).length).toBeGreaterThan(0);
  },
);
