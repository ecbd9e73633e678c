// The table that several scenarios share: one row a contender, its time, its stages, and its multiple of session.run.
import { LEAST_AGREEMENT } from "../report/agreement.mjs";
import { short, withSpread } from "../report/format.mjs";
import { ratioOf, spreadOf } from "./reading.mjs";

const STAGES = ["preprocess", "network", "postprocess"];

/** The columns under which `requestRow` writes. */
export const REQUEST_COLUMNS = [
  "contender",
  "ms a request [quartiles]",
  "× session.run",
  "before",
  "network",
  "after",
  "same map",
];

function sameMap(cell, result) {
  if (result.agreement === null || result.agreement === undefined) return "";
  const share = `${(result.agreement * 100).toFixed(2)} %`;
  if (result.agreement >= LEAST_AGREEMENT) return share;
  return cell.exact ? `${share} NOT THE SAME WORK` : `${share} (other input)`;
}

/** One contender's row; `raw` is the result that its time is a multiple of. */
export function requestRow(cell, result, raw) {
  const times = STAGES.map((stage) => short(spreadOf(result, stage)?.median));
  const multiple = short(ratioOf(result, raw)?.median, 3);
  return [cell.label, withSpread(spreadOf(result)), multiple, ...times, sameMap(cell, result)];
}

/** The table of a group whose cells are contenders. */
export function requestTable(title, group, results, raw = results.raw) {
  const rows = group.cells
    .filter((cell) => cell.measured !== false && results[cell.id] !== undefined)
    .map((cell) => requestRow(cell, results[cell.id], raw));
  return { title, columns: REQUEST_COLUMNS, rows };
}
