// The maps of a result as PNG files: time beside a run of the network, and size beside zlib's level 6.
import { MAIN } from "../models/index.mjs";
import { short, withSpread } from "../report/format.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { figure, ratioOf, spreadOf } from "./reading.mjs";

const PICTURE = "1080p";
const BURST = { repeats: 10 };
const WAYS = {
  both: "class map and 8-bit confidence, two files",
  label: "class map alone",
  confidence: "8-bit confidence alone",
  colorize: "colorize, a palette PNG",
  level6: "both maps, the same rows by zlib's level 6 (compression alone)",
};

const inKilobytes = (cell) => short((spreadOf(cell, "bytes")?.median ?? 0) / 1000);

function plan(context) {
  const ways = Object.entries(WAYS);
  const files = ways.map(([what]) => {
    const start = startOf("ours", MAIN, context, { what });
    return [what, { ...start, contender: "mapFiles" }];
  });
  return {
    processes: { ...Object.fromEntries(files), raw: startOf("raw", MAIN, context) },
    groups: [
      {
        name: PICTURE,
        share: 1,
        cells: [
          ...ways.map(([what, label]) => ({
            ...requestCell("ours", PICTURE, { process: what, ...BURST }),
            label,
            mapKind: undefined,
          })),
          requestCell("raw", PICTURE),
        ],
      },
    ],
  };
}

function row({ id, label }, results) {
  const cell = results[id];
  return [label, withSpread(spreadOf(cell)), short(ratioOf(cell, results.raw)?.median, 3), inKilobytes(cell)];
}

export const mapFiles = {
  title: "Maps as PNG files",
  models: [MAIN],
  plan,
  report: (run, plan) => {
    const results = run.results[PICTURE];
    const ratio = (what) => ratioOf(results[what], results.raw);
    const larger = ratioOf(results.both, results.level6, { of: "bytes", by: "bytes" });
    return {
      tables: [
        {
          title: `Files of a result, ${PICTURE}`,
          columns: ["files", "ms [quartiles]", "× session.run", "kB"],
          rows: plan.groups[0].cells
            .filter(({ id }) => id !== "raw" && results[id])
            .map((cell) => row(cell, results)),
        },
      ],
      figures: [
        figure(
          "png/1080p",
          "class map and 8-bit confidence as two PNG files ÷ session.run, 1080p",
          ratio("both"),
          {
            atMost: 0.3,
          },
        ),
        figure("colorize/1080p", "colorize as PNG ÷ session.run, 1080p", ratio("colorize"), { atMost: 0.3 }),
        figure("png-size/1080p", "size of the two PNG files ÷ that of zlib's level 6, 1080p", larger),
      ],
      charts: [],
    };
  },
};
