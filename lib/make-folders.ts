// Folders and their parents, level by level: Node's recursive mkdir never ends under /proc.

import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { showPath } from "./show.js";

/**
 * Makes the folder and its parents, where they are not there.
 * @throws an Error of the file system
 */
export async function makeFolders(folder: string): Promise<void> {
  for (const level of await missingLevels(path.resolve(folder))) await makeLevel(level);
}

// From the first one that is absent down to the folder itself.
async function missingLevels(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let level = folder; !(await isFolder(level)); level = path.dirname(level)) missing.unshift(level);
  return missing;
}

async function isFolder(place: string): Promise<boolean> {
  try {
    if ((await stat(place)).isDirectory()) return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && path.dirname(place) !== place) return false;
    throw error;
  }
  throw new Error(`ENOTDIR: ${showPath(place)} is not a folder`);
}

// Somebody else may have made it meanwhile.
async function makeLevel(level: string): Promise<void> {
  try {
    await mkdir(level);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await isFolder(level))) throw error;
  }
}
