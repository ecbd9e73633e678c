// Files of a pinned crate, in build/third-party: headers for tests, and never a dependency of ours. `cargo info` fetches
// a crate's archive without building, or even unpacking it, and it is taken only when its SHA-256 is the one that the
// caller was written with.
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as tar from "tar";
import { putInPlace } from "./fetch-wheels.mjs";
import { BUILD } from "./setup/paths.mjs";
import { probe, runCaptured } from "./setup/run-command.mjs";
import { SetupError } from "./setup/setup-error.mjs";

/** Whether this machine has cargo. */
export const hasCargo = () => probe("cargo", ["--version"]) !== null;

const cargoHome = () => process.env.CARGO_HOME || path.join(os.homedir(), ".cargo");

/** The archives that cargo keeps of all registries, of this name and version; a build tag (+…) may follow. */
function cachedArchives(name, version) {
  const cache = path.join(cargoHome(), "registry", "cache");
  if (!fs.existsSync(cache)) return [];
  const isIt = (file) =>
    file.endsWith(".crate") &&
    (file === `${name}-${version}.crate` || file.startsWith(`${name}-${version}+`));
  return fs
    .readdirSync(cache)
    .flatMap((registry) =>
      fs.readdirSync(path.join(cache, registry)).map((file) => path.join(cache, registry, file)),
    )
    .filter((file) => isIt(path.basename(file)));
}

const sha256Of = (file) => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

/** The path of the archive, fetched where cargo has none. */
async function archiveOf({ name, version, sha256 }) {
  const found = () => cachedArchives(name, version).find((file) => sha256Of(file) === sha256);
  const cached = found();
  if (cached !== undefined) return cached;
  // Not in the checkout: a package there would be what cargo talks about.
  const { code, output } = await runCaptured("cargo", ["info", "--quiet", `${name}@${version}`], {
    cwd: os.tmpdir(),
  });
  if (code !== 0)
    throw new SetupError(`crate ${name} ${version} could not be fetched. cargo says:\n${output.trim()}`);
  const fetched = found();
  if (fetched !== undefined) return fetched;
  const others = cachedArchives(name, version).map((file) => `${file} has ${sha256Of(file)}`);
  throw new SetupError(
    `crate ${name} ${version}: expected SHA-256 ${sha256}, found ${others.join(", ") || "no archive"}.`,
  );
}

/**
 * Makes sure that the `wanted` files of the crate lie in build/third-party/`folder`, by their own names, and resolves
 * to that folder: complete or absent, never half.
 */
export async function fetchCrate(crate) {
  const folder = path.join(BUILD, "third-party", crate.folder);
  const names = crate.wanted.map((file) => path.basename(file));
  if (names.every((file) => fs.existsSync(path.join(folder, file)))) return folder;
  if (!hasCargo()) throw new SetupError(`crate ${crate.name} is fetched by cargo, which was not found.`);
  const archive = await archiveOf(crate);
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const scratch = fs.mkdtempSync(`${folder}.part-`);
  try {
    const filter = (entry) => crate.wanted.some((file) => entry.endsWith(`/${file}`));
    await tar.extract({ file: archive, cwd: scratch, filter });
    const kept = path.join(scratch, "kept");
    fs.mkdirSync(kept);
    const [root] = fs.readdirSync(scratch).filter((entry) => entry !== "kept");
    for (const file of crate.wanted) {
      const from = path.join(scratch, root ?? "", file);
      if (!fs.existsSync(from)) throw new Error(`crate ${crate.name} has no ${file}.`);
      fs.renameSync(from, path.join(kept, path.basename(file)));
    }
    putInPlace(kept, folder);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
