// The head of an engine: whether it was built without the network's last interpolation, which post-processing then does.
// Nothing of an engine can be cut off at load.

import { DeepLabError } from "./errors.js";
import { nativeHead, type PreparedHead, uncutHead } from "./head-cut.js";
import type { PackageEngine } from "./packages/engine-package.js";
import type { ModelPackage } from "./packages/model-package.js";

/**
 * What the engine's record says of its head.
 * @param headCut The option: false where the caller wants the network's own output.
 * @throws DeepLabError OPTION_INVALID where an engine without its last interpolation is asked for that
 */
export function engineHead(
  { weightsPath }: ModelPackage,
  { record }: PackageEngine,
  headCut: boolean,
): PreparedHead {
  if (record === null)
    return uncutHead("the engine is run as it is: no deeplab_rt.json beside it says otherwise");
  if (record.head === null) return uncutHead("the engine was built from the whole network");
  if (!headCut) throw cutAlready(weightsPath);
  const decision = { cut: true, ...record.head } as const;
  return { decision, weightsParts: [], head: nativeHead(decision) };
}

function cutAlready(weightsPath: string): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    `Expected headCut to be true for ${weightsPath}, which was built without the network's last interpolation, but received false.`,
    {
      detail: { option: "headCut", found: "false", expected: "true", file: weightsPath },
      hint: "leave headCut out, or compile the package without --head-cut.",
    },
  );
}
