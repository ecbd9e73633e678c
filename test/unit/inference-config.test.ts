// inference_config.json: what the reference accepts is accepted, what cannot work says so.

import { describe, expect, test } from "vitest";
import { parseInferenceConfig } from "../../dist/packages/inference-config.js";
import { laxBoolean, laxInteger, laxNumber } from "../../dist/packages/lax.js";
import { tinyConfig } from "../support/tiny-package.js";

const parse = (json: unknown) => parseInferenceConfig(json, "inference_config.json");
const parseInput = (networkInput: object) => parse(tinyConfig({ ...networkInput }));
const parseSteps = (steps: unknown) => parse(tinyConfig({}, { image_pre_processing: steps }));

function problemsOf(json: unknown) {
  try {
    parse(json);
  } catch (error) {
    expect(error).toMatchObject({ code: "PACKAGE_INVALID", detail: { file: "inference_config.json" } });
    return (error as { detail: { problems: { field: string; found: string; allowed: string }[] } }).detail
      .problems;
  }
  throw new Error("expected an error");
}

// Found by running the reference's own validator (pydantic 2, lax mode).
describe("values are read as loosely as the reference reads them", () => {
  const table: [value: unknown, integer: number | null, bool: boolean | null, number: number | null][] = [
    [true, 1, true, 1],
    [false, 0, false, 0],
    [1, 1, true, 1],
    [2, 2, null, 2],
    [-5, -5, null, -5],
    [114.5, null, null, 114.5],
    ["114", 114, null, 114],
    ["114.0", 114, null, 114],
    ["114.5", null, null, 114.5],
    [" 114 ", 114, null, 114],
    ["+5", 5, null, 5],
    ["-5", -5, null, -5],
    ["1_000", 1000, null, 1000],
    ["1e3", null, null, 1000],
    ["0x10", null, null, null],
    ["", null, null, null],
    ["true", null, true, null],
    ["TRUE", null, true, null],
    ["t", null, true, null],
    ["yes", null, true, null],
    ["on", null, true, null],
    ["off", null, false, null],
    ["n", null, false, null],
    ["0", 0, false, 0],
    ["1", 1, true, 1],
    ["1.0", 1, null, 1],
    [".5", null, null, 0.5],
    ["1__0", null, null, null],
    ["_1", null, null, null],
    ["00012", 12, null, 12],
    ["1e-3", null, null, 0.001],
    [null, null, null, null],
    [[], null, null, null],
    [{}, null, null, null],
    [undefined, null, null, null],
  ];

  test.each(table)("%j: integer %j, truth %j, number %j", (value, integer, bool, number) => {
    expect([laxInteger(value) ?? null, laxBoolean(value) ?? null, laxNumber(value) ?? null]).toEqual([
      integer,
      bool,
      number,
    ]);
  });

  test("what is not finite is no number here", () => {
    for (const value of ["NaN", "inf", Number.NaN, Number.POSITIVE_INFINITY, "1e999"]) {
      expect(laxNumber(value)).toBeUndefined();
    }
  });

  test("minus zero is zero", () => {
    expect(Object.is(laxInteger(-0), 0)).toBe(true);
    expect(Object.is(laxInteger("-0"), 0)).toBe(true);
  });
});

describe("a good configuration", () => {
  test("with the least fields is completed", () => {
    expect(
      parse(tinyConfig({ scaling_factor: null }, { image_pre_processing: null, forward_pass: {} })),
    ).toEqual({
      declaredResizeMode: "stretch",
      resizeMode: "stretch",
      inputSize: { width: 8, height: 8 },
      paddingValue: 0,
      networkColor: "rgb",
      scalingFactor: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      staticCrop: null,
      grayscale: false,
      contrast: "none",
      maxBatch: null,
    });
  });

  test("one value of a normalization stands for three", () => {
    expect(parseInput({ normalization: [[0.5], ["0.25"]] })).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    });
    expect(
      parseInput({
        normalization: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    ).toMatchObject({ mean: [1, 2, 3], std: [4, 5, 6] });
  });

  test("letterbox-reflect-edges is a letterbox, fit-longer-edge one with black edges", () => {
    const padded = { padding_value: 114 };
    expect(parseInput({ ...padded, resize_mode: "letterbox-reflect-edges" })).toMatchObject({
      resizeMode: "letterbox",
      paddingValue: 114,
    });
    expect(parseInput({ ...padded, resize_mode: "fit-longer-edge" })).toMatchObject({
      declaredResizeMode: "fit-longer-edge",
      resizeMode: "letterbox",
      paddingValue: 0,
    });
  });

  test("steps before the resize are read, and only where they are enabled", () => {
    const crop = { x_min: 10, x_max: "90", y_min: 0, y_max: 120 };
    const on = { enabled: true };
    expect(
      parseSteps({
        "static-crop": { ...on, ...crop },
        contrast: { ...on, type: "Contrast Stretching" },
        grayscale: on,
        "auto-orient": on,
      }),
    ).toMatchObject({
      staticCrop: { xMin: 10, xMax: 90, yMin: 0, yMax: 120 },
      grayscale: true,
      contrast: "stretching",
    });
    const off = { enabled: "no" };
    expect(
      parseSteps({
        "static-crop": { ...off, x_min: 90, x_max: -10, y_min: 0, y_max: 0 },
        contrast: { ...off, type: "Adaptive Equalization" },
        grayscale: off,
      }),
    ).toMatchObject({ staticCrop: null, grayscale: false, contrast: "none" });
  });

  test("unknown keys are ignored, static_crop among them", () => {
    expect(parseSteps({ static_crop: { enabled: true } })).toMatchObject({ staticCrop: null });
    expect(parse(tinyConfig({ what: 1 }, { ever: 2 }))).toMatchObject({ resizeMode: "stretch" });
  });

  test("the training size may be absent where any size is supported", () => {
    const anySize = { dynamic_spatial_size_supported: true, dynamic_spatial_size_mode: { type: "any-size" } };
    expect(parseInput({ ...anySize, training_input_size: null }).inputSize).toBeNull();
  });

  test("a wish for small batches is kept, others are ignored", () => {
    const withBatch = (max: unknown) =>
      parse(tinyConfig({}, { forward_pass: { max_dynamic_batch_size: max } }));
    expect(withBatch(2).maxBatch).toBe(2);
    expect(withBatch(null).maxBatch).toBeNull();
    expect(withBatch(0).maxBatch).toBeNull();
  });
});

