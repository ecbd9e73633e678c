// Who runs in the benchmark, by name. `open(settings)` → `{ facts?, prepare(question) → run, close }`; `run()` does one
// whole request and resolves to `{ stages, images, map? }`. Those of `python: true` live in test/bench/python/worker.py.
import { openJavaScript, openSharp, openTransformers } from "./javascript.mjs";
import { openMapFiles } from "./map-files.mjs";
import { openOurs } from "./ours.mjs";
import { openRaw } from "./raw.mjs";

export const CONTENDERS = {
  raw: { open: openRaw },
  ours: { open: openOurs },
  mapFiles: { open: openMapFiles },
  javascript: { open: openJavaScript },
  sharp: { open: openSharp },
  transformers: { open: openTransformers },
  reference: { python: true },
  openvino: { python: true },
};
