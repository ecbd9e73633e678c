// The pictures that an engine is judged by.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { pictureExtensions } from "../image/extensions.js";
import type { ImageSource } from "../image/source.js";
import type { ModelPackage } from "../packages/model-package.js";
import { generatedPictures } from "./generated-pictures.js";
import type { EngineSizes, ImageExtent } from "./options.js";

/** Pictures and where they come from. */
export interface Samples {
  readonly from: "caller" | "package" | "generated";
  readonly pictures: readonly ImageSource[];
}

// More only take longer: an engine that is wrong is wrong on a few.
const most = 32;
const ownSize = { width: 512, height: 512 };
// Where the size is ours to choose: larger ones only take longer, in ONNX Runtime on the CPU above all.
const longestSide = 1024;
// DeepLabV3+ halves its input five times: a size that was scaled stays one that the network takes.
const sizeStep = 32;

/** What is known of the pictures that may be generated. */
export interface SampleNeeds {
  /** What the engine takes, where the package states no size. */
  readonly sizes?: EngineSizes | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The caller's pictures, else those in the package's folder `samples`, else generated ones.
 * @throws an Error of the file system; `signal.reason`
 */
export async function findSamples(
  model: ModelPackage,
  given: readonly ImageSource[] | undefined,
  { sizes, signal }: SampleNeeds = {},
): Promise<Samples> {
  if (given !== undefined) return { from: "caller", pictures: given };
  const files = await picturesIn(path.join(model.folder, "samples"));
  if (files.length > 0) return { from: "package", pictures: files.slice(0, most) };
  const { width, height } = generatedSize(model, sizes);
  return { from: "generated", pictures: await generatedPictures(width, height, signal) };
}

/** Size of the generated pictures. Where it is open: what the engine is quickest at, but no larger than need be. */
export function generatedSize(
  { config }: Pick<ModelPackage, "config">,
  sizes: EngineSizes | undefined,
): ImageExtent {
  if (config.inputSize !== null) return config.inputSize;
  if (sizes === undefined) return ownSize;
  const { min, opt } = sizes;
  const scale = longestSide / Math.max(opt.width, opt.height);
  if (scale >= 1) return opt;
  const scaled = (length: number) => Math.floor((length * scale) / sizeStep) * sizeStep;
  return {
    width: Math.max(scaled(opt.width), min.width),
    height: Math.max(scaled(opt.height), min.height),
  };
}

/** The picture files of a folder, by name; none where there is no such folder. */
export async function picturesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    const pictures = names.filter((name) => pictureExtensions.includes(path.extname(name).toLowerCase()));
    return pictures.sort().map((name) => path.join(folder, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
