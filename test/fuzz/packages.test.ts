// The files of a package: whatever they hold, a model is loaded that answers, or an error says what is wrong with them.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel } from "deeplab-rt";
import fc from "fast-check";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { removeFolders, rgbImage, tinyConfig, tinyPackage } from "../support/tiny-package.js";
import { fuzz, type Outcomes } from "./harness.js";
import { mostly } from "./values.js";

let folder: string;
beforeAll(async () => {
  folder = await tinyPackage();
  // Odd packages are told of; the words are not what is tested here.
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterAll(removeFolders);

async function loads(outcomes: Outcomes): Promise<void> {
  const model = await outcomes.of(() => AutoModel.fromPretrained(folder, { device: "cpu" }));
  if (model === undefined) return;
  await using own = model;
  expect(own.classNames.length).toBeGreaterThan(1);
  // A package may ask for what a picture cannot give, such as a crop of nothing: also an error by name.
  const result = await outcomes.of(() => own.infer(rgbImage(5, 4, () => [0, 255, 0])));
  if (result !== undefined) expect(result.segmentationMap.length).toBe(result.width * result.height);
}

const json = fc.jsonValue({ maxDepth: 3 });
const full = tinyConfig(
  {
    dataset_version_resize_dimensions: { height: 8, width: 8 },
    dynamic_spatial_size_mode: null,
    normalization: [
      [0.5, 0.5, 0.5],
      [0.2, 0.2, 0.2],
    ],
    padding_value: 114,
  },
  {
    image_pre_processing: {
      "auto-orient": { enabled: true },
      "static-crop": { enabled: true, x_min: 10, x_max: 90, y_min: 10, y_max: 90 },
      contrast: { enabled: true, type: "Contrast Stretching" },
      grayscale: { enabled: true },
    },
    forward_pass: { static_batch_size: null, max_dynamic_batch_size: 4 },
  },
);

/** Every place of a value: the keys that lead there. */
function places(value: unknown, here: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...here]];
  const inner = Object.entries(value).flatMap(([key, one]) => places(one, [...here, key]));
  return here.length === 0 ? inner : [[...here], ...inner];
}

function withValue(value: unknown, place: readonly string[], put: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && put === undefined) delete copy[key];
  else copy[key] = withValue(copy[key], rest, put);
  return copy;
}

const numbers = fc.oneof(fc.integer({ min: -2, max: 300 }), fc.double());
const words = fc.constantFrom(
  "stretch",
  "letterbox",
  "center-crop",
  "fit-longer-edge",
  "rgb",
  "bgr",
  "",
  "8",
);
const changes = fc.array(
  fc.tuple(fc.constantFrom(...places(full)), fc.oneof(numbers, words, json, fc.constant(undefined))),
  { maxLength: 4 },
);
const changed = changes.map((list) =>
  JSON.stringify(list.reduce<unknown>((value, [place, put]) => withValue(value, place, put), full)),
);
// Text that is nearly JSON.
const cut = fc
  .tuple(changed, fc.nat(), fc.string({ maxLength: 3 }))
  .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1));
const configs = fc.oneof(
  { weight: 6, arbitrary: changed },
  { weight: 1, arbitrary: cut },
  { weight: 1, arbitrary: json.map((value) => JSON.stringify(value)) },
);

fuzz({
  name: "any inference_config.json loads or is refused by name",
  key: "package-json",
  inputs: configs,
  holds: async (text, outcomes) => {
    await writeFile(path.join(folder, "class_names.txt"), "background\nred\ngreen\n");
    await writeFile(path.join(folder, "inference_config.json"), text);
    await loads(outcomes);
  },
  smokeRuns: 250,
  meets: ["ok", "PACKAGE_INVALID"],
});

const modelConfigs = fc.oneof(
  fc
    .record(
      {
        model_id: mostly(fc.string()),
        model_architecture: mostly(fc.constantFrom("deep-lab-v3-plus", "yolov8")),
        task_type: mostly(fc.constantFrom("semantic-segmentation", "object-detection")),
        backend_type: mostly(fc.constantFrom("onnx", "trt", "torch")),
      },
      { requiredKeys: [] },
    )
    .map((value) =>
      JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)),
    ),
  fc.string({ unit: "binary" }),
);

fuzz({
  name: "any model_config.json loads or is refused by name",
  key: "model-config",
  inputs: modelConfigs,
  holds: async (text, outcomes) => {
    await writeFile(path.join(folder, "inference_config.json"), JSON.stringify(tinyConfig()));
    await writeFile(path.join(folder, "class_names.txt"), "background\nred\ngreen\n");
    await writeFile(path.join(folder, "model_config.json"), text);
    await loads(outcomes);
  },
  smokeRuns: 150,
  meets: ["ok", "PACKAGE_INVALID"],
});

const lineBreaks = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\u2028", "\u0085");
const lines = fc.oneof(
  fc.constantFrom("background", "Background", "red", "green", " red ", "\ufeffbackground", "класс", ""),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const classTexts = fc.oneof(
  fc
    .array(fc.tuple(lines, lineBreaks), { maxLength: 8 })
    .map((all) => Buffer.from(all.map(([line, end]) => line + end).join(""))),
  fc
    .array(fc.tuple(lines, lineBreaks), { minLength: 2, maxLength: 2 })
    .map((all) => Buffer.from(`background\n${all.map(([line, end]) => line + end).join("")}`)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

fuzz({
  name: "any class_names.txt loads or is refused by name",
  key: "class-names",
  inputs: classTexts,
  holds: async (bytes, outcomes) => {
    await writeFile(path.join(folder, "inference_config.json"), JSON.stringify(tinyConfig()));
    await writeFile(path.join(folder, "model_config.json"), "{}");
    await writeFile(path.join(folder, "class_names.txt"), bytes);
    await loads(outcomes);
  },
  smokeRuns: 250,
  meets: ["ok", "PACKAGE_INVALID", "PACKAGE_CLASS_MISMATCH"],
});
