// How time grows with the number of classes: two and 150 (21 is what `sizes` runs), 1080p.
import { BY_CLASSES } from "../models/index.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { requestTable } from "./pictures-table.mjs";
import { figure, ratioOf, whyPythonMissing } from "./reading.mjs";

const PICTURE = "1080p";
const COUNTS = [2, 150];
const LANES_HERE = ["ours", "oursMap", "raw", "javascript"];

const nameOf = (lane, count) => `${lane}, ${count} classes`;
const groupOf = (count) => `${count} classes`;

function plan(context) {
  const lanes = context.python ? [...LANES_HERE, "reference"] : LANES_HERE;
  const starts = COUNTS.flatMap((count) =>
    lanes.map((lane) => [nameOf(lane, count), startOf(lane, BY_CLASSES[count], context)]),
  );
  return {
    processes: Object.fromEntries(starts),
    groups: COUNTS.map((count) => ({
      name: groupOf(count),
      share: 0.6,
      cells: lanes.map((lane) => requestCell(lane, PICTURE, { process: nameOf(lane, count), id: lane })),
    })),
  };
}

function figures(run, context) {
  const stage = { of: "postprocess", by: "postprocess" };
  return COUNTS.flatMap((count) => {
    const { ours, raw, javascript, reference } = run.results[groupOf(count)];
    const missing = whyPythonMissing(run, nameOf("reference", count), context);
    const target = count === 150 ? { atLeast: 20, missing } : { better: "more", missing };
    return [
      figure(`total/${count}`, `deeplab-rt ÷ session.run, ${count} classes, ${PICTURE}`, ratioOf(ours, raw)),
      figure(
        `post-javascript/${count}`,
        `post-processing, plain JavaScript ÷ deeplab-rt, ${count} classes`,
        ratioOf(javascript, ours, stage),
        { better: "more" },
      ),
      figure(
        `post-reference/${count}`,
        `post-processing, Python reference ÷ deeplab-rt, ${count} classes`,
        ratioOf(reference, ours, stage),
        target,
      ),
    ];
  });
}

export const classes = {
  title: "Number of classes",
  models: COUNTS.map((count) => BY_CLASSES[count]),
  plan,
  report: (run, plan, context) => ({
    tables: plan.groups.map((group) =>
      requestTable(`${group.name}, ${PICTURE} picture`, group, run.results[group.name]),
    ),
    figures: figures(run, context),
    charts: [],
  }),
};
