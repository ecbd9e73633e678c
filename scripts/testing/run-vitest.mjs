// One vitest run over a folder of tests, judged by its JSON report and its exit.
import fs from "node:fs";
import path from "node:path";
import { inRoot, REPORTS } from "../setup/paths.mjs";
import { runShown } from "../setup/run-command.mjs";
import { readVitestReport } from "./read-reports.mjs";
import { checkRunner } from "./result.mjs";

/** Runs `paths` (folders or files of test/) and returns a SuiteResult. */
export async function runVitest(name, paths, { env = {}, exclude = [] } = {}) {
  const report = path.join(REPORTS, `${name}.json`);
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.rmSync(report, { force: true });
  const args = ["run", ...paths, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  for (const pattern of exclude) args.push(`--exclude=${pattern}`);
  const exit = await runShown(process.execPath, [inRoot("node_modules/vitest/vitest.mjs"), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return checkRunner(readVitestReport(report), name, exit);
}
