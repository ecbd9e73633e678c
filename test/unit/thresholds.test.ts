// How a confidence option becomes one number per class.

import { afterEach, describe, expect, test, vi } from "vitest";
import {
  defaultConfidence,
  parseConfidence,
  parseRecommendedParameters,
  resolveThresholds,
} from "../../dist/thresholds.js";

const classNames = ["background", "alpha", "beta"];
const variable = "INFERENCE_MODELS_DEEP_LAB_V3_PLUS_DEFAULT_CONFIDENCE";

function resolve(confidence: Parameters<typeof resolveThresholds>[0], recommended: object = {}, idCount = 3) {
  const parsed = parseRecommendedParameters(recommended);
  const context = { classNames, idCount, recommended: parsed, defaultConfidence: 0.5 };
  return [...resolveThresholds(confidence, context)];
}

const f32 = (...values: number[]) => values.map(Math.fround);

afterEach(() => vi.unstubAllEnvs());

describe("thresholds", () => {
  test("a number is that number for every class, 0 too", () => {
    expect(resolve(0.3)).toEqual(f32(0.3, 0.3, 0.3));
    expect(resolve(0)).toEqual([0, 0, 0]);
    expect(resolve(1, { confidence: 0.7 })).toEqual([1, 1, 1]);
  });

  test("the default is not the recommended one", () => {
    expect(resolve("default", { confidence: 0.7, perClassConfidence: { alpha: 0.9 } })).toEqual([
      0.5, 0.5, 0.5,
    ]);
  });

  test("best takes values per class only beside a global one, which fills the gaps", () => {
    const perClassConfidence = { alpha: 0.8, background: 0.6, unknown: 0.1 };
    expect(resolve("best", { confidence: 0.4, perClassConfidence })).toEqual(f32(0.6, 0.8, 0.4));
    expect(resolve("best", { perClassConfidence })).toEqual([0.5, 0.5, 0.5]);
  });

  test("best takes the global value, else the default", () => {
    expect(resolve("best", { confidence: 0.7 })).toEqual(f32(0.7, 0.7, 0.7));
    expect(resolve("best", { confidence: 0.65, perClassConfidence: {} })).toEqual(f32(0.65, 0.65, 0.65));
    expect(resolve("best", { confidence: null, perClassConfidence: null })).toEqual([0.5, 0.5, 0.5]);
    expect(resolve("best")).toEqual([0.5, 0.5, 0.5]);
  });

  test("numbers by class name leave the others at the default, not at the recommended ones", () => {
    expect(resolve({ beta: 0.25 })).toEqual([0.5, 0.5, 0.25]);
    expect(resolve({ beta: 0.25 }, { confidence: 0.75 })).toEqual([0.5, 0.5, 0.25]);
    expect(resolve({})).toEqual([0.5, 0.5, 0.5]);
  });

  test("numbers by class name may be undefined, which is left out, but nothing else", () => {
    const parsed = parseConfidence({ beta: undefined, alpha: 0.25 }, classNames);
    expect(parsed).toEqual({ alpha: 0.25 });
    for (const wrong of [{ beta: null }, { beta: "0.5" }, { beta: 1.5 }, { Beta: 0.5 }, { bta: undefined }]) {
      expect(() => parseConfidence(wrong, classNames)).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID" }),
      );
    }
    expect(() => parseConfidence({ bta: 0.5 }, classNames)).toThrow('Did you mean "beta"?');
  });

  test("ids without a name take the value for all classes", () => {
    expect(resolve("best", { confidence: 0.25, perClassConfidence: { beta: 0.75 } }, 5)).toEqual([
      0.25, 0.25, 0.75, 0.25, 0.25,
    ]);
  });

  test("a class called like a method of Object finds no stranger's value", () => {
    const context = {
      classNames: ["background", "constructor"],
      idCount: 2,
      recommended: {},
      defaultConfidence: 0.5,
    };
    expect([...resolveThresholds({ background: 0.25 }, context)]).toEqual([0.25, 0.5]);
  });

  test("keys that the platform may add are ignored", () => {
    expect(parseRecommendedParameters({ confidence: 0.5, somethingElse: 3 })).toEqual({
      confidence: 0.5,
      perClassConfidence: null,
    });
  });
});

describe("the default threshold", () => {
  test("is 0.5, or the environment's", () => {
    expect(defaultConfidence()).toBe(0.5);
    vi.stubEnv(variable, " 0.25 ");
    expect(defaultConfidence()).toBe(0.25);
    vi.stubEnv(variable, "0");
    expect(defaultConfidence()).toBe(0);
  });

  test.each(["half", "2", "-1"])("of %j is an error that names the variable", (value) => {
    vi.stubEnv(variable, value);
    expect(defaultConfidence).toThrow(new RegExp(`${variable}.*0 to 1`));
  });
});
