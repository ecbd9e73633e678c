// Why a run fails: contenders that do other work, and with --check targets that were missed.
import { LEAST_AGREEMENT } from "./agreement.mjs";
import { target, valueText, verdict, WANTS_PYTHON } from "./verdicts.mjs";

/** Cells whose map differs from the first one's though it should not. */
export function unlike(plan, results) {
  return plan.groups.flatMap(({ name, cells }) =>
    cells
      .filter(({ id, exact }) => exact && (results[name]?.[id]?.agreement ?? 1) < LEAST_AGREEMENT)
      .map(({ id }) => `${name}, ${id}: the map differs, so the times cannot be compared`),
  );
}

/**
 * One line a problem. A figure that was left out because nobody asked for its contender is none; one whose contender
 * could not run is.
 */
export function problems(report, { check }) {
  const entries = Object.values(report.scenarios);
  const found = entries.flatMap(({ unlike: list, sameEngineFile }) => [
    ...list,
    ...(sameEngineFile === false ? ["contenders did not open the same ONNX Runtime file"] : []),
  ]);
  if (!check) return found;
  const figures = entries.flatMap(({ figures: list }) => list);
  const missed = figures
    .filter((figure) => verdict(figure) === "missed")
    .map((figure) => `${figure.title}: ${valueText(figure)}, target ${target(figure)}`);
  const unmeasured = figures
    .filter((figure) => target(figure) !== "" && verdict(figure) === "not measured")
    .filter(({ missing }) => missing !== WANTS_PYTHON)
    .map((figure) => `${figure.title}: ${valueText(figure)}`);
  return [...found, ...missed, ...unmeasured];
}
