// Options are plain objects: what only looks like one would be taken for "no options" otherwise.

import vm from "node:vm";
import { overlay, type SegmentationMaps, toRLE } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { optionObject } from "../../dist/checks.js";
import { parseInferOptions } from "../../dist/infer-options.js";
import { parseStreamOptions } from "../../dist/stream/options.js";
import { parseRecommendedParameters } from "../../dist/thresholds.js";

const classes = { classNames: ["background", "cat", "dog"], backgroundClassId: 0, channels: 3 };
const invalid = (hint: RegExp) =>
  expect.objectContaining({ code: "OPTION_INVALID", hint: expect.stringMatching(hint) });
class Options {
  readonly confidence = 0.9;
}

describe("options that are no plain object", () => {
  test.each<[string, unknown, RegExp]>([
    ["an AbortSignal", AbortSignal.abort(), /pass \{ signal \}/],
    ["a Map", new Map([["confidence", 0.9]]), /Object\.fromEntries/],
    ["a promise", Promise.resolve({}), /await it first/],
    ["a Date", new Date(), /\{ … \}/],
    ["an instance of a class", new Options(), /\{ \.\.\.object \}/],
    ["an object that inherits its fields", Object.create({ confidence: 0.9 }), /\{ \.\.\.object \}/],
    ["a list", [], /^$/],
  ])("are refused: %s", (_, options, hint) => {
    expect(() => parseInferOptions(options, classes)).toThrow(invalid(hint));
    expect(() => parseStreamOptions(options, classes)).toThrow(invalid(hint));
  });

  test("so are values of options that hold fields by name", async () => {
    const map = new Map([["cat", 0.9]]);
    expect(() => parseInferOptions({ confidence: map }, classes)).toThrow(invalid(/fromEntries/));
    expect(() => parseRecommendedParameters(map)).toThrow(invalid(/fromEntries/));
    expect(() => parseRecommendedParameters({ confidence: 1, perClassConfidence: map })).toThrow(
      invalid(/./),
    );
    const maps: SegmentationMaps = {
      ...classes,
      segmentationMap: new Uint8Array(4),
      width: 2,
      height: 2,
    };
    const palette = new Map([["cat", "#fff"]]) as never;
    await expect(overlay(undefined, maps, { palette })).rejects.toThrow(invalid(/fromEntries/));
    await expect(toRLE(maps, AbortSignal.abort() as never)).rejects.toThrow(invalid(/signal/));
  });

  test("but objects without a prototype and those of another realm are plain", () => {
    const bare = Object.assign(Object.create(null), { confidence: 0.9 });
    const foreign: unknown = vm.runInNewContext("({ confidence: { cat: 0.9 } })");
    expect(parseInferOptions(bare, classes).confidence).toBe(0.9);
    expect(parseInferOptions(foreign, classes).confidence).toEqual({ cat: 0.9 });
    expect(optionObject(undefined, "options", [])).toEqual({});
  });
});

describe("recommended parameters", () => {
  test.each([
    ["confidance", "confidence"],
    ["perClassConfidance", "perClassConfidence"],
    ["per_class_confidence", "perClassConfidence"],
  ])("misspelt as %s are an error that says %s", (key, meant) => {
    expect(() => parseRecommendedParameters({ [key]: 0.9 })).toThrow(
      expect.objectContaining({
        code: "OPTION_UNKNOWN",
        message: expect.stringContaining(`Did you mean "${meant}"?`),
      }),
    );
  });
});
