// The folder of one run. What the run loads or starts has its cache there too: engines that are built to be measured, on
// the doubles even stand-ins of them, and the key that signs them are nothing for the user's own cache.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Runs `work(folder)`; folder and cache are gone afterwards. */
export async function withScratch(name, work) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), `deeplab-rt-${name}-`));
  const before = process.env.INFERENCE_HOME;
  process.env.INFERENCE_HOME = path.join(scratch, "cache");
  try {
    return await work(scratch);
  } finally {
    if (before === undefined) delete process.env.INFERENCE_HOME;
    else process.env.INFERENCE_HOME = before;
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
