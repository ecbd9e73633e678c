// What the test command prints at its end. The last line is read by machines: keep its shape.

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function firstLines(text, count) {
  return text.trim().split("\n").slice(0, count);
}

function row(name, passed, failed, skipped, time) {
  return `${name.padEnd(18)}${[passed, failed, skipped].map((n) => String(n).padStart(8)).join("")}${time.padStart(10)}`;
}

/** Lines of the summary for `[{ name, result, milliseconds }]`. */
export function summaryLines(suites) {
  const lines = ["", row("suite", "passed", "failed", "skipped", "time")];
  for (const { name, result, milliseconds } of suites) {
    lines.push(row(name, result.passed, result.failures.length, result.skips.length, seconds(milliseconds)));
  }
  for (const { name, result } of suites) {
    for (const skip of result.skips) lines.push("", `skipped  ${name}: ${skip.name}`, `  ${skip.reason}`);
  }
  for (const { name, result } of suites) {
    for (const failure of result.failures) {
      lines.push(
        "",
        `FAILED   ${name}: ${failure.name}`,
        ...firstLines(failure.message, 20).map((line) => `  ${line}`),
      );
    }
  }
  return [...lines, "", totalLine(suites)];
}

/** `N passed, N failed, N skipped`. */
export function totalLine(suites) {
  const sum = (count) => suites.reduce((total, { result }) => total + count(result), 0);
  const failed = sum((result) => result.failures.length);
  return `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skips.length)} skipped`;
}
