// Cached decisions about heads: one small entry for each path of a weights file, made again when the file or
// this package changed.
//
// The file is known by its path, size, times and inode, not by a hash of its content: hashing would read all
// weights at every load. What that cannot see is caught when the recipe is applied: it holds a hash of the
// bytes it removes, and takes the weights from the file as it is.

import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { cacheFolder, entryName, readSealed } from "../../packages/cache.js";
import type { HeadRecipe } from "./recipe.js";

// Counts changes of the recipe's form and of what is cut.
const format = 1;

/** Where the decision about one weights file is kept, and for which state of it. */
export interface RecipeEntry {
  readonly file: string;
  readonly weights: string;
}

interface Content {
  readonly weights: string;
  readonly recipe: HeadRecipe;
}

/** The entry of a weights file as it is now. */
export async function recipeEntry(weightsPath: string): Promise<RecipeEntry> {
  const real = await realpath(weightsPath);
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
  const weights = [format, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  return { file: path.join(cacheFolder("head-cut"), entryName(real, ".json")), weights };
}

/** What an entry holds. */
export function entryContent(entry: RecipeEntry, made: HeadRecipe): unknown {
  return { weights: entry.weights, recipe: made } satisfies Content;
}

/** The cached decision; undefined where there is none for this state of the file. */
export async function cachedRecipe(entry: RecipeEntry): Promise<HeadRecipe | undefined> {
  // Its seal says that we wrote it, the format in `weights` that we still write it so.
  const content = (await readSealed(entry.file)) as Content | undefined;
  return content?.weights === entry.weights ? content.recipe : undefined;
}
