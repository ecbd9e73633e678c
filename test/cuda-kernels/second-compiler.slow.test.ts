// nvcc 13 compiles the same sources, each alone, for the device and for the host, and has no warning to give.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { kernelSources } from "../../scripts/cuda/kernel-sources.mjs";
import { compileWithNvcc } from "../../scripts/testing/cuda-kernels/second-compiler.mjs";

const native = path.resolve(import.meta.dirname, "../../native");

/** nvcc 13 is fetched once, 100 MB. */
const TIMEOUT = 300_000;

async function compile(source: string) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nvcc-"));
  try {
    return await compileWithNvcc(native, source, path.join(folder, "kernel.o"));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test.each(kernelSources(native))("%s", { timeout: TIMEOUT }, async (source) => {
  const { code, output } = await compile(path.join(native, source));
  expect(output).toBe("");
  expect(code).toBe(0);
});

test.each([
  [
    "on the device",
    "__global__ void kernel(float* to) { int unused; to[0] = 1; }",
    "declared but never referenced",
  ],
  ["on the host", "static int Unused() { return 1; }\n", "Unused"],
])("a warning %s is an error", { timeout: TIMEOUT }, async (_, text, complaint) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nvcc-"));
  try {
    const source = path.join(folder, "warning_cuda.cu");
    fs.writeFileSync(source, text);
    const { code, output } = await compile(source);
    expect(code).not.toBe(0);
    expect(output).toContain(complaint);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
