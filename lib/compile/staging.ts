// The output folder of a compilation: made beside its place and renamed into it when it is whole.

import { readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../errors.js";
import { makeFolders } from "../make-folders.js";
import { packageFiles } from "../packages/files.js";
import { removeLeftovers, stagingName } from "./leftovers.js";

// Without them a folder was not compiled here; with one of the others it is a package that something is compiled from.
const ofCompiled: readonly string[] = [packageFiles.tensorRtEngine, packageFiles.engineRecord];
const ofSource: readonly string[] = [packageFiles.onnxWeights, packageFiles.torchWeights];

/**
 * Makes sure that the folder may be written: before any slow work, and again before what lies there is replaced.
 * @param force Whether a compiled package that lies there may be replaced.
 * @throws DeepLabError OPTION_INVALID
 */
export async function checkOutput(output: string, packageFolder: string, force: boolean): Promise<void> {
  const inside = path.relative(output, packageFolder);
  if (inside === "" || !(inside.startsWith("..") || path.isAbsolute(inside)))
    throw refused(output, "it is or holds the package itself");
  const names = await namesIn(output);
  if (names === undefined || names.length === 0) return;
  const has = (name: string) => names.includes(name);
  if (!ofCompiled.every(has) || ofSource.some(has)) throw refused(output, "it holds other files");
  if (!force) throw refused(output, "it holds a compiled package; pass force (--force) to replace it");
}

/**
 * Has `work` fill a new folder, and puts that in place of `output`. What killed processes left beside it is removed.
 * @param check Throws where `output`, as it is when the work is done, may not be replaced; it may where this is left out.
 * @throws what `work` and `check` throw; nothing is left then
 */
export async function withStaging<T>(
  output: string,
  work: (folder: string) => Promise<T>,
  check: () => Promise<void> = async () => {},
): Promise<T> {
  const staging = stagingName(output);
  await makeFolder(staging, output);
  await removeLeftovers(output);
  try {
    const result = await work(staging);
    await check();
    await replace(output, staging);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

async function makeFolder(folder: string, output: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    throw refused(output, `no folder can be made beside it (${(error as Error).message})`);
  }
}

// What was there before is moved aside first: a rename cannot replace a folder that is not empty.
async function replace(output: string, staging: string): Promise<void> {
  const old = (await namesIn(output)) === undefined ? undefined : `${staging}.old`;
  if (old !== undefined) await rename(output, old);
  try {
    await rename(staging, output);
  } catch (error) {
    if (old !== undefined) await rename(old, output);
    throw error;
  }
  if (old !== undefined) await rm(old, { recursive: true, force: true });
}

// Undefined where there is no such folder.
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR" && (await stat(folder).catch(() => undefined)) !== undefined)
      throw refused(folder, "it is a file");
    throw error;
  }
}

function refused(output: string, why: string): DeepLabError {
  return new DeepLabError("OPTION_INVALID", `The output folder ${output} cannot be used: ${why}.`, {
    detail: { option: "output", found: output, reason: why },
  });
}
