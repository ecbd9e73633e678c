// The parts of the documents that the benchmark writes itself, all from one report.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../../../scripts/setup/paths.mjs";
import { machineLine } from "../machine.mjs";
import { BASELINE } from "../options.mjs";
import { barChart } from "./chart.mjs";
import { choosingBodies } from "./choosing.mjs";
import { markdownTable, replaceBetween } from "./markdown.mjs";
import { figureTable, target } from "./verdicts.mjs";

/** Writes every chart of the report into `folder`; returns the files. */
export function writeCharts(report, folder) {
  fs.mkdirSync(folder, { recursive: true });
  return Object.values(report.scenarios)
    .flatMap(({ charts }) => charts)
    .filter(({ bars }) => bars.length > 0)
    .map((chart) => {
      const file = path.join(folder, `${chart.name}.svg`);
      fs.writeFileSync(file, barChart(chart));
      return file;
    });
}

function leftOutLines({ leftOut }) {
  const entries = Object.entries(leftOut);
  if (entries.length === 0) return [];
  return [...entries.map(([name, reason]) => `- left out: ${name}: ${reason.split("\n")[0]}`), ""];
}

function scenarioLines({ title, charts, tables, ...rest }) {
  return [
    `### ${title}`,
    "",
    ...charts.map(({ name, title: alt }) => `![${alt}](images/${name}.svg)\n`),
    ...tables.flatMap(markdownTable),
    ...leftOutLines(rest),
  ];
}

/** The body of docs/benchmarks.md. */
export function documentBody({ machine, settings, scenarios }) {
  const all = Object.values(scenarios);
  const figures = all.flatMap(({ figures: list }) => list);
  return [
    `${machineLine(machine)}; ${settings.threads} engine threads, ${settings.rounds} rounds.`,
    "",
    ...markdownTable(figureTable("Figures, in one run", figures)),
    ...all.flatMap(scenarioLines),
  ].join("\n");
}

/** README's table: every figure that has a target. */
export function readmeBody({ machine, scenarios }) {
  const figures = Object.values(scenarios)
    .flatMap(({ figures: list }) => list)
    .filter((figure) => target(figure) !== "");
  const { columns, rows } = figureTable("", figures);
  return [machineLine(machine), "", ...markdownTable({ title: "", columns, rows }).slice(2)].join("\n");
}

function rewrite(file, name, text) {
  fs.writeFileSync(file, replaceBetween(fs.readFileSync(file, "utf8"), name, text));
  return file;
}

/** Writes documents, charts and the baseline; returns the files. */
export function writeDocuments(report) {
  fs.writeFileSync(BASELINE, `${JSON.stringify(report, null, 1)}\n`);
  return [
    rewrite(inRoot("docs", "benchmarks.md"), "tables", documentBody(report)),
    rewrite(inRoot("README.md"), "figures", readmeBody(report)),
    // A scenario that was not run leaves its table as it was.
    ...Object.entries(choosingBodies(report)).map(([name, text]) =>
      rewrite(inRoot("docs", "choosing.md"), name, text),
    ),
    BASELINE,
    ...writeCharts(report, inRoot("docs", "images")),
  ];
}
