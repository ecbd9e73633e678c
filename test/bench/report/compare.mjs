// Two runs side by side, figure by figure: ratios travel between machines better than milliseconds.
import { valueText } from "./verdicts.mjs";

/**
 * `"="` where the quartiles of both overlap: the change is within the noise of the two runs.
 *
 * @param {import("./verdicts.mjs").Figure} before
 * @param {import("./verdicts.mjs").Figure} after
 */
export function change(before, after) {
  if (before.median === null || after.median === null) return "";
  if (before.q1 <= after.q3 && after.q1 <= before.q3) return "=";
  const grew = after.median > before.median;
  const better = grew === (after.better === "more");
  const percent = (after.median / before.median - 1) * 100;
  return `${better ? "BETTER" : "WORSE"} ${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
}

const figuresOf = (report) =>
  new Map(
    Object.values(report.scenarios).flatMap(({ figures }) => figures.map((figure) => [figure.id, figure])),
  );

/**
 * A table of all figures that either run has.
 *
 * @param {any} before
 * @param {any} after
 * @returns {{ title: string, columns: string[], rows: string[][] }}
 */
export function comparison(before, after) {
  const [old, now] = [figuresOf(before), figuresOf(after)];
  const ids = [...new Set([...now.keys(), ...old.keys()])];
  const shown = (figure) => (figure === undefined ? "" : valueText(figure));
  return {
    title: `Compared with ${before.machine.cpu}, ${before.machine.cores} cores, ${before.settings.rounds} rounds`,
    columns: ["figure", "before", "now", ""],
    rows: ids.map((id) => {
      const [was, is] = [old.get(id), now.get(id)];
      return [(is ?? was).title, shown(was), shown(is), was && is ? change(was, is) : ""];
    }),
  };
}
