// A pinned npm package, or parts of it, in build/third-party: for tests only, and never a dependency of ours. Fetched
// by `npm pack`; taken only when its SHA-512 is the one that the caller was written with.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import * as tar from "tar";
import { BUILD } from "./setup/paths.mjs";
import { runCaptured } from "./setup/run-command.mjs";

/** Where a fetched package lies. */
export const packageFolder = (name, version) => path.join(BUILD, "third-party", `${name}-${version}`);

function integrityOf(file) {
  return `sha512-${createHash("sha512").update(fs.readFileSync(file)).digest("base64")}`;
}

/** Has npm write the package's archive into `folder`; returns its path. */
async function pack(name, version, folder) {
  const args = ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder];
  const { code, output } = await runCaptured("npm", args);
  if (code !== 0) throw new Error(`npm pack ${name}@${version} failed:\n${output}`);
  return path.join(folder, `${name}-${version}.tgz`);
}

/**
 * Unpacks the files of an npm package whose names begin with one of `wanted` into `packageFolder(name, version)`.
 * The folder is complete or absent, never half. `integrity` as npm writes it.
 */
export async function fetchPackage({ name, version, integrity, wanted }) {
  const folder = packageFolder(name, version);
  const scratch = `${folder}.part`;
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.mkdirSync(scratch, { recursive: true });
  const archive = await pack(name, version, scratch);
  const found = integrityOf(archive);
  if (found !== integrity) throw new Error(`${name} ${version}: expected ${integrity}, found ${found}.`);
  const starts = wanted.map((start) => `package/${start}`);
  const filter = (entry) => starts.some((start) => entry.startsWith(start));
  await tar.extract({ file: archive, cwd: scratch, strip: 1, filter });
  fs.rmSync(archive);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(scratch, folder);
}
