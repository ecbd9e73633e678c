// How scenarios read their results: spreads of a cell, ratios of two, and the figures made of them.
import { pairedRatio, spread } from "../report/statistics.mjs";
import { WANTS_PYTHON } from "../report/verdicts.mjs";

const present = (values) => values.filter((value) => value !== null && value !== undefined);

/** One number a round: `"total"`, or a stage's name. Null in rounds where the cell did not run. */
export function series(cell, what = "total") {
  if (cell === undefined) return [];
  if (what === "total") return cell.totals;
  return cell.stages.map((stages) => stages?.[what] ?? null);
}

/** Spread of a cell's total or of one of its stages; null where it was not measured. */
export const spreadOf = (cell, what) => spread(present(series(cell, what)));

/** Round by round, `of` of one cell as a multiple of `by` of the other. */
export function ratioOf(cell, other, { of = "total", by = "total" } = {}) {
  return pairedRatio(series(cell, of), series(other, by));
}

/** Round by round, the whole of a cell's requests as a multiple of their three stages. */
export function ratioToStages(cell) {
  const stages = (cell?.stages ?? []).map((times) =>
    times ? times.preprocess + times.network + times.postprocess : null,
  );
  return pairedRatio(series(cell), stages);
}

/**
 * A figure of the report. `atMost` or `atLeast` is its target; without one it is for information.
 *
 * @param {string} id stable: a baseline is compared by it
 * @param {string} title
 * @param {import("../report/statistics.mjs").Spread | null} values null = not measured, and `missing` says why
 * @param {{ atMost?: number, atLeast?: number, unit?: string, missing?: string, better?: "less" | "more" }} [options]
 *   `better`: which way is up; "more" where the target is a least value, else "less"
 * @returns {import("../report/verdicts.mjs").Figure}
 */
export function figure(id, title, values, { atMost, atLeast, unit = "×", missing, better } = {}) {
  return {
    id,
    title,
    unit,
    better: better ?? (atLeast === undefined ? "less" : "more"),
    ...(values ?? { median: null, q1: null, q3: null, count: 0 }),
    ...(atMost === undefined ? {} : { atMost }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(values === null ? { missing: missing ?? "not run" } : {}),
  };
}

/** Why a process or a cell has no numbers: the reason it was left out for. */
export const whyMissing = ({ leftOut }, id) => leftOut[id] ?? "not run";

/** The same for one that only `--python` brings. */
export function whyPythonMissing(run, id, { python }) {
  return python ? whyMissing(run, id) : WANTS_PYTHON;
}
