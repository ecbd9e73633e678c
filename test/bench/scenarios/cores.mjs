// One core and two, for everybody's threads together: processes are bound to them.
import { MAIN } from "../models/index.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { requestTable } from "./pictures-table.mjs";
import { figure, ratioOf } from "./reading.mjs";

const PICTURE = "1080p";
const LANES_HERE = ["ours", "oursMap", "raw", "javascript"];

const countsOf = ({ cores }) => [1, 2].filter((count) => count <= cores);
const nameOf = (lane, count) => `${lane} on ${count}`;
const groupOf = (count) => (count === 1 ? "1 core" : `${count} cores`);

function plan(context) {
  const counts = countsOf(context);
  return {
    processes: Object.fromEntries(
      counts.flatMap((count) =>
        LANES_HERE.map((lane) => [
          nameOf(lane, count),
          { ...startOf(lane, MAIN, context, { threads: count }), cores: count },
        ]),
      ),
    ),
    groups: counts.map((count) => ({
      name: groupOf(count),
      share: 0.6,
      cells: LANES_HERE.map((lane) => requestCell(lane, PICTURE, { process: nameOf(lane, count), id: lane })),
    })),
  };
}

export const cores = {
  title: "One core and two",
  models: [MAIN],
  plan,
  report: (run, plan, context) => ({
    tables: plan.groups.map(({ name, cells }) =>
      requestTable(`${name}, ${PICTURE} picture`, { cells }, run.results[name]),
    ),
    figures: countsOf(context).map((count) => {
      const { ours, raw } = run.results[groupOf(count)];
      return figure(
        `cores/${count}`,
        `deeplab-rt ÷ session.run, ${groupOf(count)}, ${PICTURE}`,
        ratioOf(ours, raw),
      );
    }),
    charts: [],
  }),
};
