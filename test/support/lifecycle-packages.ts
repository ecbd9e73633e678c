// The packages of the lifecycle tests: one that answers at once, and one that keeps a core busy for a while.

import { slowNetwork } from "./networks.js";
import { classNames, plainConfig, type TemporaryFolder } from "./package-folder.js";

const channels = 5;

/** One thread, so that the slow network is slow on machines with many cores too. */
export const slowSession = { session: { intraOpThreads: 1 } };

/** 64×64, two layers of convolutions: some milliseconds. `batch` is the network's first dimension. */
export function quickPackage(folder: TemporaryFolder, batch: number | string = "n", name = "quick"): string {
  return folder.writePackage(name, {
    classNames: classNames(channels),
    config: plainConfig(64, 64),
    weights: slowNetwork({ batch, height: 64, width: 64 }, channels, 2),
  });
}

/** 512×512, ten layers: half a second on one thread; load it with `slowSession`. */
export function slowPackage(folder: TemporaryFolder): string {
  return folder.writePackage("slow", {
    classNames: classNames(channels),
    config: plainConfig(512, 512),
    weights: slowNetwork({ batch: 1, height: 512, width: 512 }, channels, 10),
  });
}
