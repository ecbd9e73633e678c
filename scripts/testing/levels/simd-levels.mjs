// Which instruction sets the kernels have, and which of them this machine can run.
import { probe } from "../../setup/run-command.mjs";

/** Built for each processor architecture, worst first; the addon's own list is held against it. */
export const LEVELS_OF = { x64: ["scalar", "avx2", "avx512"], arm64: ["scalar", "neon"] };

/** Those of this architecture's addon. */
export const BUILT_LEVELS = LEVELS_OF[process.arch] ?? ["scalar"];

/** What the built addon can run here; asked of a process of its own, so that this one does not hold the addon. */
export function usableLevels() {
  const code = 'console.log(require("./dist/native.js").native().buildInfo().simdLevels.join())';
  const text = probe(process.execPath, ["-e", code]);
  if (text === null) throw new Error("the addon could not be asked for its instruction sets");
  return text.trim().split(",");
}
