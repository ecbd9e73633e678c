// Our own two programs that drive NVIDIA's compiler libraries, compiled for the machine that builds.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { putInPlace } from "../fetch-wheels.mjs";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { probe, runCaptured } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";

const SOURCES = inRoot("scripts/cuda");
const FILES = ["nvrtc_compile.cc", "fatbin_pack.cc", "vendor_library.h"];

/** A C++ compiler for this machine: in a cross build CXX is one for another. */
function hostCompiler() {
  const candidates = [process.env.CXX_FOR_BUILD, "c++", "g++", "clang++", process.env.CXX];
  const found = candidates.find((command) => command && probe(command, ["--version"]) !== null);
  if (found === undefined) {
    throw new SetupError(
      "A C++ compiler for this machine (c++, g++ or clang++, or what CXX_FOR_BUILD names) was not found.",
    );
  }
  return found;
}

async function compile(source, program) {
  const args = ["-std=c++17", "-O1", "-Wall", "-Wextra", source, "-o", program, "-ldl"];
  const compiler = hostCompiler();
  const { code, output } = await runCaptured(compiler, args);
  if (code !== 0) throw new SetupError(`${compiler} could not compile ${source}:\n${output}`);
}

/** SHA-256 of what they are made from. */
export function toolsHash() {
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(fs.readFileSync(path.join(SOURCES, file)));
  return hash.digest("hex");
}

/** Compiles them where that has not been done; resolves to `{ nvrtcCompile, fatbinPack }`, the paths of the programs. */
export async function kernelTools() {
  const folder = path.join(BUILD, "cuda-kernels", `tools-${toolsHash().slice(0, 16)}`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    const scratch = fs.mkdtempSync(`${folder}.part-`);
    try {
      for (const name of ["nvrtc_compile", "fatbin_pack"]) {
        await compile(path.join(SOURCES, `${name}.cc`), path.join(scratch, name));
      }
      putInPlace(scratch, folder);
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  }
  return { nvrtcCompile: path.join(folder, "nvrtc_compile"), fatbinPack: path.join(folder, "fatbin_pack") };
}
