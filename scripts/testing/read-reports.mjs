// Reports of the three kinds of runners → SuiteResult. A missing or broken file reads as "no test".
import fs from "node:fs";
import path from "node:path";
import { ROOT } from "../setup/paths.mjs";
import { emptyResult } from "./result.mjs";

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function addVitestCase(result, file, test) {
  const name = `${file} > ${[...test.ancestorTitles, test.title].join(" > ")}`;
  if (test.status === "passed") result.passed += 1;
  else if (test.status === "failed") result.failures.push({ name, message: test.failureMessages.join("\n") });
  else result.skips.push({ name, reason: test.status });
}

/** vitest's JSON reporter. A file that failed outside its tests (import, hook) counts as one failure. */
export function readVitestReport(file) {
  const result = emptyResult();
  for (const suite of readJson(file)?.testResults ?? []) {
    const name = path.relative(ROOT, suite.name);
    for (const test of suite.assertionResults) addVitestCase(result, name, test);
    const told = suite.assertionResults.some((test) => test.status === "failed");
    if (suite.status === "failed" && !told) result.failures.push({ name, message: suite.message });
  }
  return result;
}

/** GoogleTest's --gtest_output=json. */
export function readGtestReport(file) {
  const result = emptyResult();
  for (const test of (readJson(file)?.testsuites ?? []).flatMap((suite) => suite.testsuite)) {
    const name = `${test.classname}.${test.name}`;
    if (test.failures?.length > 0) {
      result.failures.push({ name, message: test.failures.map(({ failure }) => failure).join("\n") });
    } else if (test.status === "NOTRUN" || test.result === "SKIPPED") {
      result.skips.push({
        name,
        reason: (test.skipped ?? []).map(({ message }) => message).join(" ") || "disabled",
      });
    } else if (test.result === "COMPLETED") {
      result.passed += 1;
    } else {
      result.failures.push({ name, message: `it started and did not end (${test.result ?? "no result"})` });
    }
  }
  return result;
}

/** Our own scripts' reports: `{ results: [{ name, status: "passed" | "failed" | "skipped", message? }] }`. */
export function readPlainReport(file) {
  const result = emptyResult();
  for (const { name, status, message = "" } of readJson(file)?.results ?? []) {
    if (status === "passed") result.passed += 1;
    else if (status === "skipped") result.skips.push({ name, reason: message });
    else result.failures.push({ name, message });
  }
  return result;
}
