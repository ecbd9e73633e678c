// npm run format: writes the format that the "format" suite checks.
import { inRoot } from "./setup/paths.mjs";
import { runShown } from "./setup/run-command.mjs";
import { reportingSetupErrors, SetupError } from "./setup/setup-error.mjs";
import { CLANG_FORMAT_MAJOR, cppFiles, findClangFormat } from "./testing/static-checks.mjs";

await reportingSetupErrors(async () => {
  const biome = inRoot("node_modules/@biomejs/biome/bin/biome");
  await runShown(process.execPath, [biome, "check", "--write", "--linter-enabled=false", "."]);
  const clangFormat = findClangFormat();
  if (clangFormat === null)
    throw new SetupError(`clang-format ${CLANG_FORMAT_MAJOR} was not found: C++ stays as it is.`);
  await runShown(clangFormat, ["-i", ...cppFiles()]);
});
