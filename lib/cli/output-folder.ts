// The folder that a command writes into, made before any slow work begins.

import { DeepLabError } from "../errors.js";
import { makeFolders } from "../make-folders.js";
import { showPath } from "../show.js";

/**
 * Makes the folder and its parents.
 * @throws DeepLabError OPTION_INVALID
 */
export async function makeOutputFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(",");
    throw new DeepLabError(
      "OPTION_INVALID",
      `--output ${showPath(folder)} cannot be made a folder: ${reason}`,
      {
        detail: { option: "--output", found: showPath(folder), reason },
        cause: error,
      },
    );
  }
}
