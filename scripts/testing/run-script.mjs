// One of our own checking scripts, judged by the report it writes and by its exit.
import fs from "node:fs";
import path from "node:path";
import { inRoot, REPORTS } from "../setup/paths.mjs";
import { runShown } from "../setup/run-command.mjs";
import { readPlainReport } from "./read-reports.mjs";
import { checkRunner } from "./result.mjs";

/** Runs `node script --report FILE` and returns a SuiteResult. */
export async function runScript(name, script, args = []) {
  const report = path.join(REPORTS, `${name}.json`);
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.rmSync(report, { force: true });
  const exit = await runShown(process.execPath, [inRoot(script), ...args, "--report", report]);
  return checkRunner(readPlainReport(report), name, exit);
}
