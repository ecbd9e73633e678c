// What `npm run bench` can measure, by name, in the order of the report.
import { callers } from "./callers.mjs";
import { classes } from "./classes.mjs";
import { cores } from "./cores.mjs";
import { encoders } from "./encoders.mjs";
import { loop } from "./loop.mjs";
import { mapFiles } from "./map-files.mjs";
import { memory } from "./memory.mjs";
import { overhead } from "./overhead.mjs";
import { resizes } from "./resizes.mjs";
import { simd } from "./simd.mjs";
import { sizes } from "./sizes.mjs";

/**
 * Each: `title`; `models` it needs; `plan(context)` → `{ processes, groups }`; `report(run, plan, context)` →
 * `{ tables, figures, charts }`.
 */
export const SCENARIOS = {
  sizes,
  classes,
  callers,
  overhead,
  loop,
  mapFiles,
  memory,
  cores,
  simd,
  encoders,
  resizes,
};

/** Those that every stated target comes from. */
export const DEFAULT = ["sizes", "classes", "callers", "overhead", "loop", "mapFiles"];
