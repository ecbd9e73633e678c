// The one shape every suite ends in, whatever program ran its tests.

/**
 * @typedef {object} SuiteResult
 * @property {number} passed
 * @property {{name: string, message: string}[]} failures
 * @property {{name: string, reason: string, tool?: string}[]} skips `tool`: absent here, so the test could not run
 */

/** @returns {SuiteResult} */
export function emptyResult() {
  return { passed: 0, failures: [], skips: [] };
}

/** One test that passed, or failed with `message`. */
export function singleResult(name, passed, message = "") {
  return { passed: passed ? 1 : 0, failures: passed ? [] : [{ name, message }], skips: [] };
}

/** One test that could not run because `tool` is absent on this machine. */
export function toolSkip(name, tool) {
  return { passed: 0, failures: [], skips: [{ name, reason: `${tool} was not found`, tool }] };
}

/** All of `results` as one. */
export function mergeResults(results) {
  const merged = emptyResult();
  for (const { passed, failures, skips } of results) {
    merged.passed += passed;
    merged.failures.push(...failures);
    merged.skips.push(...skips);
  }
  return merged;
}

/**
 * A runner's own exit must agree with its report: a crash after the last test, a report with no test in
 * it, or no report at all is a failure of its own.
 */
export function checkRunner(result, name, exit) {
  const ran = result.passed + result.failures.length + result.skips.length;
  if (ran === 0) {
    const message = `it reported no test at all (${describeExit(exit)})`;
    return mergeResults([result, singleResult(`${name}: runner`, false, message)]);
  }
  if ((exit.code !== 0 || exit.signal !== null) && result.failures.length === 0) {
    const message = `every reported test passed, but the runner itself failed (${describeExit(exit)})`;
    return mergeResults([result, singleResult(`${name}: runner`, false, message)]);
  }
  return result;
}

function describeExit({ code, signal }) {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
