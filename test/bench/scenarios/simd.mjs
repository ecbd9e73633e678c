// Our kernels at each instruction set that this machine has (DEEPLAB_RT_SIMD), worst first.
import { MAIN } from "../models/index.mjs";
import { requestCell, startOf } from "./lanes.mjs";
import { requestTable } from "./pictures-table.mjs";
import { figure, ratioOf } from "./reading.mjs";

const PICTURE = "1080p";
const LEVELS = process.arch === "arm64" ? ["scalar", "neon"] : ["scalar", "avx2", "avx512"];

function plan(context) {
  const levels = LEVELS.map((level) => [
    level,
    { ...startOf("ours", MAIN, context), env: { DEEPLAB_RT_SIMD: level } },
  ]);
  return {
    processes: { ...Object.fromEntries(levels), raw: startOf("raw", MAIN, context) },
    groups: [
      {
        name: PICTURE,
        share: 1,
        cells: [
          ...LEVELS.map((level) => ({
            ...requestCell("ours", PICTURE, { process: level }),
            label: `deeplab-rt, ${level}`,
          })),
          requestCell("raw", PICTURE),
        ],
      },
    ],
  };
}

function figures(results) {
  const stage = (name) => ({ of: name, by: name });
  return LEVELS.slice(1).flatMap((level) => [
    figure(
      `simd-post/${level}`,
      `post-processing, scalar ÷ ${level}, ${PICTURE}`,
      ratioOf(results.scalar, results[level], stage("postprocess")),
      { better: "more", missing: "this machine cannot run it" },
    ),
    figure(
      `simd-pre/${level}`,
      `pre-processing, scalar ÷ ${level}, ${PICTURE}`,
      ratioOf(results.scalar, results[level], stage("preprocess")),
      { better: "more", missing: "this machine cannot run it" },
    ),
  ]);
}

export const simd = {
  title: "Instruction sets",
  models: [MAIN],
  plan,
  report: (run, plan) => ({
    tables: [requestTable(`${PICTURE} picture, 21 classes`, plan.groups[0], run.results[PICTURE])],
    figures: figures(run.results[PICTURE]),
    charts: [],
  }),
};
