// Weights that are replaced while an engine is built of them: nobody could say which of the two it is an engine of.

import { DeepLabError } from "../errors.js";
import { describeFiles, type ModelPackage } from "../packages/model-package.js";
import type { NetworkFacts } from "./network-facts.js";

/**
 * Makes sure that the weights are still the files that they were when the package was read, before anything was made
 * of them.
 * @throws DeepLabError ENGINE_BUILD_FAILED
 */
export async function requireSameWeights(
  { folder, weightsFingerprint }: Pick<ModelPackage, "folder" | "weightsFingerprint">,
  { files }: Pick<NetworkFacts, "files">,
): Promise<void> {
  const now = await describeFiles(files).catch(() => undefined); // gone is changed, too
  if (now?.weightsFingerprint === weightsFingerprint) return;
  throw new DeepLabError(
    "ENGINE_BUILD_FAILED",
    `The weights in ${folder} were changed while an engine was built of them, which is discarded.`,
    {
      detail: { folder, files },
      hint: "build it again, and leave the package as it is meanwhile.",
    },
  );
}
