// Is there a C++17 compiler, CMake and something that runs its build files?
import { installCommands } from "./install-hint.mjs";
import { probe } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const CPP17_PROBE = "#include <optional>\nint main() { std::optional<int> x{1}; return *x - 1; }\n";

function compilerWorks(command) {
  return probe(command, ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], CPP17_PROBE) !== null;
}

/** On Windows CMake finds Visual Studio by itself; its own search tool says whether there is one. */
function visualStudioFound() {
  const root = process.env["ProgramFiles(x86)"] ?? "C:\\Program Files (x86)";
  const vswhere = `${root}\\Microsoft Visual Studio\\Installer\\vswhere.exe`;
  const workload = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64";
  const found = probe(vswhere, ["-products", "*", "-requires", workload, "-property", "installationPath"]);
  return found !== null && found.trim() !== "";
}

function compilerFound() {
  if (process.platform === "win32") return visualStudioFound();
  return [process.env.CXX, "c++", "g++", "clang++"].some((command) => command && compilerWorks(command));
}

function buildToolFound() {
  if (process.platform === "win32") return true;
  return ["make", "gmake", "ninja"].some((tool) => probe(tool, ["--version"]) !== null);
}

/** What is missing, as `{ tool, what }`; empty when the addon can be built here. */
export function missingTools() {
  const missing = [];
  if (!compilerFound() || !buildToolFound()) {
    missing.push({
      tool: "compiler",
      what: "a C++17 compiler (g++ 9, clang 10, Visual Studio 2019 or newer) with make",
    });
  }
  if (probe("cmake", ["--version"]) === null) missing.push({ tool: "cmake", what: "CMake 3.18 or newer" });
  return missing;
}

/** Throws one SetupError that names everything missing and the commands that get it. */
export function requireToolchain(missing = missingTools(), commands = installCommands) {
  if (missing.length === 0) return;
  throw new SetupError(
    [
      "The native addon has to be compiled, and this machine lacks:",
      ...missing.map(({ what }) => `  - ${what}`),
      "How to get it:",
      ...commands(missing.map(({ tool }) => tool)).map((line) => `  ${line}`),
      "Then run the command again.",
    ].join("\n"),
  );
}
