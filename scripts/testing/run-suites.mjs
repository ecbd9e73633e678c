// Runs suites one after another and ends with the summary. Nothing a suite does can stop the others.
import { judgeSkips } from "./allowed-skips.mjs";
import { singleResult } from "./result.mjs";
import { summaryLines } from "./summary.mjs";

async function runGuarded(suite, options) {
  try {
    return await suite.run(options);
  } catch (error) {
    return singleResult(`${suite.name}: runner`, false, error.stack ?? String(error));
  }
}

/** Runs `suites`, prints, and returns whether nothing failed. */
export async function runSuites(suites, options, print = console.log) {
  const finished = [];
  for (const suite of suites) {
    print(`\n== ${suite.name}`);
    const start = performance.now();
    const result = judgeSkips(suite.name, await runGuarded(suite, options));
    const milliseconds = performance.now() - start;
    finished.push({ name: suite.name, result, milliseconds });
    print(
      `== ${suite.name}: ${result.failures.length === 0 ? "ok" : "FAILED"} in ${(milliseconds / 1000).toFixed(1)} s`,
    );
  }
  for (const line of summaryLines(finished)) print(line);
  return finished.every(({ result }) => result.failures.length === 0);
}
