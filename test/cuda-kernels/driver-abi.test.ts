// Our declarations of the CUDA driver API are those of NVIDIA's own headers: every function's signature, every
// constant, every struct. Nothing runs: a compiler compares them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { compareWithHeader, headerVersions } from "../../scripts/testing/cuda-kernels/driver-headers.mjs";

const native = path.resolve(import.meta.dirname, "../../native");

/** The headers are fetched once, 5 MB. */
const TIMEOUT = 120_000;

/** What the compiler says where `right` is declared as `wrong`. */
async function compareChanged(version: string, right: string, wrong: string) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "driver-abi-"));
  try {
    const text = fs.readFileSync(path.join(native, "cuda/driver_api.h"), "utf8");
    expect(text.split(right).length).toBe(2);
    fs.mkdirSync(path.join(folder, "cuda"));
    fs.writeFileSync(path.join(folder, "cuda/driver_api.h"), text.replace(right, wrong));
    return await compareWithHeader(version, folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe.each(headerVersions)("against the header of CUDA %s", (version) => {
  test("all declarations agree", { timeout: TIMEOUT }, async () => {
    expect(await compareWithHeader(version, native)).toMatchObject({ code: 0, output: "" });
  });

  test.each([
    [
      "constant",
      "X(CUDA_ERROR_NOT_READY, 600)",
      "X(CUDA_ERROR_NOT_READY, 601)",
      "CUDA_ERROR_NOT_READY differs",
    ],
    [
      "parameter",
      "cuMemAlloc_v2, (CUdeviceptr*, size_t)",
      "cuMemAlloc_v2, (CUdeviceptr*, int)",
      "cuMemAlloc_v2 has another signature",
    ],
    ["symbol", "cuStreamDestroy_v2", "cuStreamDestroyed", "cuStreamDestroyed"],
    [
      "member",
      "  size_t maxSize;\n  unsigned short",
      "  int maxSize;\n  unsigned short",
      "maxSize lies elsewhere",
    ],
  ])("a wrong %s is caught", { timeout: TIMEOUT }, async (_, right, wrong, complaint) => {
    const { code, output } = await compareChanged(version, right, wrong);
    expect(code).not.toBe(0);
    expect(output).toContain(complaint);
  });
});
