// Folders that work in progress lies in, beside its place: what they are called, and which of them nobody works in any
// more.

import { createHash, randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

// Longer than any build takes: a folder that nothing was put into for so long is nobody's, whoever made it.
const abandonedAfter = 24 * 60 * 60_000;

/** A new name for what is to become `output`; it says which process works there. */
export function stagingName(output: string): string {
  return `${output}.building-${here()}-${process.pid}-${randomUUID()}`;
}

/**
 * Removes what processes left that were killed while they made `output`. What another one may still work in stays, also
 * where that one has lost its lock: its event loop may have been blocked, or its machine asleep.
 */
export async function removeLeftovers(output: string): Promise<void> {
  const [parent, name] = [path.dirname(output), path.basename(output)];
  for (const entry of await readdir(parent)) {
    const maker = entry.startsWith(name) ? makerOf(entry.slice(name.length)) : undefined;
    if (maker === undefined) continue;
    const folder = path.join(parent, entry);
    // One that cannot be removed is in nobody's way.
    if (isGone(maker) || (await isAbandoned(folder)))
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

interface Maker {
  readonly place: string;
  readonly pid: number;
}

// Undefined where the name is none of ours, however much it looks like one.
function makerOf(suffix: string): Maker | undefined {
  const pattern =
    /^\.building-(?<place>[0-9a-f]{12})-(?<pid>\d+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.old)?$/;
  const { place, pid } = pattern.exec(suffix)?.groups ?? {};
  return place === undefined ? undefined : { place, pid: Number(pid) };
}

const isGone = ({ place, pid }: Maker): boolean => place === here() && !isRunning(pid);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH"; // one of another user is there, too
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - abandonedAfter;
}

// Where process ids mean what they mean here: this machine, and on Linux this container. A cache folder may be shared.
function here(): string {
  return createHash("sha256").update(`${os.hostname()}\n${processNamespace()}`).digest("hex").slice(0, 12);
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // no Linux
  }
}
