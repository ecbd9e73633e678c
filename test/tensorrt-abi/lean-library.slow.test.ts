// A real library of TensorRT's, opened by the product's code: its version is read, and that it fails without a driver
// is told and not followed. With a driver its runtime answers through our declarations.
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  fetchLeanLibrary,
  hasLeanLibrary,
  probeLibrary,
} from "../../scripts/testing/tensorrt-abi/lean-library.mjs";

describe.runIf(hasLeanLibrary())("TensorRT's lean library", () => {
  test("is opened, and makes a runtime or says why not", async () => {
    const [version, runtime, ...lines] = await probeLibrary(
      path.join(await fetchLeanLibrary(), "libnvinfer_lean.so.10"),
    );
    expect(version).toBe("10.16.1.11 lean");
    if (runtime?.startsWith("runtime")) {
      expect(runtime).toBe("runtime with 3 threads, host code refused");
      expect(lines[0]).toBe("junk is no engine");
    } else {
      expect(runtime).toMatch(
        /^TensorRT 10\.16\.1\.11 \(.*\) could not make its runtime: .*CUDA initialization failure/,
      );
      expect(lines[0]).toMatch(/^log 1 .*CUDA initialization failure/);
    }
  }, 300_000);

  test("another library of its folder is not taken for TensorRT", async () => {
    const [line] = await probeLibrary(path.join(await fetchLeanLibrary(), "libnvinfer_vc_plugin.so.10"));
    expect(line).toMatch(/it is a library, but not TensorRT \(it has no getInferLibVersion\)/);
  }, 300_000);
});
