// What the benchmark says about its numbers: targets, failures, comparisons, documents, charts.

import { expect, test } from "vitest";
import { barChart, niceStep } from "../bench/report/chart.mjs";
import { change, comparison } from "../bench/report/compare.mjs";
import { markdownTable, replaceBetween } from "../bench/report/markdown.mjs";
import { problems, unlike } from "../bench/report/problems.mjs";
import { textTable } from "../bench/report/text.mjs";
import { figureTable, valueText, verdict } from "../bench/report/verdicts.mjs";
import { figure } from "../bench/scenarios/reading.mjs";

const at = (median: number, half = 0.01) => ({ median, q1: median - half, q3: median + half, count: 9 });

const reportOf = (figures: unknown[], unlikeCells: string[] = []) => ({
  machine: { cpu: "some CPU", cores: 2 },
  settings: { rounds: 9 },
  scenarios: { sizes: { figures, unlike: unlikeCells } },
});

test("a target is met at its limit and missed beyond it, whichever way it points", () => {
  expect(verdict(figure("a", "", at(1.04), { atMost: 1.04 }))).toBe("met");
  expect(verdict(figure("a", "", at(1.041), { atMost: 1.04 }))).toBe("missed");
  expect(verdict(figure("a", "", at(9), { atLeast: 9 }))).toBe("met");
  expect(verdict(figure("a", "", at(8.9), { atLeast: 9 }))).toBe("missed");
  expect(verdict(figure("a", "", at(100)))).toBe("no target");
});

test("what was not measured meets nothing and says why", () => {
  const missing = figure("a", "title", null, { atMost: 1, missing: "wants --python" });
  expect(verdict(missing)).toBe("not measured");
  expect(valueText(missing)).toBe("not measured: wants --python");
});

test("a missed target fails the run with --check only", () => {
  const report = reportOf([
    figure("a", "end to end", at(1.2), { atMost: 1.1 }),
    figure("b", "b", at(1), { atMost: 2 }),
  ]);
  expect(problems(report, { check: false })).toEqual([]);
  expect(problems(report, { check: true })).toEqual(["end to end: 1.200 × [1.190–1.210], target ≤ 1.1"]);
});

test("with --check a figure that could not be measured fails, but not one that nobody asked for", () => {
  const report = reportOf([
    figure("a", "reference", null, { atLeast: 5, missing: "wants --python" }),
    figure("b", "transformers", null, { atLeast: 5, missing: "not installed" }),
    figure("c", "for information", null, { missing: "not installed" }),
  ]);
  expect(problems(report, { check: true })).toEqual(["transformers: not measured: not installed"]);
});

test("contenders that do other work fail the run always", () => {
  expect(problems(reportOf([], ["720p, javascript: …"]), { check: false })).toHaveLength(1);
  const engines = (sameEngineFile: boolean) => ({
    scenarios: { sizes: { figures: [], unlike: [], sameEngineFile } },
  });
  expect(problems(engines(true), { check: false })).toEqual([]);
  expect(problems(engines(false), { check: false })).toEqual([
    expect.stringContaining("same ONNX Runtime file"),
  ]);
  const cell = (id: string, exact: boolean) => ({ id, exact });
  const plan = { groups: [{ name: "720p", cells: [cell("a", true), cell("b", true), cell("c", false)] }] };
  const results = { "720p": { a: { agreement: null }, b: { agreement: 0.99 }, c: { agreement: 0.5 } } };
  expect(unlike(plan, results)).toEqual([expect.stringMatching(/^720p, b: /)]);
});

test("figures with a target stand first in the table", () => {
  const { rows } = figureTable("", [figure("a", "info", at(1)), figure("b", "goal", at(2), { atMost: 1 })]);
  expect(rows.map(([title, , , mark]: string[]) => [title, mark])).toEqual([
    ["goal", "MISSED"],
    ["info", ""],
  ]);
});

test("two runs whose quartiles overlap are equal; beyond that it is better or worse by its own direction", () => {
  const less = (median: number) => figure("total/720p", "", at(median));
  const more = (median: number) => figure("javascript/1080p", "", at(median), { atLeast: 9 });
  expect(change(less(1), less(1.015))).toBe("=");
  expect(change(less(1), less(1.2))).toBe("WORSE +20.0 %");
  expect(change(less(1), less(0.5))).toBe("BETTER -50.0 %");
  expect(change(more(10), more(12))).toBe("BETTER +20.0 %");
  expect(change(more(10), more(8))).toBe("WORSE -20.0 %");
  expect(change(less(1), figure("total/720p", "", null))).toBe("");
});

test("a comparison names the machine of the earlier run and shows figures that only one run has", () => {
  const before = reportOf([figure("a", "A", at(1)), figure("gone", "Gone", at(1))]);
  const after = reportOf([figure("a", "A", at(1)), figure("new", "New", at(3))]);
  const { title, rows } = comparison(before, after);
  expect(title).toContain("some CPU, 2 cores, 9 rounds");
  expect(
    rows.map(([name, was, is, verdictText]: string[]) => [name, was !== "", is !== "", verdictText]),
  ).toEqual([
    ["A", true, true, "="],
    ["New", false, true, ""],
    ["Gone", true, false, ""],
  ]);
});

test("a table in a terminal is as wide as its widest cell", () => {
  const lines = textTable({ title: "t", columns: ["a", "b"], rows: [["long cell", "x"]] });
  expect(lines.slice(1)).toEqual(["t", "  a           b", "  ─────────   ─", "  long cell   x"]);
});

test("a document is rewritten between its marks and nowhere else", () => {
  const document = "before\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nafter\n";
  const once = replaceBetween(document, "x", "new\n");
  expect(once).toBe("before\n<!-- bench:x -->\nnew\n<!-- /bench:x -->\nafter\n");
  expect(replaceBetween(once, "x", "new")).toBe(once);
  expect(() => replaceBetween(document, "y", "lost")).toThrow(/bench:y/);
});

test("a cell of a document's table cannot end the cell", () => {
  expect(markdownTable({ title: "t", columns: ["a"], rows: [["x | y"]] })).toContain("| x \\| y |");
});

test("steps of an axis are 1, 2 or 5 times a power of ten", () => {
  expect([4, 7, 12, 26, 900, 0.3].map(niceStep)).toEqual([1, 2, 5, 10, 200, 0.1]);
});

test("a chart draws every bar as long as its stages, with text that cannot break the file", () => {
  const bar = (label: string, network: number, after: number) => ({
    label,
    parts: [
      { name: "network", value: network },
      { name: "postprocess", value: after },
    ],
    ...at(network + after, 1),
  });
  const svg = barChart({ title: "a < b & c", unit: "ms", bars: [bar("one", 50, 50), bar('"two"', 20, 30)] });
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="18"/g)].map((match) =>
    Number(match[1]),
  );
  expect(widths).toHaveLength(4);
  const [one, two, three, four] = widths as [number, number, number, number];
  expect(one).toBeCloseTo(two, 0);
  expect((three + four) / (one + two)).toBeCloseTo(0.5, 2);
  expect(svg).toContain("a &lt; b &amp; c");
  expect(svg).toContain("&quot;two&quot;");
});
