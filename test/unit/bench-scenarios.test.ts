// Every scenario of the benchmark without running it: its plan fits together, and its report can be made from results.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONTENDERS } from "../bench/contenders/index.mjs";
import { BY_RESIZE } from "../bench/models/index.mjs";
import { parseOptions } from "../bench/options.mjs";
import { SIZES } from "../bench/pictures.mjs";
import { choosingBodies } from "../bench/report/choosing.mjs";
import { readmeBody } from "../bench/report/documents.mjs";
import { scenarioReport } from "../bench/report/scenario-report.mjs";
import { target, verdict } from "../bench/report/verdicts.mjs";
import { DEFAULT, SCENARIOS } from "../bench/scenarios/index.mjs";

type Figure = Parameters<typeof verdict>[0];

interface Cell {
  id: string;
  process: string;
  measured?: boolean;
  question: { picture: string };
}
interface Plan {
  processes: Record<string, { contender: string }>;
  groups: { name: string; cells: Cell[] }[];
}
interface Report {
  tables: { columns: string[]; rows: string[][] }[];
  figures: Figure[];
  charts: { bars: unknown[] }[];
  unlike: string[];
}

const context = { rounds: 3, threads: 2, cores: 2, python: true, pictures: "pictures" };
const names = Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[];
const planOf = (name: keyof typeof SCENARIOS, given = context) => SCENARIOS[name].plan(given) as Plan;

const machine = {
  ...{ cpu: "some CPU", cores: 2, memoryGiB: 4, system: "s", instructionSets: [] },
  ...{ node: "20", onnxruntime: "1" },
};

const stages = {
  preprocess: 1,
  network: 50,
  postprocess: 2,
  outside: 3,
  latency: 60,
  extraP99: 1,
  idleP99: 1,
  busyP99: 2,
  busyMax: 3,
  bytes: 5e5,
};

/** Results as a run gives them: every round the same. */
function resultsOf({ groups, processes }: Plan) {
  const results = Object.fromEntries(
    groups.map(({ name, cells }) => [
      name,
      Object.fromEntries(
        cells
          .filter(({ process }) => process in processes)
          .map(({ id, process, measured }) => [
            id,
            measured === false
              ? { process, totals: [], stages: [], agreement: 1 }
              : {
                  process,
                  totals: [53, 53, 53],
                  stages: [stages, stages, stages],
                  rss: 1e8,
                  peakRss: 2e8,
                  agreement: 1,
                },
          ]),
      ),
    ]),
  );
  const facts = Object.fromEntries(
    Object.keys(processes).map((id) => [id, { rss: 5e7, mapped: "/x/node_modules/onnxruntime-node/lib.so" }]),
  );
  return { results, leftOut: {}, facts };
}

const reportOf = (name: keyof typeof SCENARIOS, given = context) => {
  const plan = planOf(name, given);
  return scenarioReport(SCENARIOS[name], plan, resultsOf(plan), given) as Promise<Report>;
};

test.each(names)(
  "%s: every cell has a process, a known contender and picture, and a name of its own",
  (name) => {
    const { processes, groups } = planOf(name);
    for (const { contender } of Object.values(processes)) expect(CONTENDERS).toHaveProperty([contender]);
    for (const { cells } of groups) {
      expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
      for (const { process, question } of cells) {
        expect(processes).toHaveProperty([process]);
        expect(SIZES).toHaveProperty([question.picture]);
      }
    }
  },
);

test.each(names)(
  "%s: a complete run leaves no figure without a value and no row that does not fit",
  async (name) => {
    const { tables, figures, unlike } = await reportOf(name);
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ median }) => median === null)).toEqual([]);
    for (const { columns, rows } of tables) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
    expect(unlike).toEqual([]);
  },
);

test("without --python no Python process is planned, and the figures that want one say so", async () => {
  const given = { ...context, python: false };
  for (const name of names) {
    const contenders = Object.values(planOf(name, given).processes).map(({ contender }) => contender);
    expect(contenders).not.toContain("reference");
    expect(contenders).not.toContain("openvino");
  }
  const { figures } = await reportOf("sizes", given);
  expect(figures.find(({ id }) => id === "reference/1080p")).toMatchObject({ missing: "wants --python" });
});

