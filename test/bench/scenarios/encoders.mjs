// Which encoder to train: time, size and parameters of the same decoder on four of them.

import { modelFacts } from "../models/fill-weights.mjs";
import { BY_ENCODER } from "../models/index.mjs";
import { short, withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, ratioOf, spreadOf } from "./reading.mjs";

const PICTURE = "720p";
const LANES_HERE = ["ours", "raw"];
const nameOf = (lane, encoder) => `${lane}, ${encoder}`;

function plan(context) {
  const names = Object.keys(BY_ENCODER);
  return {
    processes: Object.fromEntries(
      names.flatMap((encoder) =>
        LANES_HERE.map((lane) => [nameOf(lane, encoder), startOf(lane, BY_ENCODER[encoder], context)]),
      ),
    ),
    groups: names.map((encoder) => ({
      name: encoder,
      share: 0.6,
      cells: LANES_HERE.map((lane) =>
        requestCell(lane, PICTURE, { process: nameOf(lane, encoder), id: lane }),
      ),
    })),
  };
}

async function row(encoder, { ours, raw }) {
  const { parameters, bytes } = await modelFacts(BY_ENCODER[encoder]);
  const times = spreadOf(ours);
  return [
    encoder,
    withSpread(times),
    short(1000 / times.median),
    withSpread(spreadOf(raw)),
    short(ratioOf(ours, raw)?.median, 3),
    short(parameters / 1e6),
    short(bytes / 1e6),
  ];
}

export const encoders = {
  title: "Choose an encoder",
  models: Object.values(BY_ENCODER),
  plan,
  report: async (run, plan) => {
    const measured = plan.groups.filter(({ name }) => run.results[name].ours);
    return {
      tables: [
        {
          title: `512×512 network, 21 classes, ${PICTURE} picture, map and confidence`,
          columns: [
            "encoder",
            "deeplab-rt, ms [quartiles]",
            "pictures a second",
            "session.run alone, ms",
            "÷",
            "million parameters",
            "MB of weights",
          ],
          rows: await Promise.all(measured.map(({ name }) => row(name, run.results[name]))),
        },
      ],
      figures: measured.map(({ name }) => {
        const { ours, raw } = run.results[name];
        return figure(`encoder/${name}`, `deeplab-rt ÷ session.run, ${name}, ${PICTURE}`, ratioOf(ours, raw));
      }),
      charts: [],
    };
  },
};
