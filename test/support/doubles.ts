// For tests that need a GPU: they run on the doubles (test/doubles/), or on the real thing where that is there.

import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { expectNothingInDriver } from "./driver-leaks.js";
import { newFolder, removeFolders } from "./tiny-package.js";

const needed = ["DEEPLAB_RT_CUDA", "DEEPLAB_RT_TENSORRT", "DEEPLAB_DOUBLE_TRT_ONNXRUNTIME"];

/**
 * Makes sure that the doubles are named, gives the tests of a file a cache folder of their own, and ends each test with
 * nothing left in the driver.
 */
export function onDoubles(): void {
  beforeAll(async () => {
    const missing = needed.filter((name) => !process.env[name]);
    if (missing.length > 0) throw new Error(`run this on the doubles: ${missing.join(", ")} not set`);
    vi.stubEnv("INFERENCE_HOME", await newFolder());
  });
  afterEach(expectNothingInDriver, 2 * 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await removeFolders();
  });
}

/** How builders behave from here on that are started by this process: see test/doubles/tensorrt/control.h. */
export function buildersDo(mode: string, stepMs = 0): void {
  vi.stubEnv("DEEPLAB_DOUBLE_TRT_BUILD", mode);
  vi.stubEnv("DEEPLAB_DOUBLE_TRT_BUILD_STEP_MS", String(stepMs));
}