test("figures have names of their own, and a default run has all the stated targets", async () => {
  const reports = await Promise.all(names.map((name) => reportOf(name)));
  const ids = reports.flatMap(({ figures }) => figures.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const targets = (await Promise.all(DEFAULT.map((name) => reportOf(name as keyof typeof SCENARIOS))))
    .flatMap(({ figures }) => figures)
    .filter((figure) => target(figure) !== "")
    .map((figure) => `${figure.id} ${target(figure)}`);
  expect(targets.sort()).toEqual(
    [
      "total/720p ≤ 1.04",
      "total/1080p ≤ 1.1",
      "javascript/1080p ≥ 9",
      "reference/1080p ≥ 5",
      "post-reference/150 ≥ 20",
      "post/1080p ≤ 0.15",
      "post-map/1080p ≤ 0.1",
      "pre/1080p ≤ 0.03",
      "overhead ≤ 60",
      "throughput/callers ≥ 0.92",
      "one-caller ≤ 1.02",
      "loop/spare ≤ 2",
      "png/1080p ≤ 0.3",
      "colorize/1080p ≤ 0.3",
    ].sort(),
  );
});

test("a target's ratio points the right way: a slower deeplab-rt misses what compares it", async () => {
  const plan = planOf("sizes");
  const run = resultsOf(plan);
  for (const group of Object.values(run.results)) {
    for (const [id, cell] of Object.entries(group)) {
      if (!id.startsWith("ours")) continue;
      cell.totals = cell.totals.map((value) => value * 100);
      cell.stages = cell.stages.map((values) => ({ ...values, preprocess: 100, postprocess: 100 }));
    }
  }
  const { figures } = (await scenarioReport(SCENARIOS.sizes, plan, run, context)) as Report;
  const targeted = figures.filter((figure) => target(figure) !== "");
  expect(targeted.length).toBeGreaterThan(5);
  for (const figure of targeted) expect([figure.id, verdict(figure)]).toEqual([figure.id, "missed"]);
});

test("README's table has every figure with a target and no other", async () => {
  const sizes = await reportOf("sizes");
  const lines = readmeBody({ machine, scenarios: { sizes } }).split("\n");
  const rows = lines.filter(
    (line: string) => line.startsWith("| ") && !line.startsWith("| figure") && !line.startsWith("| ---"),
  );
  expect(rows).toHaveLength(sizes.figures.filter((figure) => target(figure) !== "").length);
});

test("docs/choosing.md has a place for every table that is written there, and no other", async () => {
  const scenarios = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await reportOf(name)] as const)),
  );
  const bodies: Record<string, string> = choosingBodies({ machine, settings: { threads: 2 }, scenarios });
  const places = readFileSync("docs/choosing.md", "utf8").matchAll(/^<!-- bench:(\w+) -->$/gm);
  expect(Object.keys(bodies).sort()).toEqual([...places].map(([, name]) => name).sort());
  for (const mode of Object.keys(BY_RESIZE)) expect(bodies.resizes).toContain(`\n| ${mode} | 53.0 `);
});

test("the command line refuses what it does not know, and --compare may stand alone", () => {
  expect(parseOptions(["--scenario", "all"]).scenarios).toEqual(names);
  expect(parseOptions([]).scenarios).toEqual(DEFAULT);
  expect(parseOptions(["--quick"]).rounds).toBe(3);
  expect(parseOptions(["--compare", "--quick"]).compare).toMatch(/docs.bench\.json$/);
  expect(parseOptions(["--compare", "x.json"]).compare).toMatch(/x\.json$/);
  expect(() => parseOptions(["--scenario", "size"])).toThrow(/No scenario is called size/);
  expect(() => parseOptions(["--rounds", "0"])).toThrow(/whole number from 1/);
  expect(() => parseOptions(["--round", "3"])).toThrow(/--round/);
});
