// How late the event loop's timers are while requests run, against the same process idle.
import { MAIN } from "../models/index.mjs";
import { short, withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, spreadOf } from "./reading.mjs";

const PICTURE = "720p";

/** id, lane, threads of the engine, callers. */
function entries({ cores, threads }) {
  const spare = Math.max(cores - 1, 1);
  return [
    { id: "ours, a core to spare", lane: "ours", threads: spare, callers: 1 },
    { id: "ours, a core to spare, 8 callers", lane: "ours", threads: spare, callers: 8 },
    { id: "ours, all cores", lane: "ours", threads, callers: 1 },
    { id: "raw, all cores", lane: "raw", threads, callers: 1 },
    { id: "javascript, all cores", lane: "javascript", threads, callers: 1 },
  ];
}

function plan(context) {
  const all = entries(context);
  return {
    processes: Object.fromEntries(
      all.map(({ id, lane, threads }) => [id, startOf(lane, MAIN, context, { threads })]),
    ),
    groups: [
      {
        name: PICTURE,
        share: 0.35,
        cells: all.map(({ id, lane, threads, callers }) => {
          const cell = requestCell(lane, PICTURE, { process: id, mode: "loop", callers });
          const who = callers > 1 ? `${callers} callers` : "1 caller";
          return {
            ...cell,
            label: `${cell.label}, ${threads} engine thread${threads === 1 ? "" : "s"}, ${who}`,
          };
        }),
      },
    ],
  };
}

function row({ id, label }, results) {
  const of = (stage) => spreadOf(results[id], stage);
  return [
    label,
    short(of("idleP99").median),
    short(of("busyP99").median),
    withSpread(of("extraP99")),
    short(of("busyMax").median),
    short(of("total").median),
  ];
}

export const loop = {
  title: "Event-loop delay",
  models: [MAIN],
  plan,
  report: (run, plan, { cores }) => {
    const results = run.results[PICTURE];
    const extra = (id) => spreadOf(results[id], "extraP99");
    const watched = "event-loop delay, p99 minus idle";
    return {
      tables: [
        {
          title: `${PICTURE} pictures without a pause, timers of 1 ms`,
          columns: [
            "contender",
            "idle p99, ms",
            "busy p99",
            "p99 minus idle [quartiles]",
            "longest",
            "ms a request",
          ],
          rows: plan.groups[0].cells.filter(({ id }) => results[id]).map((cell) => row(cell, results)),
        },
      ],
      figures: [
        figure(
          "loop/spare",
          `${watched}, engine threads = cores − 1 (${Math.max(cores - 1, 1)})`,
          extra("ours, a core to spare"),
          {
            atMost: 2,
            unit: "ms",
          },
        ),
        figure(
          "loop/spare-8",
          `${watched}, cores − 1, 8 callers`,
          extra("ours, a core to spare, 8 callers"),
          {
            unit: "ms",
          },
        ),
        figure("loop/all", `${watched}, all cores`, extra("ours, all cores"), { unit: "ms" }),
        figure(
          "loop/javascript",
          `${watched}, onnxruntime-node + plain JavaScript`,
          extra("javascript, all cores"),
          {
            unit: "ms",
          },
        ),
      ],
      charts: [],
    };
  },
};
