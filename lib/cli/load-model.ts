// Loading the model of a command: where an engine has to be built for it, with its progress on stderr.

import { AutoModel } from "../auto-model.js";
import type { SemanticSegmentationModel } from "../model.js";
import { shownProgress } from "./compile-progress.js";
import type { CommandContext } from "./context.js";
import { type LoadCommandOptions, loadOptions } from "./load-options.js";

/**
 * Loads a package as the command's options say.
 * @param hosts Web hosts that pictures are fetched from: those that the user typed, and no others.
 */
export async function loadModel(
  folder: string,
  options: LoadCommandOptions,
  context: CommandContext,
  hosts: readonly string[] = [],
): Promise<SemanticSegmentationModel> {
  const { line, onProgress } = shownProgress(context);
  try {
    return await AutoModel.fromPretrained(folder, {
      ...loadOptions(options, onProgress),
      ...(hosts.length > 0 ? { allowUrls: hosts } : {}),
      signal: context.signal,
    });
  } finally {
    line.end();
  }
}