describe("a wrong value is named with its field, what was found and what is allowed", () => {
  test.each([
    [{ color_mode: "RGB" }, "color_mode", '"RGB"', /"bgr", "rgb"/],
    [{ resize_mode: "fill" }, "resize_mode", '"fill"', /"stretch", "letterbox"/],
    [{ input_channels: 1 }, "input_channels", "1", /^3$/],
    [{ padding_value: 114.5 }, "padding_value", "114.5", /whole number/],
    [{ padding_value: 1e12 }, "padding_value", "1000000000000", /whole number/],
    [{ scaling_factor: 0 }, "scaling_factor", "0", /other than 0/],
    [{ scaling_factor: "1e-60" }, "scaling_factor", '"1e-60"', /other than 0/],
    [{ training_input_size: { height: 0, width: 64 } }, "training_input_size.height", "0", /1 to 16384/],
    [
      { training_input_size: { height: 64, width: 99999 } },
      "training_input_size.width",
      "99999",
      /1 to 16384/,
    ],
    [{ training_input_size: undefined }, "training_input_size", "nothing", /any-size/],
    [
      { dynamic_spatial_size_supported: undefined },
      "dynamic_spatial_size_supported",
      "nothing",
      /true or false/,
    ],
    [{ dynamic_spatial_size_mode: { type: "x" } }, "dynamic_spatial_size_mode.type", '"x"', /any-size/],
    [
      {
        normalization: [
          [0, 0, 0],
          [0, 1, 1],
        ],
      },
      "normalization.1.0",
      "0",
      /other than 0/,
    ],
    [{ normalization: [0.5, 0.5, 0.5] }, "normalization", "[0.5, 0.5, 0.5]", /two lists/],
    [
      {
        normalization: [
          [1, 2, 3],
          [1, 2],
        ],
      },
      "normalization.1",
      "[1, 2]",
      /three numbers/,
    ],
    [{ normalization: [[], []] }, "normalization.0", "[]", /three numbers/],
  ])("network_input %j", (input, field, found, allowed) => {
    const [problem] = problemsOf(tinyConfig(input));
    expect(problem).toEqual({
      field: `network_input.${field}`,
      found,
      allowed: expect.stringMatching(allowed),
    });
  });

  const crop = { enabled: true, x_min: 0, x_max: 100, y_min: 0, y_max: 100 };
  test.each([
    [{ ...crop, x_min: 1.5 }, "x_min", "1.5"],
    [{ ...crop, x_min: 50, x_max: 50 }, "x_min", "50"],
    [{ ...crop, x_min: 80, x_max: 20 }, "x_min", "80"],
    [{ ...crop, y_min: -20 }, "y_min", "-20"],
    [{ ...crop, y_min: 100, y_max: 120 }, "y_min", "100"],
    [{ ...crop, y_max: undefined }, "y_max", "nothing"],
  ])("static crop %j", (wrong, field, found) => {
    const [problem] = problemsOf(tinyConfig({}, { image_pre_processing: { "static-crop": wrong } }));
    expect(problem).toMatchObject({ field: `image_pre_processing.static-crop.${field}`, found });
  });

  test.each([
    [
      { image_pre_processing: { contrast: { enabled: true, type: "Foo" } } },
      "image_pre_processing.contrast.type",
    ],
    [{ image_pre_processing: [] }, "image_pre_processing"],
    [{ post_processing: { type: "argmax" } }, "post_processing.type"],
    [{ post_processing: { type: "softmax" } }, "post_processing.fused"],
    [{ forward_pass: null }, "forward_pass"],
    [{ forward_pass: { static_batch_size: "x" } }, "forward_pass.static_batch_size"],
    [{ class_names_operations: [{ type: "rename" }] }, "class_names_operations.0.type"],
    [{ model_initialization: 3 }, "model_initialization"],
  ])("%j", (rest, field) => {
    expect(problemsOf(tinyConfig({}, rest))[0]?.field).toBe(field);
  });

  test("several at once are all named, the first six in the message", () => {
    const problems = problemsOf({ network_input: {} });
    expect(problems.map(({ field }) => field)).toEqual([
      "network_input.dynamic_spatial_size_supported",
      "network_input.color_mode",
      "network_input.resize_mode",
      "network_input.input_channels",
    ]);
    expect(() => parse({})).toThrow("network_input: found nothing, allowed: an object {…}");
  });
});
