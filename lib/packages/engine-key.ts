// The key that engine records are signed with: 32 random bytes of this user on this machine, made at first use,
// readable by nobody else. Whoever has it can make engines that are taken for ours, so it never leaves its file.

import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../errors.js";
import { cacheFolder } from "./cache.js";

const keyBytes = 32;

const keyFile = () => path.join(cacheFolder("engine-key"), "key");

/**
 * The key; made where there is none.
 * @throws DeepLabError ENGINE_BUILD_FAILED where it cannot be read or written, or where others can
 */
export async function engineKey(): Promise<Buffer> {
  try {
    return await keyOrNew();
  } catch (error) {
    throw noKey(error as Error);
  }
}

async function keyOrNew(): Promise<Buffer> {
  const found = await existingEngineKey();
  if (found !== undefined) return found;
  await makeKey(keyFile());
  const made = await existingEngineKey();
  if (made === undefined) throw new Error(`${keyFile()} is gone again`);
  return made;
}

function noKey(cause: Error): DeepLabError {
  return new DeepLabError(
    "ENGINE_BUILD_FAILED",
    `Engines are signed with a key of this user, and that cannot be used: ${cause.message}.`,
    {
      detail: { reason: cause.message },
      hint:
        "a key that others may have seen is worth nothing: delete its file, and a new one is made (engines that were " +
        "signed with the old one have to be built again). Where no file can be written, set INFERENCE_HOME to a folder " +
        "that can be.",
      cause,
    },
  );
}

/**
 * The key; undefined where there is none: then nothing was ever signed with it.
 * @throws Error where it cannot be read, or where others can read or write it
 */
export async function existingEngineKey(): Promise<Buffer | undefined> {
  const file = keyFile();
  try {
    // A link could lead to a file whose content somebody else knows.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    checkPrivate(file, await handle.stat());
    const key = await handle.readFile();
    if (key.length === keyBytes) return key;
    throw new Error(`${file} holds ${key.length} bytes, not the ${keyBytes} of a key`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

// Windows has no such bits: there the user's profile keeps others out.
function checkPrivate(file: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void {
  if (process.platform === "win32") return;
  if (uid !== process.getuid?.()) throw new Error(`${file} belongs to another user`);
  if ((mode & 0o077) !== 0) {
    throw new Error(`${file} can be used by others: its mode is ${(mode & 0o777).toString(8)}, not 600`);
  }
}

// Linked into place when it is whole, and only where there is none: of several processes the first one's stays.
async function makeKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, randomBytes(keyBytes), { mode: 0o600, flag: "wx" });
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
