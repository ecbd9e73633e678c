// What a request costs beside the network: a network that does nothing (one Identity node), 64×64 pictures.
import { IDLE } from "../models/index.mjs";
import { withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, spreadOf } from "./reading.mjs";

const PICTURE = "64×64";
const LANES_HERE = ["ours", "oursMap", "raw", "javascript"];
const BURST = { repeats: 5000, limit: 500, warm: 2000 };

const inMicroseconds = (values) =>
  values && { ...values, median: values.median * 1e3, q1: values.q1 * 1e3, q3: values.q3 * 1e3 };

function plan(context) {
  return {
    processes: Object.fromEntries(LANES_HERE.map((lane) => [lane, startOf(lane, IDLE, context)])),
    groups: [{ name: PICTURE, share: 1, cells: LANES_HERE.map((lane) => requestCell(lane, PICTURE, BURST)) }],
  };
}

function row({ id, label }, results) {
  const times = ["total", "network", "outside"].map((what) => inMicroseconds(spreadOf(results[id], what)));
  return [label, ...times.map((values) => withSpread(values, 0))];
}

export const overhead = {
  title: "Our own overhead",
  models: [IDLE],
  plan,
  report: (run, plan) => {
    const results = run.results[PICTURE];
    const outside = inMicroseconds(spreadOf(results.ours, "outside"));
    return {
      tables: [
        {
          title: "A network that does nothing, 64×64 pictures",
          columns: ["contender", "µs a request [quartiles]", "of it inside the engine", "outside the engine"],
          rows: plan.groups[0].cells.filter(({ id }) => results[id]).map((cell) => row(cell, results)),
        },
      ],
      figures: [
        figure(
          "overhead",
          "own overhead a request (0 ms network, 64×64, everything outside the engine)",
          outside,
          {
            atMost: 60,
            unit: "µs",
          },
        ),
      ],
      charts: [],
    };
  },
};
