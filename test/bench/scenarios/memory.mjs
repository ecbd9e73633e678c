// Resident memory: a fresh process a contender, one picture size, after loading and at its peak.
import { MAIN } from "../models/index.mjs";
import { mebibytes } from "../report/format.mjs";
import { LANES, PYTHON_LANES, requestCell, startOf } from "./lanes.mjs";
import { figure } from "./reading.mjs";

const PICTURE = "1080p";
const BURST = { repeats: 12, limit: 3000 };

function plan(context) {
  const lanes = Object.keys(LANES).filter((lane) => context.python || !PYTHON_LANES.includes(lane));
  return {
    processes: Object.fromEntries(lanes.map((lane) => [lane, startOf(lane, MAIN, context)])),
    groups: [{ name: PICTURE, rounds: 1, cells: lanes.map((lane) => requestCell(lane, PICTURE, BURST)) }],
  };
}

const constant = (value) => ({ median: value, q1: value, q3: value, count: 1 });

export const memory = {
  title: "Memory",
  models: [MAIN],
  plan,
  report: (run, plan) => {
    const results = run.results[PICTURE];
    const measured = plan.groups[0].cells.filter(({ id }) => results[id]);
    const { ours, raw } = results;
    return {
      tables: [
        {
          title: `Resident memory in MiB, ${PICTURE} pictures, a process each`,
          columns: ["contender", "model loaded", "after requests", "peak"],
          rows: measured.map(({ id, label, process }) => [
            label,
            mebibytes(run.facts[process].rss),
            mebibytes(results[id].rss),
            mebibytes(results[id].peakRss),
          ]),
        },
      ],
      figures: [
        figure(
          "memory/peak",
          `peak memory, deeplab-rt ÷ session.run, ${PICTURE}`,
          ours && raw ? constant(ours.peakRss / raw.peakRss) : null,
        ),
      ],
      charts: [],
    };
  },
};
