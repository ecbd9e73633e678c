// Where the benchmark keeps what it makes and installs. Under build/ it goes when build/ goes, five gigabytes of
// Python with it: DEEPLAB_BENCH_SCRATCH names a folder that stays.
import path from "node:path";
import { BUILD } from "../../scripts/setup/paths.mjs";

/** A path inside the scratch folder. */
export function inScratch(...parts) {
  return path.join(process.env.DEEPLAB_BENCH_SCRATCH ?? path.join(BUILD, "bench"), ...parts);
}
