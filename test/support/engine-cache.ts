// The cache of engines in tests: each test begins with an empty one, and builders that do their work.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { beforeEach, vi } from "vitest";
import { buildersDo } from "./doubles.js";
import { newFolder } from "./tiny-package.js";

/** For the tests of a file; after onDoubles(). */
export function emptyEngineCaches(): void {
  beforeEach(async () => {
    buildersDo("normal");
    vi.stubEnv("INFERENCE_HOME", await newFolder());
  });
}

export const enginesFolder = () => path.join(process.env.INFERENCE_HOME ?? "", "deeplab-rt", "engines");

/** The names of what is in it: engines, and what builds and locks leave for a while. */
export const engines = () => readdir(enginesFolder());
