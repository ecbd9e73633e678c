// Which confidence a pixel of each class must reach: the caller's number, "default", "best", or a
// number by class name, resolved to one float32 per class id, as the reference compares.

import { invalidOption, plainObject, unitNumber, unknownOption } from "./checks.js";
import { DeepLabError } from "./errors.js";
import { shorten, show } from "./show.js";
import { didYouMean, nearest } from "./suggest.js";

/** Thresholds found when a model was evaluated; `confidence: "best"` uses them. */
export interface RecommendedParameters {
  /** One threshold for every class, 0 to 1. */
  readonly confidence?: number | null | undefined;
  /** Thresholds by class name; used only where `confidence` is set too. Names the model lacks are ignored. */
  readonly perClassConfidence?: Readonly<Record<string, number>> | null | undefined;
}

/**
 * The least confidence a pixel needs to keep its class; below it becomes background with confidence 0.
 * - a number from 0 to 1 (0 keeps every pixel);
 * - `"default"`: 0.5, or what `INFERENCE_MODELS_DEEP_LAB_V3_PLUS_DEFAULT_CONFIDENCE` says;
 * - `"best"`: the recommended parameters, per class where both they and a global value are given, else the
 *   global value, else the default;
 * - numbers by class name; classes that are left out take `"default"`, not the recommended parameters.
 *
 * @typeParam Classes The model's class names.
 */
export type Confidence<Classes extends string = string> =
  | number
  | "best"
  | "default"
  | Readonly<Partial<Record<Classes, number>>>;

/** What is needed to turn a {@link Confidence} into numbers. */
export interface ThresholdContext {
  readonly classNames: readonly string[];
  /** Length of the result; ids without a name take the value for all classes. */
  readonly idCount: number;
  readonly recommended: RecommendedParameters;
  readonly defaultConfidence: number;
}

const defaultVariable = "INFERENCE_MODELS_DEEP_LAB_V3_PLUS_DEFAULT_CONFIDENCE";

/**
 * The threshold of `"default"`: the environment's, or 0.5.
 * @throws DeepLabError OPTION_INVALID where the variable is not a number from 0 to 1
 */
export function defaultConfidence(): number {
  const text = process.env[defaultVariable]?.trim();
  if (!text) return 0.5;
  const value = Number(text);
  return value >= 0 && value <= 1
    ? value
    : invalidOption(`environment variable ${defaultVariable}`, "a number from 0 to 1", text);
}

const recommendedKeys = ["confidence", "perClassConfidence"] as const;

/**
 * Checks `recommendedParameters`. Other keys are ignored, for they are the platform's and it may add some; but not
 * those that are nearly ours.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseRecommendedParameters(value: unknown): RecommendedParameters {
  if (value === undefined || value === null) return {};
  const given = plainObject(value, "recommendedParameters");
  for (const key of Object.keys(given)) {
    const isOurs = (recommendedKeys as readonly string[]).includes(key);
    if (!isOurs && nearest(key, recommendedKeys) !== undefined)
      throw unknownOption(key, "recommendedParameters", recommendedKeys);
  }
  const { confidence, perClassConfidence } = given;
  return {
    confidence: confidence == null ? null : unitNumber(confidence, "recommendedParameters.confidence"),
    perClassConfidence:
      perClassConfidence == null
        ? null
        : byClassName(perClassConfidence, "recommendedParameters.perClassConfidence"),
  };
}

/** Checks the option `confidence` of `infer`; undefined is `"default"`. */
export function parseConfidence(value: unknown, classNames: readonly string[]): Confidence {
  if (value === undefined) return "default";
  if (value === "best" || value === "default") return value;
  if (typeof value === "number") return unitNumber(value, "confidence");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const name of Object.keys(value))
      if (!classNames.includes(name)) throw unknownClass(name, classNames);
    return byClassName(value, "confidence");
  }
  const expected = 'a number from 0 to 1, "best", "default" or numbers by class name';
  return invalidOption("confidence", expected, value);
}

/** One threshold per class id, float32. */
export function resolveThresholds(confidence: Confidence, context: ThresholdContext): Float32Array {
  const { classNames, idCount } = context;
  const { perClass, forAll } = choose(confidence, context);
  const thresholds = new Float32Array(idCount).fill(forAll);
  for (const [id, name] of classNames.entries()) {
    if (id < idCount && perClass !== undefined) thresholds[id] = ownNumber(perClass, name) ?? forAll;
  }
  return thresholds;
}

// As everywhere in options, undefined is the same as left out.
type NumbersByName = Readonly<Partial<Record<string, number>>>;

interface Choice {
  readonly perClass?: NumbersByName;
  readonly forAll: number;
}

function choose(confidence: Confidence, context: ThresholdContext): Choice {
  const { recommended, defaultConfidence } = context;
  if (typeof confidence === "number") return { forAll: confidence };
  if (typeof confidence === "object") return { perClass: confidence, forAll: defaultConfidence };
  if (confidence === "default" || recommended.confidence == null) return { forAll: defaultConfidence };
  return recommended.perClassConfidence == null
    ? { forAll: recommended.confidence }
    : { perClass: recommended.perClassConfidence, forAll: recommended.confidence };
}

// Class names come from a file: one called "constructor" must not find Object's.
function ownNumber(map: NumbersByName, name: string): number | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function byClassName(value: unknown, option: string): Readonly<Record<string, number>> {
  const map = Object.entries(plainObject(value, option));
  const given = map.filter(([, number]) => number !== undefined);
  return Object.fromEntries(
    given.map(([name, number]) => [name, unitNumber(number, `${option}[${show(name)}]`)]),
  );
}

function unknownClass(name: string, classNames: readonly string[]): DeepLabError {
  const suggestion = didYouMean(name, classNames);
  return new DeepLabError(
    "OPTION_INVALID",
    `Option confidence names a class ${show(name)} that the model does not have.${suggestion}`,
    {
      detail: { option: "confidence", found: shorten(name), allowed: classNames },
      hint: `its classes are ${classNames.slice(0, 30).join(", ")}${classNames.length > 30 ? ", …" : ""}.`,
    },
  );
}
