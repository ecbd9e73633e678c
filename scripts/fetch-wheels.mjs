// Pinned wheels of the Python package index, or parts of them, in build/third-party: tools and headers for builds and
// tests, and never a dependency of ours. Fetched by pip, which takes them only with the SHA-256 that the caller was
// written with; nothing of them is run on the way.
import fs from "node:fs";
import path from "node:path";
import { installCommands } from "./setup/install-hint.mjs";
import { BUILD } from "./setup/paths.mjs";
import { probe, runCaptured } from "./setup/run-command.mjs";
import { SetupError } from "./setup/setup-error.mjs";

const PIPS = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]];

/** The command line of this machine's pip. */
function findPip(what) {
  const found = PIPS.find(([command, ...args]) => probe(command, [...args, "--version"]) !== null);
  if (found !== undefined) return found;
  throw new SetupError(
    [`${what} is fetched by pip, which was not found. How to get it:`, ...installCommands(["pip"])].join(
      "\n  ",
    ),
  );
}

const PIP_OPTIONS = [
  "--quiet",
  "--no-deps",
  "--no-compile",
  "--no-input",
  "--disable-pip-version-check",
  "--only-binary=:all:",
  "--require-hashes",
];

/** Has pip unpack the wheels into `folder`/all. */
async function unpack({ folder: what, wheels }, folder) {
  const [command, ...args] = findPip(what);
  const requirements = path.join(folder, "requirements.txt");
  const lines = wheels.map(({ name, version, sha256 }) =>
    [`${name}==${version}`, ...sha256.map((hash) => `--hash=sha256:${hash}`)].join(" "),
  );
  fs.writeFileSync(requirements, `${lines.join("\n")}\n`);
  const install = ["install", ...PIP_OPTIONS, "--target", path.join(folder, "all"), "-r", requirements];
  // A user's own default of --user contradicts --target.
  const env = { ...process.env, PIP_USER: "0" };
  const { code, output } = await runCaptured(command, [...args, ...install], { env });
  if (code !== 0) throw new SetupError(`${what} could not be fetched. pip says:\n${output.trim()}`);
}

/** Moves the wanted parts out of the whole wheels. */
function keep({ folder, wanted }, scratch) {
  const kept = path.join(scratch, "kept");
  for (const part of wanted) {
    const from = path.join(scratch, "all", part);
    if (!fs.existsSync(from)) throw new Error(`${folder} has no ${part}.`);
    fs.mkdirSync(path.dirname(path.join(kept, part)), { recursive: true });
    fs.renameSync(from, path.join(kept, part));
  }
  return kept;
}

/** Puts `from` in place as `to`, unless another process was quicker with the same. */
export function putInPlace(from, to) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (!fs.existsSync(to)) throw error;
  }
}

/**
 * Makes sure that the `wanted` files and folders of `wheels` lie in build/third-party/`folder`, and resolves to that
 * folder: complete or absent, never half, whoever else fetches at the same time. Wheels: `{ name, version, sha256 }`,
 * one SHA-256 a platform.
 */
export async function fetchWheels(set) {
  const folder = path.join(BUILD, "third-party", set.folder);
  const complete = () => set.wanted.every((part) => fs.existsSync(path.join(folder, part)));
  if (complete()) return folder;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const scratch = fs.mkdtempSync(`${folder}.part-`);
  try {
    await unpack(set, scratch);
    const kept = keep(set, scratch);
    // Of an earlier list of what is wanted.
    if (!complete()) fs.rmSync(folder, { recursive: true, force: true });
    putInPlace(kept, folder);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
