// Runs once before all tests: the golden archive is checked and unpacked. A missing or changed archive fails the run.
// The cache is one of this run: neither the user's nor one of an older build decides anything.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { unpackGolden } from "../../scripts/golden/archive.mjs";

const cache = fs.mkdtempSync(path.join(os.tmpdir(), "deeplab-rt-cache-"));

export async function setup(): Promise<void> {
  process.env.INFERENCE_HOME = cache;
  await unpackGolden();
}

export function teardown(): void {
  fs.rmSync(cache, { recursive: true, force: true });
}
