// Cached decisions about heads: one small entry for each path of a weights file, made again when the file or
// this package changed.
//
// The file is known by its path, size, times and inode, not by a hash of its content: hashing would read all
// weights at every load. What that cannot see is caught when the recipe is applied: it holds a hash of the
// bytes it removes, and takes the weights from the file as it is.

import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { cacheFolder, entryName, readSealed } from "../../packages/cache.js";
import type { HeadRecipe } from "./recipe.js";

// Counts changes of the recipe's form and of what is cut.
const format = 1;

/** Where the decision about one weights file is kept, and for which state of it. */
export interface RecipeEntry {
  readonly file: string;
  readonly weights: string;
}

const place = z.number().int().nonnegative();
const axis = z.strictObject({ scale: z.number().nonnegative(), size: place });
const part = z.union([
  z.strictObject({ start: place, end: place }),
  z.strictObject({ hex: z.string().regex(/^(?:[0-9a-f]{2})*$/) }),
]);
const recipe = z.discriminatedUnion("cut", [
  z.strictObject({ cut: z.literal(false), reason: z.string() }),
  z.strictObject({
    cut: z.literal(true),
    interpolation: z.strictObject({
      coordinateMode: z.enum(["align_corners", "half_pixel", "pytorch_half_pixel", "asymmetric"]),
      rows: axis,
      columns: axis,
    }),
    output: z.string(),
    fileSize: place,
    parts: z.array(part).refine(inOrder),
    removedHash: z.string(),
  }),
]);
const content = z.strictObject({ weights: z.string(), recipe });

function inOrder(parts: readonly z.infer<typeof part>[]): boolean {
  let position = 0;
  for (const item of parts) {
    if ("hex" in item) continue;
    if (item.start < position || item.end <= item.start) return false;
    position = item.end;
  }
  return true;
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
  return { weights: entry.weights, recipe: made };
}

/** The cached decision; undefined where there is none for this state of the file. */
export async function cachedRecipe(entry: RecipeEntry): Promise<HeadRecipe | undefined> {
  const { data } = content.safeParse(await readSealed(entry.file));
  return data?.weights === entry.weights ? data.recipe : undefined;
}
