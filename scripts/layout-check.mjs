// The "layout" suite: border rules of native/ and lib/, and sizes of files and functions. One test a file.
//   node scripts/layout-check.mjs [--report FILE]
import fs from "node:fs";
import { parseArgs } from "node:util";
import { checkTree } from "./layout/check-tree.mjs";
import { inRoot } from "./setup/paths.mjs";

function show(title, entries) {
  if (entries.length > 0) console.log([title, ...entries.map((entry) => `  ${entry}`)].join("\n"));
}

const { values } = parseArgs({ options: { report: { type: "string" } } });
const files = checkTree(inRoot());
const lines = (key) =>
  files.flatMap((entry) => entry[key].map(({ line, message }) => `${entry.file}:${line} ${message}`));
const problems = lines("problems");

show("Long, but allowed:", lines("listed"));
show("Broken rules:", problems);
console.log(`layout: ${files.length} files, ${problems.length} broken rules`);
if (values.report) {
  const results = files.map(({ file, problems: found }) => ({
    name: file,
    status: found.length === 0 ? "passed" : "failed",
    message: found.map(({ line, message }) => `${file}:${line} ${message}`).join("\n"),
  }));
  fs.writeFileSync(values.report, JSON.stringify({ results }));
}
process.exitCode = problems.length === 0 ? 0 : 1;
