// What a package's resize mode costs: one network, one picture, and every way from the one into the other.
import { BY_RESIZE } from "../models/index.mjs";
import { short, withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, ratioOf, spreadOf } from "./reading.mjs";

const PICTURE = "1080p";
const MODES = Object.keys(BY_RESIZE);
const [YARDSTICK, ...OTHERS] = MODES;
const STAGES = ["preprocess", "network", "postprocess"];

function plan(context) {
  return {
    processes: Object.fromEntries(MODES.map((mode) => [mode, startOf("ours", BY_RESIZE[mode], context)])),
    groups: [
      {
        name: PICTURE,
        share: 1,
        // The network sees another picture in each mode: their maps are not compared.
        cells: MODES.map((mode) => ({
          ...requestCell("ours", PICTURE, { process: mode }),
          label: mode,
          mapKind: undefined,
        })),
      },
    ],
  };
}

function row(mode, results) {
  const cell = results[mode];
  const stages = STAGES.map((stage) => short(spreadOf(cell, stage)?.median));
  return [mode, withSpread(spreadOf(cell)), ...stages, short(ratioOf(cell, results[YARDSTICK])?.median, 3)];
}

export const resizes = {
  title: "Choose a resize mode",
  models: Object.values(BY_RESIZE),
  plan,
  report: (run) => {
    const results = run.results[PICTURE];
    return {
      tables: [
        {
          title: `512×512 network, 21 classes, ${PICTURE} picture, map and confidence`,
          columns: [
            "resize mode",
            "ms a request [quartiles]",
            "before",
            "network",
            "after",
            `÷ ${YARDSTICK}`,
          ],
          rows: MODES.filter((mode) => results[mode]).map((mode) => row(mode, results)),
        },
      ],
      figures: OTHERS.map((mode) =>
        figure(
          `resize/${mode}`,
          `${mode} ÷ ${YARDSTICK}, ${PICTURE}`,
          ratioOf(results[mode], results[YARDSTICK]),
        ),
      ),
      charts: [],
    };
  },
};
