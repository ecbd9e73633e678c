// The golden archive: where it lies, and how it is checked and unpacked. Used by the test set-up; needs no `xz`.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import * as tar from "tar";
import xz from "xz-decompress";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export const archiveFile = path.join(root, "test/golden-onnx.tar.xz");
/** `sha256sum` form: hash, two spaces, file name. */
export const hashFile = `${archiveFile}.sha256`;
/** Where the set is unpacked; git-ignored. */
export const goldenFolder = path.join(root, "build/golden");

const stampName = ".sha256";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

function read(file, what) {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    throw new Error(
      `${what} ${path.relative(root, file)} is missing: it is part of the repository, restore it with git.`,
      {
        cause,
      },
    );
  }
}

/** The committed hash. */
export function expectedHash() {
  const line = read(hashFile, "The golden archive's hash").toString("utf8");
  const hash = /^[0-9a-f]{64}(?= )/.exec(line)?.[0];
  if (hash === undefined)
    throw new Error(`${path.relative(root, hashFile)} must start with 64 hex digits, found "${line}".`);
  return hash;
}

/** Whether `build/golden` holds what the committed hash names. */
export function isUnpacked(folder = goldenFolder) {
  const stamp = path.join(folder, stampName);
  return fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === expectedHash();
}

/**
 * Checks the archive against its hash and unpacks it, unless that was done before. Processes that do it at once
 * do not disturb each other: each unpacks into a folder of its own, the first to rename it wins.
 */
export async function unpackGolden(folder = goldenFolder) {
  const bytes = read(archiveFile, "The golden archive");
  const wanted = expectedHash();
  const found = sha256(bytes);
  if (found !== wanted) {
    throw new Error(
      `${path.relative(root, archiveFile)} has sha256 ${found}, expected ${wanted}: restore it with git.`,
    );
  }
  if (isUnpacked(folder)) return folder;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = fs.mkdtempSync(`${folder}-`);
  try {
    const raw = Readable.fromWeb(new xz.XzReadableStream(new Blob([bytes]).stream()));
    await pipeline(raw, tar.extract({ cwd: fresh, strict: true }));
    fs.writeFileSync(path.join(fresh, stampName), wanted);
    if (!isUnpacked(folder)) {
      fs.rmSync(folder, { recursive: true, force: true });
      fs.renameSync(fresh, folder);
    }
  } catch (error) {
    if (!isUnpacked(folder)) throw error;
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
