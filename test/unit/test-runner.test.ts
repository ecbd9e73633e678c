// The test runner judged: what it counts, and that nothing bad can look good.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeSkips } from "../../scripts/testing/allowed-skips.mjs";
import { gtestFiles } from "../../scripts/testing/gtest-files.mjs";
import { readGtestReport, readPlainReport, readVitestReport } from "../../scripts/testing/read-reports.mjs";
import { checkRunner, emptyResult, singleResult, toolSkip } from "../../scripts/testing/result.mjs";
import { runSuites } from "../../scripts/testing/run-suites.mjs";
import { totalLine } from "../../scripts/testing/summary.mjs";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "runner-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function report(content: unknown): string {
  const file = path.join(folder, `${Math.random()}.json`);
  fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const vitestCase = (title: string, status: string, failureMessages: string[] = []) => ({
  ancestorTitles: ["group"],
  title,
  status,
  failureMessages,
});
const exited = { code: 0, signal: null };

describe("reports", () => {
  test("vitest: passed, failed and skipped tests are counted by name", () => {
    const cases = [vitestCase("a", "passed"), vitestCase("b", "failed", ["no"]), vitestCase("c", "skipped")];
    const result = readVitestReport(
      report({ testResults: [{ name: "/x/f.ts", status: "failed", assertionResults: cases }] }),
    );
    expect(result.passed).toBe(1);
    expect(result.failures).toEqual([{ name: expect.stringMatching(/f\.ts > group > b$/), message: "no" }]);
    expect(result.skips).toEqual([{ name: expect.stringMatching(/f\.ts > group > c$/), reason: "skipped" }]);
  });

  test("vitest: a file that cannot be imported is a failure though it has no test", () => {
    const file = { name: "/x/f.ts", status: "failed", message: "SyntaxError", assertionResults: [] };
    expect(readVitestReport(report({ testResults: [file] })).failures).toHaveLength(1);
  });

  test("GoogleTest: a test that started and never ended is a failure", () => {
    const testsuite = [
      { classname: "S", name: "ok", status: "RUN", result: "COMPLETED" },
      { classname: "S", name: "bad", status: "RUN", result: "COMPLETED", failures: [{ failure: "1 != 2" }] },
      { classname: "S", name: "skip", status: "RUN", result: "SKIPPED", skipped: [{ message: "no file" }] },
      { classname: "S", name: "off", status: "NOTRUN", result: "SUPPRESSED" },
      { classname: "S", name: "died", status: "RUN", result: "INTERRUPTED" },
    ];
    const result = readGtestReport(report({ testsuites: [{ testsuite }] }));
    expect(result.passed).toBe(1);
    expect(result.failures.map(({ name }) => name)).toEqual(["S.bad", "S.died"]);
    expect(result.skips).toEqual([
      { name: "S.skip", reason: "no file" },
      { name: "S.off", reason: "disabled" },
    ]);
  });

  test("our own scripts: an unknown status is a failure", () => {
    const results = [
      { name: "a", status: "passed" },
      { name: "b", status: "odd" },
    ];
    expect(readPlainReport(report({ results }))).toMatchObject({ passed: 1, failures: [{ name: "b" }] });
  });

  test.each([readVitestReport, readGtestReport, readPlainReport])(
    "%o reads a missing or cut file as no test",
    (read) => {
      expect(read(path.join(folder, "absent.json"))).toEqual(emptyResult());
      expect(read(report('{"testResults": ['))).toEqual(emptyResult());
    },
  );
});

describe("a crashed runner is a failure", () => {
  const good = singleResult("a", true);

  test("without a report", () => {
    expect(checkRunner(emptyResult(), "unit", exited).failures).toHaveLength(1);
  });

  test("with a good report and a bad exit code or a signal", () => {
    expect(checkRunner(good, "unit", { code: 1, signal: null }).failures[0]?.message).toContain(
      "exit code 1",
    );
    expect(checkRunner(good, "unit", { code: null, signal: "SIGSEGV" }).failures[0]?.message).toContain(
      "SIGSEGV",
    );
  });

  test("but a failing test with exit code 1 is counted once", () => {
    expect(
      checkRunner(singleResult("a", false, "no"), "unit", { code: 1, signal: null }).failures,
    ).toHaveLength(1);
    expect(checkRunner(good, "unit", exited)).toEqual(good);
  });

  test("also when the suite itself throws; the others still run", async () => {
    const lines: string[] = [];
    const suites = [
      { name: "one", run: () => Promise.reject(new Error("boom")) },
      { name: "two", run: async () => good },
    ];
    expect(await runSuites(suites, { quick: false }, (line: string) => lines.push(line))).toBe(false);
    expect(lines.at(-1)).toBe("1 passed, 1 failed, 0 skipped");
    expect(lines.join("\n")).toContain("boom");
  });
});

describe("skips", () => {
  const allowed = [
    { suite: "native", name: "C++ tests", onCi: false, reason: "needs GoogleTest" },
    { suite: "unit", name: "a.ts > windows *", reason: "other system" },
  ];

  test("a listed one is kept with its reason", () => {
    const judged = judgeSkips("native", toolSkip("C++ tests", "GoogleTest"), allowed, false);
    expect(judged.skips[0]?.reason).toBe("GoogleTest was not found: needs GoogleTest");
    expect(judged.failures).toEqual([]);
  });

  test("a name may end in a star", () => {
    const result = { ...emptyResult(), skips: [{ name: "a.ts > windows paths", reason: "skipped" }] };
    expect(judgeSkips("unit", result, allowed, true)).toMatchObject({ failures: [], skips: [{}] });
  });

  test.each([
    ["an unlisted name", "native", "other", false],
    ["a name listed for another suite", "unit", "C++ tests", false],
    ["a tool that CI must have", "native", "C++ tests", true],
  ])("%s is a failure", (_, suite, name, ci) => {
    const judged = judgeSkips(suite, toolSkip(name, "x"), allowed, ci);
    expect(judged.skips).toEqual([]);
    expect(judged.failures).toHaveLength(1);
  });
});

test("the last line has the shape that machines read", () => {
  const result = { passed: 2, failures: [{ name: "f", message: "" }], skips: [{ name: "s", reason: "r" }] };
  expect(
    totalLine([
      { name: "a", result },
      { name: "b", result },
    ]),
  ).toBe("4 passed, 2 failed, 2 skipped");
});

describe("files of a filter of GoogleTest's", () => {
  const declare = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);

  test("are those with a suite that it names, whatever declares it and whatever its parameters are called", () => {
    declare("a_test.cc", "TEST(Alpha, One) {}\nTEST(AlphaBeta, One) {}\n");
    declare("b_test.cc", "class F;\nTEST_F(Beta, One) {}\n");
    declare("c_test.cc", "TEST_P(Gamma, One) {}\n");
    declare("helper.cc", "// TEST(Alpha, One)\n");
    expect(gtestFiles(["Alpha.*"], folder)).toEqual(["a_test.cc"]);
    expect(gtestFiles(["Beta.One", "Ways/Gamma.One/2"], folder)).toEqual(["b_test.cc", "c_test.cc"]);
    expect(gtestFiles(["*a.*"], folder)).toEqual(["a_test.cc", "b_test.cc", "c_test.cc"]);
    expect(gtestFiles([], folder)).toEqual([]);
  });

  test("a name that no test has is an error, not a shorter list", () => {
    expect(() => gtestFiles(["Alph.*"], folder)).toThrow("Alph.*");
  });
});
