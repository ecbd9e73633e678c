// Options of fromPretrained and infer: right ones work, others are refused before anything is done.

import { AutoModel, type FromPretrainedOptions, type InferOptions } from "deeplab-rt";
import fc from "fast-check";
import { afterAll, beforeAll, expect } from "vitest";
import { removeFolders, rgbImage, tinyPackage } from "../support/tiny-package.js";
import { fuzz } from "./harness.js";
import { anything, mostly, someOf } from "./values.js";

let folder: string;
let model: Awaited<ReturnType<typeof AutoModel.fromPretrained>>;
beforeAll(async () => {
  folder = await tinyPackage();
  model = await AutoModel.fromPretrained(folder, { device: "cpu" });
});
afterAll(async () => {
  await model.close();
  await removeFolders();
});

const unit = fc.double({ min: 0, max: 1.05, noNaN: true });
const names = fc.constantFrom("background", "red", "green", "red", "green", "red", "green", "grean");
const parts = fc.constantFrom("segmentationMap", "confidence", "classAreas", "probabilities", "overlay");

const inferOptions = someOf({
  confidence: mostly(
    fc.oneof(unit, fc.constantFrom("best", "default", "bset"), fc.dictionary(names, unit, { maxKeys: 3 })),
  ),
  include: mostly(fc.array(parts, { maxLength: 5 })),
  probabilityClasses: mostly(fc.array(names, { maxLength: 3 })),
  overlay: mostly(someOf({ alpha: mostly(unit) })),
  out: fc.oneof(
    fc.constant(undefined),
    someOf({
      segmentationMap: mostly(fc.integer({ min: 14, max: 18 }).map((n) => new Uint8Array(n))),
      confidence: mostly(fc.integer({ min: 14, max: 18 }).map((n) => new Float32Array(n))),
    }),
  ),
  copyInput: mostly(fc.boolean()),
  strict: mostly(fc.boolean()),
  onError: mostly(fc.constant("throw")),
  deadline: mostly(fc.integer({ min: -1, max: 100_000 })),
  priority: mostly(fc.integer({ min: -5, max: 5 })),
  disableStaticCrop: mostly(fc.boolean()),
  disableGrayscale: mostly(fc.boolean()),
  disableContrast: mostly(fc.boolean()),
  imageSize: mostly(fc.record({ width: fc.integer(), height: fc.integer() })),
  signal: mostly(fc.constantFrom(undefined, new AbortController().signal)),
});

fuzz({
  name: "any options of infer are answered or refused by name",
  key: "infer-options",
  inputs: fc.oneof({ weight: 9, arbitrary: inferOptions }, { weight: 1, arbitrary: anything() }),
  holds: async (options, outcomes) => {
    const picture = rgbImage(4, 4, () => [255, 0, 0]);
    const result = await outcomes.of(() => model.infer(picture, options as InferOptions));
    if (result !== undefined) expect([result.width, result.height]).toEqual([4, 4]);
  },
  smokeRuns: 1500,
  meets: ["ok", "OPTION_INVALID", "OPTION_UNKNOWN"],
});

const loadOptions = someOf({
  backend: mostly(fc.constantFrom("auto", "onnx", "onxn")),
  device: mostly(fc.constantFrom("auto", "cpu", "gpu")),
  session: mostly(
    someOf({
      intraOpThreads: mostly(fc.integer({ min: -1, max: 3 })),
      graphOptimization: mostly(fc.constantFrom("disabled", "basic", "extended", "all", "none")),
      memoryArena: mostly(fc.boolean()),
      spinning: mostly(fc.boolean()),
    }),
  ),
  recommendedParameters: mostly(
    someOf({ confidence: mostly(unit), perClassConfidence: mostly(fc.dictionary(names, unit)) }),
  ),
  allowClassMismatch: mostly(fc.boolean()),
  maxBatch: mostly(fc.integer({ min: -1, max: 64 })),
  maxBatchDelay: mostly(fc.double({ min: -1, max: 10 })),
  maxInFlight: mostly(fc.integer({ min: -1, max: 8 })),
  maxQueue: mostly(fc.integer({ min: -1, max: 100 })),
  onFull: mostly(fc.constantFrom("wait", "reject", "drop")),
  headCut: mostly(fc.boolean()),
  allowUrls: mostly(
    fc.oneof(fc.boolean(), fc.array(fc.oneof(fc.webAuthority(), fc.string()), { maxLength: 3 })),
  ),
  limitInputPixels: mostly(fc.integer({ min: 0, max: 2 ** 31 })),
  logLevel: mostly(fc.constantFrom("verbose", "info", "warning", "error", "off")),
  onLog: mostly(fc.constant(() => {})),
  engine: fc.oneof(fc.constant(undefined), anything()),
  runtime: mostly(someOf({ cuda: mostly(fc.constantFrom("/nowhere/libcuda.so.1")) })),
});

fuzz({
  name: "any options of fromPretrained load a model that answers, or are refused by name",
  key: "load-options",
  inputs: fc.oneof({ weight: 9, arbitrary: loadOptions }, { weight: 1, arbitrary: anything() }),
  holds: async (options, outcomes) => {
    const loaded = await outcomes.of(() =>
      AutoModel.fromPretrained(folder, options as FromPretrainedOptions),
    );
    if (loaded === undefined) return;
    await using own = loaded;
    expect(
      (
        await own.infer(
          rgbImage(3, 2, () => [0, 255, 0]),
          { confidence: 0 },
        )
      ).segmentationMap[0],
    ).toBe(2);
  },
  smokeRuns: 200,
  meets: ["ok", "OPTION_INVALID", "OPTION_UNKNOWN"],
});
