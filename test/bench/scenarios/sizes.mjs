// One caller, one picture at a time, from raw pixels to the result, picture size by picture size: end to end and
// stage by stage.
import { MAIN } from "../models/index.mjs";
import { LANES, PYTHON_LANES, requestCell, startOf, unthresholdedMap } from "./lanes.mjs";
import { requestTable } from "./pictures-table.mjs";
import { figure, ratioOf, ratioToStages, spreadOf, whyMissing, whyPythonMissing } from "./reading.mjs";

const PICTURES = ["512×512", "720p", "1080p", "4K"];
const END_TO_END = { "720p": 1.04, "1080p": 1.1 };
// Eight megapixels in JavaScript take seconds; fewer rounds say enough there.
const SHARES = { "4K": 0.4 };
// The picture's size is nothing to a network alone: these run beside one size only.
const ONCE = { openvinoF32: "1080p", openvinoBf16: "1080p" };

/** deeplab-rt goes first: the others' maps are compared with its maps. */
function cellsOf(picture, lanes) {
  const others = lanes.filter((lane) => lane !== "ours" && (ONCE[lane] ?? picture) === picture);
  return [
    requestCell("ours", picture),
    unthresholdedMap(picture),
    ...others.map((lane) => requestCell(lane, picture)),
  ];
}

function plan(context) {
  const lanes = Object.keys(LANES).filter((lane) => context.python || !PYTHON_LANES.includes(lane));
  return {
    processes: Object.fromEntries(lanes.map((lane) => [lane, startOf(lane, MAIN, context)])),
    groups: PICTURES.map((picture) => ({
      name: picture,
      share: SHARES[picture] ?? 1,
      cells: cellsOf(picture, lanes),
    })),
  };
}

function stageFigures({ ours, oursMap, raw }, run) {
  const of = (cell, stage) => ratioOf(cell, raw, { of: stage });
  return [
    figure(
      "post/1080p",
      "post-processing ÷ session.run, map and confidence, 1080p",
      of(ours, "postprocess"),
      {
        atMost: 0.15,
      },
    ),
    figure("post-map/1080p", "post-processing ÷ session.run, map only, 1080p", of(oursMap, "postprocess"), {
      atMost: 0.1,
      missing: whyMissing(run, "oursMap"),
    }),
    figure("pre/1080p", "pre-processing ÷ session.run, 1080p", of(ours, "preprocess"), { atMost: 0.03 }),
  ];
}

function rivalFigures({ ours, javascript, reference }, run, context) {
  return [
    figure(
      "javascript/1080p",
      "onnxruntime-node + plain JavaScript ÷ deeplab-rt, 1080p",
      ratioOf(javascript, ours),
      {
        atLeast: 9,
      },
    ),
    figure("reference/1080p", "Python reference ÷ deeplab-rt, 1080p", ratioOf(reference, ours), {
      atLeast: 5,
      missing: whyPythonMissing(run, "reference", context),
    }),
  ];
}

function figures(run, context) {
  const endToEnd = PICTURES.map((picture) => {
    const { ours, raw } = run.results[picture];
    return figure(
      `total/${picture}`,
      `deeplab-rt ÷ session.run, map and confidence, ${picture}`,
      ratioOf(ours, raw),
      {
        atMost: END_TO_END[picture],
      },
    );
  });
  const headCuts = PICTURES.map((picture) => {
    const { ours, oursUncut } = run.results[picture];
    return figure(`head-cut/${picture}`, `head cut on ÷ off, ${picture}`, ratioOf(ours, oursUncut), {
      missing: whyMissing(run, "oursUncut"),
    });
  });
  const oneCaller = figure(
    "one-caller",
    "one caller: request ÷ pre-processing + network + post-processing, 720p",
    ratioToStages(run.results["720p"].ours),
    { atMost: 1.02 },
  );
  const at1080p = run.results["1080p"];
  return [
    ...endToEnd,
    ...rivalFigures(at1080p, run, context),
    ...stageFigures(at1080p, run),
    oneCaller,
    ...headCuts,
  ];
}

/** Bars of stacked stages, one chart for the two pictures with targets. */
function charts(run, plan) {
  return ["720p", "1080p"].map((picture) => ({
    name: `bench-${picture}`,
    title: `One request, ${picture} picture, 512×512 network, 21 classes`,
    unit: "ms",
    bars: plan.groups
      .find(({ name }) => name === picture)
      .cells.filter(({ id, measured }) => measured !== false && run.results[picture][id] !== undefined)
      .map(({ id, label }) => {
        const cell = run.results[picture][id];
        const parts = ["preprocess", "network", "postprocess"].map((stage) => ({
          name: stage,
          value: spreadOf(cell, stage)?.median ?? 0,
        }));
        return { label, parts, ...spreadOf(cell) };
      }),
  }));
}

export const sizes = {
  title: "Picture sizes, end to end and stage by stage",
  models: [MAIN],
  plan,
  report: (run, plan, context) => ({
    tables: plan.groups.map((group) => requestTable(`${group.name} picture`, group, run.results[group.name])),
    figures: figures(run, context),
    charts: charts(run, plan),
  }),
};
