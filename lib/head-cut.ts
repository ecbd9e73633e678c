// The head cut at load: the last interpolation of the network is left to post-processing, where it costs
// nothing beside the resize that is done there anyway.

import {
  type CutHead,
  type HeadDecision,
  type HeadRecipe,
  type Part,
  recipeFits,
} from "./convert/head-cut/recipe.js";
import { cachedRecipe, type RecipeEntry, recipeEntry } from "./convert/head-cut/recipe-cache.js";
import { runJob } from "./convert/run-job.js";
import type { NativeHead, NativeWeightsPart } from "./native.js";
import type { ModelPackage } from "./packages/model-package.js";
import { WarnOnce } from "./warnings.js";

/** What native code is to load. */
export interface PreparedHead {
  readonly decision: HeadDecision;
  /** The cut model; empty: the file as it is. */
  readonly weightsParts: readonly NativeWeightsPart[];
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
  return { decision: { cut: false, reason }, weightsParts: [], head: wholeHead };
}

/** Decides about a package's network and makes the cut model. Never throws but for an abort. */
export async function prepareHead(
  model: ModelPackage,
  enabled: boolean,
  signal: AbortSignal | undefined,
): Promise<PreparedHead> {
  if (!enabled) return uncutHead("the option headCut is false");
  try {
    return await cutHead(model.weightsPath, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return uncutHead(`looking for the network's last interpolation failed: ${(error as Error).message}`);
  }
}

async function cutHead(weightsPath: string, signal: AbortSignal | undefined): Promise<PreparedHead> {
  const entry = await entryFor(weightsPath);
  const cached = entry && (await cachedRecipe(entry));
  const fromCache = cached && (await applied(cached, weightsPath));
  if (fromCache !== undefined) return fromCache;
  // Not there, damaged, or about a file that looks like this one and is another.
  const task = { weightsPath, entry, again: cached !== undefined };
  const { recipe, cacheError } = await runJob("headRecipe", task, signal);
  if (cacheError !== undefined) warnOfCache(cacheError);
  return (await applied(recipe, weightsPath)) ?? uncutHead("weights.onnx changed while it was read");
}

async function entryFor(weightsPath: string): Promise<RecipeEntry | undefined> {
  try {
    return await recipeEntry(weightsPath);
  } catch (error) {
    warnOfCache((error as Error).message);
    return undefined;
  }
}

// Undefined where the recipe does not fit the file.
async function applied(recipe: HeadRecipe, weightsPath: string): Promise<PreparedHead | undefined> {
  if (!recipe.cut) return uncutHead(recipe.reason);
  if (!(await recipeFits(recipe, weightsPath))) return undefined;
  return { decision: recipe, weightsParts: recipe.parts.map(nativePart), head: nativeHead(recipe) };
}

function nativePart(part: Part): NativeWeightsPart {
  return "hex" in part
    ? { start: 0, end: 0, bytes: Buffer.from(part.hex, "hex") }
    : { ...part, bytes: new Uint8Array(0) };
}

const warnings = new WarnOnce();

function warnOfCache(message: string): void {
  warnings.warn(
    "CACHE_UNAVAILABLE",
    `The cache cannot be used, so networks are looked at anew at each load: ${message}. ` +
      "Set INFERENCE_HOME to a folder that can be written.",
  );
}

/** An interpolation as native code takes it. */
export function nativeHead({ interpolation }: CutHead): NativeHead {
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
