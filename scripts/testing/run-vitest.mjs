// One vitest run over a folder of tests, judged by its JSON report and its exit.
import fs from "node:fs";
import path from "node:path";
import { inRoot, REPORTS } from "../setup/paths.mjs";
import { runCaptured, runShown } from "../setup/run-command.mjs";
import { readVitestReport } from "./read-reports.mjs";
import { checkRunner } from "./result.mjs";

// What a run that is not shown says at most, where its report alone cannot tell what went wrong.
const tailLength = 3000;

/**
 * Runs `paths` (folders or files of test/) and returns a SuiteResult. `only` narrows to tests whose names match, `bail`
 * ends the run after so many failures, `quiet` shows nothing of a run that reported what it did.
 */
export async function runVitest(name, paths, { env = {}, exclude = [], only, bail, quiet = false } = {}) {
  const report = path.join(REPORTS, `${name}.json`);
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.rmSync(report, { force: true });
  const args = ["run", ...paths, "--reporter=json", `--outputFile.json=${report}`];
  if (!quiet) args.push("--reporter=default");
  if (only !== undefined) args.push("-t", only);
  if (bail !== undefined) args.push(`--bail=${bail}`);
  for (const pattern of exclude) args.push(`--exclude=${pattern}`);
  const command = [process.execPath, [inRoot("node_modules/vitest/vitest.mjs"), ...args]];
  const environment = { ...process.env, ...env };
  if (!quiet) {
    const stdio = ["ignore", "inherit", "inherit"];
    const exit = await runShown(...command, { env: environment, stdio });
    return checkRunner(readVitestReport(report), name, exit);
  }
  const { output, ...exit } = await runCaptured(...command, { env: environment });
  const found = readVitestReport(report);
  const result = checkRunner(found, name, exit);
  if (result !== found) console.log(output.slice(-tailLength));
  return result;
}
