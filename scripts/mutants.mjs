// Changes the kernels in small wrong ways, one at a time, and expects the tests to notice each:
//   node scripts/mutants.mjs [--report FILE] [part of a mutant's name]
// Mutants are listed in test/mutants/mutants.json. All happens on a copy of native/ in build/mutants.

import fs from "node:fs";
import path from "node:path";
import { runMutants } from "./mutants/run.mjs";
import { inRoot } from "./setup/paths.mjs";

/** `--report FILE` and one optional word. */
function parseArguments(args) {
  const at = args.indexOf("--report");
  const report = at < 0 ? undefined : args[at + 1];
  const words = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  return { report, part: words[0] ?? "" };
}

const { report, part } = parseArguments(process.argv.slice(2));
const all = JSON.parse(fs.readFileSync(inRoot("test/mutants/mutants.json"), "utf8"));
const chosen = all.filter(({ name }) => name.includes(part));
if (chosen.length === 0) throw new Error(`No mutant's name contains "${part}".`);
const results = await runMutants(chosen);

if (report !== undefined) {
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.writeFileSync(report, JSON.stringify({ results }, null, 2));
}
const count = (wanted) => results.filter(({ status }) => status === wanted).length;
const failed = count("failed");
console.log(`${count("passed")} as expected, ${failed} not, ${count("skipped")} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
