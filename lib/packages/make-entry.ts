// Making an entry of the cache: under a lock that other processes respect and that does not outlive its owner,
// under a temporary name, renamed into place when it is whole.

import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { lock } from "proper-lockfile";

export interface EntryMaker {
  /** Whether the entry is there and whole: another process may just have made it. */
  readonly isThere: () => Promise<boolean>;
  /** Writes the entry under a temporary name. */
  readonly write: (temporary: string) => Promise<void>;
  /**
   * How long to wait for whoever is making the entry, in ms. After that it is made here too: the rename is
   * atomic, so the worst is that work is done twice.
   */
  readonly patience: number;
}

// A lock that its owner has not renewed for this long is nobody's: the owner was killed.
const stale = 10_000;
const renewal = 2_000;
const retryEvery = 25;

/**
 * Makes an entry unless it is there.
 * @throws what `write` throws; an Error of the file system where the cache cannot be written
 */
export async function makeEntry(file: string, maker: EntryMaker): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const release = await acquire(file, maker.patience);
  try {
    if (await maker.isThere()) return;
    if (release !== undefined) await removeLeftovers(file);
    await writeAndRename(file, maker);
  } finally {
    await release?.().catch(() => {}); // taken over by another: it is theirs to remove
  }
}

// Undefined where somebody else keeps the lock for longer than we wait.
async function acquire(file: string, patience: number): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(file, {
      realpath: false, // the entry need not be there yet
      stale,
      update: renewal,
      retries: { retries: Math.ceil(patience / retryEvery), minTimeout: retryEvery, factor: 1 },
      onCompromised: () => {}, // late renewal: the entry is written all the same, see `patience`
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw error;
  }
}

async function writeAndRename(file: string, { write }: EntryMaker): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await write(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

// What owners left that were killed while they wrote. Whoever writes without the lock may lose its file to
// this: then the rename fails, and the entry is not kept that time.
async function removeLeftovers(file: string): Promise<void> {
  const folder = path.dirname(file);
  const left = (await readdir(folder)).filter(
    (name) => name.startsWith(`${path.basename(file)}.`) && name.endsWith(".tmp"),
  );
  await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
}
