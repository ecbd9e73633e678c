// Figures against their targets.
import { short } from "./format.mjs";

/** Why a figure is missing that only `--python` brings: nobody asked for it. */
export const WANTS_PYTHON = "wants --python";

/**
 * A number of the report with its quartiles and, where it has one, its target.
 *
 * @typedef {object} Figure
 * @property {string} id stable from run to run
 * @property {string} title
 * @property {string} unit
 * @property {"less" | "more"} better
 * @property {number | null} median null = not measured
 * @property {number | null} q1
 * @property {number | null} q3
 * @property {number} count rounds
 * @property {number} [atMost]
 * @property {number} [atLeast]
 * @property {string} [missing] why it was not measured
 */

/**
 * The median decides.
 *
 * @param {Figure} figure
 * @returns {"met" | "missed" | "not measured" | "no target"}
 */
export function verdict({ median, atMost, atLeast }) {
  if (median === null) return "not measured";
  if (atMost !== undefined) return median <= atMost ? "met" : "missed";
  if (atLeast !== undefined) return median >= atLeast ? "met" : "missed";
  return "no target";
}

/**
 * `≤ 1.04`, `≥ 9`, or nothing.
 *
 * @param {{ atMost?: number, atLeast?: number }} figure
 */
export function target({ atMost, atLeast }) {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? "" : `≥ ${atLeast}`;
}

const digitsOf = (value, unit) =>
  unit === "×" ? 3 - Math.min(2, Math.trunc(Math.log10(Math.max(value, 1)))) : undefined;

/**
 * `1.021 × [1.010–1.034]`, or why there is nothing.
 *
 * @param {Figure} figure
 */
export function valueText({ median, q1, q3, unit, missing }) {
  if (median === null) return `not measured: ${missing}`;
  const digits = digitsOf(median, unit);
  return `${short(median, digits)} ${unit} [${short(q1, digits)}–${short(q3, digits)}]`;
}

const MARKS = { met: "met", missed: "MISSED", "not measured": "–", "no target": "" };

/**
 * The table of a list of figures: those with a target first.
 *
 * @param {string} title
 * @param {Figure[]} figures
 * @returns {{ title: string, columns: string[], rows: string[][] }}
 */
export function figureTable(title, figures) {
  const hasTarget = (entry) => target(entry) !== "";
  const ordered = [...figures.filter(hasTarget), ...figures.filter((entry) => !hasTarget(entry))];
  return {
    title,
    columns: ["figure", "median [quartiles]", "target", ""],
    rows: ordered.map((entry) => [entry.title, valueText(entry), target(entry), MARKS[verdict(entry)]]),
  };
}
