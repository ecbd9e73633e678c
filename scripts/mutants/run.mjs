// Runs mutants: change one place, build, run the test that must notice it, put the place back.

import fs from "node:fs";
import path from "node:path";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { runCaptured } from "../setup/run-command.mjs";
import { readVitestReport } from "../testing/read-reports.mjs";
import { buildTree, inTree, mutantAddon, prepareTree } from "./tree.mjs";

const reportFile = path.join(BUILD, "mutants/vitest.json");

/** Runs one test file (`only`: tests whose names contain it) on the built copy: the names of those that failed. */
async function runTests({ test, only }) {
  fs.rmSync(reportFile, { force: true });
  const args = [inRoot("node_modules/vitest/vitest.mjs"), "run", test, "--bail=1", "--reporter=json"];
  if (only !== undefined) args.push("-t", only);
  const env = { ...process.env, DEEPLAB_RT_ADDON: mutantAddon };
  const { output } = await runCaptured(process.execPath, [...args, `--outputFile.json=${reportFile}`], {
    env,
  });
  const { passed, failures } = readVitestReport(reportFile);
  if (passed + failures.length === 0) throw new Error(`${test} reported no test:\n${output}`);
  return failures.map(({ name }) => name);
}

/** The source with the change in it; the place must be there exactly once. */
function mutate({ file, find, replace }) {
  const source = fs.readFileSync(inTree(file), "utf8");
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`expected once in ${file}, found ${places} times: ${find}`);
  return { source, changed: source.replace(find, () => replace) };
}

/** The unchanged kernels must pass what the mutants must fail. */
async function checkUnchanged(mutants) {
  const problem = await buildTree();
  if (problem !== null) throw new Error(`the unchanged kernels do not compile:\n${problem}`);
  const suites = new Map(mutants.map((mutant) => [`${mutant.test} ${mutant.only ?? ""}`, mutant]));
  for (const suite of suites.values()) {
    const failed = await runTests(suite);
    if (failed.length > 0) throw new Error(`the unchanged kernels fail ${failed.join(", ")}`);
  }
}

/** Which test noticed the mutant; throws where none did. */
async function expectCaught(mutant) {
  const { source, changed } = mutate(mutant);
  const file = inTree(mutant.file);
  fs.writeFileSync(file, changed);
  try {
    const problem = await buildTree();
    if (problem !== null) throw new Error(`the mutant does not compile:\n${problem}`);
    const [caughtBy] = await runTests(mutant);
    if (caughtBy === undefined) throw new Error(`survived: no test of ${mutant.test} noticed it`);
    return caughtBy;
  } finally {
    fs.writeFileSync(file, source);
  }
}

/** One result of the report: `{ name, status, message? }`. */
async function judge(name, check) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const caughtBy = await check();
    console.log(`ok      ${name} (${seconds()})${caughtBy === undefined ? "" : `\n        by ${caughtBy}`}`);
    return { name, status: "passed" };
  } catch (error) {
    console.log(`FAILED  ${name} (${seconds()})\n        ${error.message}`);
    return { name, status: "failed", message: error.message };
  }
}

/** Runs all of them, one after another. */
export async function runMutants(mutants) {
  await prepareTree();
  const unchanged = await judge("the unchanged kernels pass", () => checkUnchanged(mutants));
  if (unchanged.status === "failed") return [unchanged];
  const results = [unchanged];
  for (const mutant of mutants)
    results.push(await judge(`caught: ${mutant.name}`, () => expectCaught(mutant)));
  return results;
}
