// Format, lint and types: each command is one test.
import { inRoot } from "../setup/paths.mjs";
import { probe, runCaptured } from "../setup/run-command.mjs";
import { filesUnder } from "../setup/stamp.mjs";
import { mergeResults, singleResult, toolSkip } from "./result.mjs";

/** Its output changes between versions, so one is pinned: what Debian 12 and Ubuntu 22.04/24.04 package. */
export const CLANG_FORMAT_MAJOR = 14;

async function commandTest(name, command, args) {
  const { code, output } = await runCaptured(command, args);
  if (code !== 0) console.log(output);
  return singleResult(name, code === 0, output);
}

function biome(name, ...args) {
  return commandTest(name, process.execPath, [inRoot("node_modules/@biomejs/biome/bin/biome"), ...args]);
}

function tsc(project) {
  const args = [inRoot("node_modules/typescript/bin/tsc"), "--noEmit", "-p", project];
  return commandTest(`types of ${project}`, process.execPath, args);
}

/** The pinned clang-format on this machine, or `null`. */
export function findClangFormat() {
  const version = new RegExp(`version ${CLANG_FORMAT_MAJOR}\\.`);
  const candidates = [`clang-format-${CLANG_FORMAT_MAJOR}`, "clang-format"];
  return candidates.find((name) => version.test(probe(name, ["--version"]) ?? "")) ?? null;
}

const CPP_FOLDERS = ["native", "scripts/cuda", "test/cuda-kernels", "test/native"];

/** Our C++ files: native/, its tests, and the tools that make its kernels. */
export function cppFiles() {
  return CPP_FOLDERS.flatMap((folder) => filesUnder(inRoot(folder))).filter((file) =>
    /\.(h|cc|cu|cuh)$/.test(file),
  );
}

async function cppFormat() {
  const name = "format of C++";
  const clangFormat = findClangFormat();
  if (clangFormat === null) return toolSkip(name, `clang-format ${CLANG_FORMAT_MAJOR}`);
  return commandTest(name, clangFormat, ["--dry-run", "--Werror", ...cppFiles()]);
}

/** biome's formatter and import order, and clang-format. */
export async function runFormat() {
  const scripts = await biome(
    "format of TypeScript, JavaScript and JSON",
    "check",
    "--linter-enabled=false",
    ".",
  );
  return mergeResults([scripts, await cppFormat()]);
}

/** biome's linter; a warning fails too. */
export function runLint() {
  return biome("lint", "lint", "--error-on-warnings", ".");
}

/** The library and, with their own settings, the tests. */
export async function runTypes() {
  return mergeResults([await tsc("tsconfig.json"), await tsc("test/tsconfig.json")]);
}
