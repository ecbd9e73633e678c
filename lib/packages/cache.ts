// The cache on disk: where it lies, and small entries that show when they are damaged. Entries are made by
// make-entry.ts. Nothing in the cache is worth more than the time to make it again.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The machine as far as the cache's place depends on it. */
export interface CachePlace {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly home: () => string;
}

const here: CachePlace = { env: process.env, platform: process.platform, home: os.homedir };

/**
 * The folder of this package's cache for one kind of thing: under `INFERENCE_HOME`, else `MODEL_CACHE_DIR` (the
 * reference's names), else the platform's cache folder of this user. Nothing is created.
 * @throws Error where the system knows no home folder for this user
 */
export function cacheFolder(kind: string, place: CachePlace = here): string {
  return path.join(baseFolder(place), "deeplab-rt", kind);
}

function baseFolder({ env, platform, home }: CachePlace): string {
  const named = env.INFERENCE_HOME || env.MODEL_CACHE_DIR;
  if (named) return path.resolve(named);
  if (platform === "win32") return env.LOCALAPPDATA || path.join(home(), "AppData", "Local");
  if (platform === "darwin") return path.join(home(), "Library", "Caches");
  // As the XDG specification has it: a relative path does not count.
  const xdg = env.XDG_CACHE_HOME ?? "";
  return path.isAbsolute(xdg) ? xdg : path.join(home(), ".cache");
}

/** A file name for anything that is known by a text, a path for instance. */
export function entryName(text: string, extension: string): string {
  return `${createHash("sha256").update(text).digest("hex").slice(0, 32)}${extension}`;
}

/** A value as the bytes of an entry: its JSON behind a line with its SHA-256. */
export function sealed(value: unknown): string {
  const json = JSON.stringify(value);
  return `${sha256(json)}\n${json}\n`;
}

/** The value of an entry's bytes; undefined where they are not what {@link sealed} made. */
export function unsealed(bytes: Uint8Array): unknown {
  const [hash, json = "", end] = Buffer.from(bytes).toString("utf8").split("\n");
  return end === "" && hash === sha256(json) ? JSON.parse(json) : undefined;
}

/** The value of an entry; undefined where there is none, or none that can be read. */
export async function readSealed(file: string): Promise<unknown> {
  try {
    return unsealed(await readFile(file));
  } catch {
    return undefined; // whatever is wrong with it, it is made again, and writing it says what is wrong
  }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
