// Work that one process or thread does at a time, for minutes: whoever comes meanwhile waits, and finds it done.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How somebody's work is waited for. */
export interface ExclusiveOptions<T> {
  /** What is to be made; undefined where it is not there. Asked before every try. */
  readonly find: () => Promise<T | undefined>;
  /** Makes it, alone. */
  readonly make: () => Promise<T>;
  readonly signal: AbortSignal | undefined;
  /** Whether this process waits for another's work before it ends. @default true */
  readonly keepAlive?: boolean;
}

// A lock that its owner has not renewed for this long is nobody's: the owner was killed.
const stale = 15_000;
const renewal = 3_000;
const retryEvery = 200;

/**
 * Finds something, or makes it: of all who ask at once only one does, and where that one fails the next one tries.
 * @param name What the lock is named after; its folder is made.
 * @throws what `find` and `make` throw; `signal.reason`; an Error of the file system
 */
export async function findOrMake<T>(name: string, options: ExclusiveOptions<T>): Promise<T> {
  const { find, make, signal, keepAlive = true } = options;
  const pause = { ref: keepAlive, ...(signal && { signal }) };
  await mkdir(path.dirname(name), { recursive: true, mode: 0o700 });
  for (;;) {
    signal?.throwIfAborted();
    const found = await find();
    if (found !== undefined) return found;
    const release = await tryLock(name);
    if (release === undefined) {
      await sleep(retryEvery, undefined, pause).catch(() => {}); // the abort is thrown above
      continue;
    }
    try {
      return (await find()) ?? (await make()); // it may have been made just before the lock was free
    } finally {
      await release().catch(() => {}); // it was taken over, and is theirs to remove
    }
  }
}

// Undefined where somebody has it.
async function tryLock(name: string): Promise<(() => Promise<void>) | undefined> {
  // Only now: it listens to signals from its import on, which is none of a program's business that locks nothing.
  const { lock } = await import("proper-lockfile");
  try {
    return await lock(name, {
      realpath: false, // it need not be there yet
      stale,
      update: renewal,
      // This process was blocked or its machine asleep for so long that another took the lock over, and does the same
      // work. Both go on, each in a folder of its own (see leftovers.ts), and the one that ends last replaces the other's.
      onCompromised: () => {},
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw error;
  }
}
