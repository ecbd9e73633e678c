// Files that are there whole or not at all: written beside their place, then renamed.

import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

const leftover = /^\.deeplab-rt-[\da-f-]+\.tmp$/;
const longAgo = 24 * 60 * 60_000; // whatever is still being written has been written to since

/**
 * A name for the file while it is written: in the same folder, hidden, and no picture's. Random, for in containers every
 * process has the same id, and what one of them left when it was killed must not be in the next one's way.
 */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.deeplab-rt-${randomUUID()}.tmp`);
}

/** Removes what processes that were killed left in a folder, a day later; a folder that is not there has nothing. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => leftover.test(name)).map((name) => path.join(folder, name));
  for (const file of files) {
    // It does no harm where it stays: somebody else's file, or gone meanwhile.
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isFile() && Date.now() - facts.mtimeMs > longAgo)
      await rm(file, { force: true }).catch(() => {});
  }
}

/**
 * Writes a file whose folder exists, replacing one that lies there.
 * @throws an Error of the file system; then nothing of it is left
 */
export async function writeWhole(file: string, data: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await writeFile(temporary, data, { flag: "wx" });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw naming(error, temporary, file);
  }
}

/** Has an error name the file, not what it was called meanwhile; a full disk is one that names none. */
export function naming(error: unknown, temporary: string, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message.replaceAll(temporary, file);
  error.message = message.includes(file) ? message : `${message} '${file}'`;
  return error;
}
