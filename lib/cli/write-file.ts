// Files that are there whole or not at all: written beside their place, then renamed.

import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

let count = 0;

/** A name for the file while it is written: in the same folder, hidden, and no picture's. */
export function temporaryName(file: string): string {
  count += 1;
  return path.join(path.dirname(file), `.deeplab-rt-${process.pid}-${count}.tmp`);
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
    throw named(error, temporary, file);
  }
}

// The user knows the file, not what it was called meanwhile; a full disk is an error that names none.
function named(error: unknown, temporary: string, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message.replaceAll(temporary, file);
  error.message = message.includes(file) ? message : `${message} '${file}'`;
  return error;
}
