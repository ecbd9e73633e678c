// The heavy work in TypeScript, by name: what runs in the worker thread and what crosses to it. Arguments and
// answers are plain data.

import { readFile, writeFile } from "node:fs/promises";
import { networkFacts } from "../compile/network-facts.js";
import { tracePolygons } from "../export/rings/job.js";
import { sealed } from "../packages/cache.js";
import { makeEntry } from "../packages/make-entry.js";
import { headRecipe } from "./head-cut/cut.js";
import type { HeadRecipe } from "./head-cut/recipe.js";
import { cachedRecipe, entryContent, type RecipeEntry } from "./head-cut/recipe-cache.js";

/** Which model to decide about, and where to keep the decision. */
export interface HeadRecipeTask {
  readonly weightsPath: string;
  /** Undefined: nowhere. */
  readonly entry: RecipeEntry | undefined;
  /** Also where an entry is there that looks good. */
  readonly again: boolean;
}

export interface HeadRecipeAnswer {
  readonly recipe: HeadRecipe;
  /** Why the decision could not be kept; undefined where it was. */
  readonly cacheError: string | undefined;
}

/** Every job. */
export const jobs = { headRecipe: decideHead, networkFacts, polygons: tracePolygons };

export type JobName = keyof typeof jobs;
export type JobArguments<Name extends JobName> = Parameters<(typeof jobs)[Name]>[0];
export type JobAnswer<Name extends JobName> = Awaited<ReturnType<(typeof jobs)[Name]>>;

// Longer than making the decision takes: who waits longer than this waits for a killed process.
const patience = 500;

async function decideHead({ weightsPath, entry, again }: HeadRecipeTask): Promise<HeadRecipeAnswer> {
  let recipe: HeadRecipe | undefined;
  const decide = async () => headRecipe(await readFile(weightsPath));
  if (entry === undefined) return { recipe: await decide(), cacheError: undefined };
  try {
    await makeEntry(entry.file, {
      isThere: async () => {
        if (!again) recipe = await cachedRecipe(entry);
        return recipe !== undefined;
      },
      write: async (temporary) => {
        recipe = await decide();
        await writeFile(temporary, sealed(entryContent(entry, recipe)), { mode: 0o600 });
      },
      patience,
    });
    return { recipe: recipe ?? (await decide()), cacheError: undefined };
  } catch (error) {
    // Also where the weights could not be read: then this second try says so.
    return { recipe: recipe ?? (await decide()), cacheError: (error as Error).message };
  }
}
