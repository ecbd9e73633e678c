// Eight callers at once, and lists of eight, against what the engine alone gives at its best batch.
// (What one caller pays for the scheduler is what its requests take beside their stages: sizes.mjs.)
import { MAIN } from "../models/index.mjs";
import { short, withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, ratioOf, spreadOf, whyMissing } from "./reading.mjs";

const PICTURE = "720p";
const CALLERS = 8;
const BATCHES = [1, 2, 4, 8];
const IMAGES_A_TURN = 16;

const rawId = (batch) => `raw ${batch}`;

function cell(id, process, label, question) {
  const lane = process.startsWith("raw") ? "raw" : "ours";
  return { ...requestCell(lane, PICTURE, { process, id, mode: "callers", ...question }), label };
}

function cells() {
  const eight = { callers: CALLERS, repeats: IMAGES_A_TURN / CALLERS };
  const one = { callers: 1, repeats: IMAGES_A_TURN / 2 };
  return [
    cell("one", "ours", "deeplab-rt, 1 caller", one),
    cell("eight", "ours", `deeplab-rt, ${CALLERS} callers`, eight),
    cell("list", "ours", `deeplab-rt, lists of ${CALLERS}`, {
      callers: 1,
      batch: CALLERS,
      repeats: IMAGES_A_TURN / CALLERS,
    }),
    cell("one unscheduled", "unscheduled", "deeplab-rt, maxBatch 1, maxInFlight 1, 1 caller", one),
    cell(
      "eight unscheduled",
      "unscheduled",
      `deeplab-rt, maxBatch 1, maxInFlight 1, ${CALLERS} callers`,
      eight,
    ),
    ...BATCHES.map((batch) =>
      cell(rawId(batch), "raw", `session.run alone, batch ${batch}`, {
        callers: 1,
        batch,
        repeats: IMAGES_A_TURN / batch,
      }),
    ),
  ];
}

function plan(context) {
  return {
    processes: {
      ours: startOf("ours", MAIN, context, { warmUp: true }),
      unscheduled: startOf("ours", MAIN, context, { maxBatch: 1, maxInFlight: 1 }),
      raw: startOf("raw", MAIN, context),
    },
    groups: [{ name: PICTURE, share: 0.7, cells: cells() }],
  };
}

/** The batch with which the engine alone takes the least time an image. */
function bestBatch(results) {
  const measured = BATCHES.filter((batch) => results[rawId(batch)] !== undefined);
  const time = (batch) => spreadOf(results[rawId(batch)]).median;
  return measured.reduce((best, batch) => (time(batch) < time(best) ? batch : best));
}

function figures(results, run) {
  const batch = bestBatch(results);
  const best = results[rawId(batch)];
  const against = `throughput ÷ session.run's at its best batch (${batch}), ${PICTURE}`;
  return [
    figure("throughput/callers", `${CALLERS} callers: ${against}`, ratioOf(best, results.eight), {
      atLeast: 0.92,
    }),
    figure("throughput/list", `lists of ${CALLERS}: ${against}`, ratioOf(best, results.list), {
      better: "more",
    }),
    figure(
      "one-caller/bounds",
      `one caller ÷ one caller with maxBatch 1 and maxInFlight 1, ${PICTURE}`,
      ratioOf(results.one, results["one unscheduled"]),
      { missing: whyMissing(run, "unscheduled") },
    ),
  ];
}

function row({ id, label }, results) {
  const times = spreadOf(results[id]);
  const latency = spreadOf(results[id], "latency")?.median;
  return [label, withSpread(times), short(1000 / times.median), short(latency)];
}

function chart(results, measured) {
  return {
    name: "bench-callers",
    title: `Images a second, ${PICTURE} pictures, 512×512 network, 21 classes`,
    unit: "images/s",
    bars: measured.map(({ id, label }) => {
      const { median, q1, q3 } = spreadOf(results[id]);
      const rate = { median: 1000 / median, q1: 1000 / q3, q3: 1000 / q1 };
      return { label, parts: [{ name: "images a second", value: rate.median }], ...rate };
    }),
  };
}

export const callers = {
  title: "Many callers",
  models: [MAIN],
  plan,
  report: (run, plan) => {
    const results = run.results[PICTURE];
    const measured = plan.groups[0].cells.filter(({ id }) => results[id] !== undefined);
    return {
      tables: [
        {
          title: `${PICTURE} pictures`,
          columns: ["who", "ms an image [quartiles]", "images a second", "ms until an answer"],
          rows: measured.map((entry) => row(entry, results)),
        },
      ],
      figures: figures(results, run),
      charts: [chart(results, measured)],
    };
  },
};
