// The heavy work on models, by name: what runs in the worker thread and what crosses to it. Arguments and
// answers are plain data.

import { readFile } from "node:fs/promises";
import { headRecipe } from "./head-cut/cut.js";
import type { HeadRecipe } from "./head-cut/recipe.js";

/** Every job: what it is given and what it answers. */
export const jobs = {
  /** Reads a model and decides about its head. */
  headRecipe: async ({ weightsPath }: { readonly weightsPath: string }): Promise<HeadRecipe> =>
    headRecipe(await readFile(weightsPath)),
};

export type JobName = keyof typeof jobs;
export type JobArguments<Name extends JobName> = Parameters<(typeof jobs)[Name]>[0];
export type JobAnswer<Name extends JobName> = Awaited<ReturnType<(typeof jobs)[Name]>>;
