// Everything a command of this checkout needs, in order; each step does nothing when it is already done.
import { buildNative, needsCompiler } from "./build-native.mjs";
import { buildTypeScript } from "./build-typescript.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { nodeVersionProblem } from "./node-version.mjs";
import { SetupError } from "./setup-error.mjs";
import { requireToolchain } from "./toolchain.mjs";

/** Packages, TypeScript, addon. `log` gets one line for each step that has something to do. */
export async function prepare(log = (line) => console.log(`• ${line}`)) {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem !== null) throw new SetupError(problem);
  if (needsCompiler()) requireToolchain();
  await ensureDependencies(log);
  await buildNative(log);
  await buildTypeScript(log);
}
