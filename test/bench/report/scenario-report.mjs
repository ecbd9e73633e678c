// A scenario's part of the report: tables, figures, charts, and the numbers they come from, small enough to commit.
import { spreadOf } from "../scenarios/reading.mjs";
import { unlike } from "./problems.mjs";

const rounded = (value) => (typeof value === "number" ? Number(value.toPrecision(5)) : value);
const roundedSpread = (values) =>
  values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));

function cellNumbers(cell) {
  const names = Object.keys(cell.stages.find((stages) => stages) ?? {});
  const stages = Object.fromEntries(names.map((name) => [name, roundedSpread(spreadOf(cell, name))]));
  const { peakRss, agreement } = cell;
  return { total: roundedSpread(spreadOf(cell)), stages, peakRss, agreement: rounded(agreement) };
}

function numbers(results) {
  const cells = (group) =>
    Object.fromEntries(
      Object.entries(group)
        .filter(([, cell]) => cell.totals.length > 0)
        .map(([id, cell]) => [id, cellNumbers(cell)]),
    );
  return Object.fromEntries(Object.entries(results).map(([name, group]) => [name, cells(group)]));
}

const roundedFigure = (figure) =>
  Object.fromEntries(Object.entries(figure).map(([name, value]) => [name, rounded(value)]));

/** The library files that the contenders really mapped, without the folders of this machine. */
function engines(facts) {
  const files = Object.values(facts)
    .map(({ mapped }) => mapped)
    .filter(Boolean);
  return {
    sameEngineFile: new Set(files).size <= 1,
    engineFile: files[0]?.split("node_modules/").at(-1) ?? null,
  };
}

/** `{ title, tables, figures, charts, numbers, leftOut, unlike }`. */
export async function scenarioReport(scenario, plan, run, context) {
  const { tables, figures, charts } = await scenario.report(run, plan, context);
  return {
    title: scenario.title,
    tables,
    figures: figures.map(roundedFigure),
    charts,
    numbers: numbers(run.results),
    leftOut: run.leftOut,
    ...engines(run.facts),
    unlike: unlike(plan, run.results),
  };
}
