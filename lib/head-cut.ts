// The head cut at load: the last interpolation of the network is left to post-processing, where it costs
// nothing beside the resize that is done there anyway.

import { applyRecipe, type CutRecipe, type HeadRecipe } from "./convert/head-cut/recipe.js";
import { runJob } from "./convert/run-job.js";
import type { NativeHead } from "./native.js";
import type { ModelPackage } from "./packages/model-package.js";

/** What native code is to load. */
export interface PreparedHead {
  readonly recipe: HeadRecipe;
  /** The cut model; empty: the file as it is. */
  readonly weightsBytes: Uint8Array;
  readonly head: NativeHead;
}

const wholeHead: NativeHead = {
  cut: false,
  coordinateMode: "half_pixel",
  scaleX: 0,
  scaleY: 0,
  outputWidth: 0,
  outputHeight: 0,
};

/** The network as it is, and why. */
export function uncutHead(reason: string): PreparedHead {
  return { recipe: { cut: false, reason }, weightsBytes: new Uint8Array(0), head: wholeHead };
}

/** Decides about a package's network and makes the cut model. */
export async function prepareHead(
  model: ModelPackage,
  enabled: boolean,
  signal: AbortSignal | undefined,
): Promise<PreparedHead> {
  if (!enabled) return uncutHead("the option headCut is false");
  const { weightsPath } = model;
  const recipe = await runJob("headRecipe", { weightsPath }, signal);
  if (!recipe.cut) return uncutHead(recipe.reason);
  const weightsBytes = await applyRecipe(recipe, weightsPath);
  if (weightsBytes === undefined) return uncutHead("weights.onnx changed while it was read");
  return { recipe, weightsBytes, head: nativeHead(recipe) };
}

function nativeHead({ interpolation }: CutRecipe): NativeHead {
  const { coordinateMode, rows, columns } = interpolation;
  return {
    cut: true,
    coordinateMode,
    scaleX: columns.scale,
    scaleY: rows.scale,
    outputWidth: columns.size,
    outputHeight: rows.size,
  };
}
