// The progress of building an engine, as commands show it.

import type { CompileProgress } from "../compile/progress.js";
import type { CommandContext } from "./context.js";
import { ProgressLine } from "./progress-line.js";

const stages: Readonly<Record<CompileProgress["stage"], string>> = {
  read: "reading",
  build: "building",
  check: "checking",
};

/** A function that shows progress on the command's stderr; `line.end()` when it is over. */
export function shownProgress({ progress: screen }: CommandContext) {
  const line = new ProgressLine(screen);
  const onProgress = (progress: CompileProgress) => {
    if (progress.log === null) line.show({ ...progress, what: stages[progress.stage] });
    else line.note(`TensorRT ${progress.log}`);
  };
  return { line, onProgress };
}
