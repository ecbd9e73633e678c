// Runs mutants: change one place, build, run the test that must notice it, put the place back. A mutant of a kernel is
// compiled into every instruction set at once, and each of them has to be noticed.

import fs from "node:fs";
import path from "node:path";
import { BUILD, REPORTS } from "../setup/paths.mjs";
import { runCaptured } from "../setup/run-command.mjs";
import { gtestFiles } from "../testing/gtest-files.mjs";
import { BUILT_LEVELS, usableLevels } from "../testing/levels/simd-levels.mjs";
import { readGtestReport } from "../testing/read-reports.mjs";
import { runVitest } from "../testing/run-vitest.mjs";
import { kernelFiles } from "./kernel-files.mjs";
import { buildTree, inTree, mutantAddon, mutantTests, prepareTree } from "./tree.mjs";

const kernels = kernelFiles();

/**
 * The levels at which a mutant has to be noticed; `undefined` is the machine's best, for code that all levels share.
 * `levels` of a mutant narrows them: a place that only some levels' code has.
 */
function levelsOf({ file, levels, gtest }, usable) {
  if (gtest !== undefined || !kernels.has(file)) return [undefined];
  return usable.filter((level) => levels?.includes(level) ?? true);
}

/** What has to be built for a mutant's test. */
const targetOf = ({ gtest }) => (gtest === undefined ? "deeplab_rt" : "deeplab_native_tests");

/** The names of the C++ tests that failed; a crash, or none that ran, is a failure too. */
async function gtestFailures(filter) {
  const report = path.join(REPORTS, "mutant-gtest.json");
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.rmSync(report, { force: true });
  const args = [`--gtest_filter=${filter}`, "--gtest_fail_fast", `--gtest_output=json:${report}`];
  const { code } = await runCaptured(mutantTests, args);
  const { passed, failures } = readGtestReport(report);
  if (failures.length > 0) return failures.map((failure) => failure.name);
  return code === 0 && passed > 0 ? [] : [`${filter}: the run itself`];
}

/** Runs a mutant's test on the built copy: the names of those that failed. A run that crashed has a failure too. */
async function failuresOf({ test, only, gtest }, level) {
  if (gtest !== undefined) return gtestFailures(gtest);
  const env = { DEEPLAB_RT_ADDON: mutantAddon, ...(level === undefined ? {} : { DEEPLAB_RT_SIMD: level }) };
  const name = `mutant-${level ?? "best"}`;
  const { failures } = await runVitest(name, [test], { env, only, bail: 1, quiet: true });
  return failures.map((failure) => failure.name);
}

/** The source with the change in it; the place must be there exactly once. */
function mutate({ file, find, replace }) {
  const source = fs.readFileSync(inTree(file), "utf8");
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`expected once in ${file}, found ${places} times: ${find}`);
  return { source, changed: source.replace(find, () => replace) };
}

const at = (level) => (level === undefined ? "" : ` at ${level}`);

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

/** The unchanged kernels must pass what the mutants must fail, at every level where one must. */
async function checkUnchanged(mutants, usable) {
  const targets = [...new Set(mutants.map(targetOf))];
  let problem = null;
  for (const target of targets) problem ??= await buildTree(target);
  if (problem !== null) throw new Error(`the unchanged kernels do not compile:\n${problem}`);
  const runs = new Map();
  for (const mutant of mutants) {
    for (const level of levelsOf(mutant, usable)) {
      runs.set([mutant.test, mutant.only, mutant.gtest, level].join(" "), { mutant, level });
    }
  }
  for (const { mutant, level } of runs.values()) {
    const failed = await failuresOf(mutant, level);
    if (failed.length > 0) throw new Error(`the unchanged kernels fail${at(level)}: ${failed.join(", ")}`);
  }
}

/** Which test noticed the built mutant; throws where none did. */
async function caughtBy(mutant, level) {
  const [name] = await failuresOf(mutant, level);
  if (name === undefined) throw new Error(`survived: no test of ${mutant.test ?? mutant.gtest} noticed it`);
  return name;
}

/** One result a level. */
async function judgeMutant(mutant, usable) {
  const name = `caught: ${mutant.name}`;
  let source;
  try {
    const { source: original, changed } = mutate(mutant);
    source = original;
    fs.writeFileSync(inTree(mutant.file), changed);
    const problem = await buildTree(targetOf(mutant));
    if (problem !== null) throw new Error(`the mutant does not compile:\n${problem}`);
    const levels = levelsOf(mutant, usable);
    return await Promise.all(
      levels.map((level) => judge(`${name}${at(level)}`, () => caughtBy(mutant, level))),
    );
  } catch (error) {
    return [await judge(name, () => Promise.reject(error))];
  } finally {
    if (source !== undefined) fs.writeFileSync(inTree(mutant.file), source);
  }
}

/** Levels of this architecture that the machine lacks: their mutants cannot be run. */
function missingLevels(usable) {
  return BUILT_LEVELS.filter((level) => !usable.includes(level)).map((level) => ({
    name: `mutants at ${level}`,
    status: "skipped",
    message: `a processor with ${level} was not found`,
  }));
}

/** Runs all of them, one after another. */
export async function runMutants(mutants) {
  fs.mkdirSync(path.join(BUILD, "mutants"), { recursive: true });
  const filters = mutants.flatMap(({ gtest }) => gtest?.split(":") ?? []);
  await prepareTree(gtestFiles(filters));
  const usable = usableLevels();
  const unchanged = await judge("the unchanged kernels pass", () => checkUnchanged(mutants, usable));
  if (unchanged.status === "failed") return [unchanged];
  const results = [unchanged, ...missingLevels(usable)];
  for (const mutant of mutants) results.push(...(await judgeMutant(mutant, usable)));
  return results;
}
