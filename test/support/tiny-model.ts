// The tiny package (tiny-package.ts) as a loaded model, for files whose tests share one.

import { AutoModel, type FromPretrainedOptions, type SemanticSegmentationModel } from "deeplab-rt";
import { afterAll } from "vitest";
import { removeFolders, tinyPackage } from "./tiny-package.js";

/**
 * Loads it, at the top of a file: `const { model } = await loadTinyModel();`. After the file's last test it is closed,
 * and all folders of tiny-package.ts are removed.
 */
export async function loadTinyModel(
  options: FromPretrainedOptions = {},
): Promise<{ model: SemanticSegmentationModel; folder: string }> {
  const folder = await tinyPackage();
  const model = await AutoModel.fromPretrained(folder, options);
  afterAll(async () => {
    await model.close();
    await removeFolders();
  });
  return { model, folder };
}
