// Small checks for options: each says what was expected, what came instead, and nothing passes by accident.

import { types } from "node:util";
import { DeepLabError } from "./errors.js";
import { shorten, show } from "./show.js";
import { didYouMean } from "./suggest.js";

/** Throws OPTION_INVALID: expected and received. */
export function invalidOption(name: string, expected: string, received: unknown, more = ""): never {
  throw new DeepLabError(
    "OPTION_INVALID",
    `Expected ${name} to be ${expected} but received ${show(received)}.${more}`,
    {
      detail: { option: name, expected, found: show(received) },
    },
  );
}

/**
 * An object whose own keys say all there is to it: a literal, one without a prototype, or another realm's. Fields of
 * others (a Map, an AbortSignal, a Date) would be passed over without a word.
 * @param where How messages name it: `"options of model.infer()"`.
 * @param expected What they say it should be.
 * @throws DeepLabError OPTION_INVALID
 */
export function plainObject(
  value: unknown,
  where: string,
  expected = "a plain object",
): Readonly<Record<string, unknown>> {
  if (isPlain(value)) return value;
  const found = show(value);
  const hint = notPlainHint(value);
  throw new DeepLabError("OPTION_INVALID", `Expected ${where} to be ${expected} but received ${found}.`, {
    detail: { option: where, expected, found },
    ...(hint !== undefined && { hint }),
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Every realm's Object.prototype is the end of its chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notPlainHint(value: unknown): string | undefined {
  if (isSignal(value)) return "an AbortSignal is one of the options: pass { signal }.";
  if (typeof Object(value).then === "function") return "it is a promise: await it first.";
  if (types.isMap(value)) return "pass Object.fromEntries(map).";
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? "write it as { … }, or pass a copy: { ...object }."
    : undefined;
}

/**
 * A plain object with no other than the allowed keys; `undefined` is an empty one.
 * @param where How messages name it: `"options of model.infer()"`.
 * @throws DeepLabError OPTION_INVALID, OPTION_UNKNOWN
 */
export function optionObject(
  value: unknown,
  where: string,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  const given = plainObject(value, where);
  for (const key of Object.keys(given)) {
    if (!allowed.includes(key)) throw unknownOption(key, where, allowed);
  }
  return given;
}

/** The error for a key that is not known here; suggests the nearest. */
export function unknownOption(key: string, where: string, allowed: readonly string[]): DeepLabError {
  return new DeepLabError(
    "OPTION_UNKNOWN",
    `Unknown key ${show(key)} in ${where}.${didYouMean(key, allowed)}`,
    {
      detail: { option: shorten(key), allowed },
      hint: `known here: ${allowed.join(", ")}.`,
    },
  );
}

/** A boolean, or the default where undefined. */
export function booleanOption(value: unknown, name: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  return typeof value === "boolean" ? value : invalidOption(name, "true or false", value);
}

/** A whole number within bounds, or the default where undefined. */
export function integerOption(
  value: unknown,
  name: string,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  return invalidOption(name, `a whole number from ${min} to ${max}`, value);
}

/** A number within bounds, or the default where undefined. */
export function numberOption(
  value: unknown,
  name: string,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= min && value <= max) return value;
  return invalidOption(name, `a number from ${min} to ${max}`, value);
}

const unitBytes = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const byteSize = /^(\d+(?:\.\d+)?) ?([KMGT]iB)$/;
// A double holds every whole number up to here, and no machine has more.
const mostBytes = Number.MAX_SAFE_INTEGER;

/**
 * A number of bytes, also as a text with a binary unit ("512MiB"), or the default where undefined.
 * @param min Fewest bytes.
 */
export function byteSizeOption(value: unknown, name: string, min: number, fallback: number): number {
  if (value === undefined) return fallback;
  const bytes = typeof value === "string" ? bytesOf(value) : value;
  if (typeof bytes === "number" && Number.isInteger(bytes) && bytes >= min && bytes <= mostBytes)
    return bytes;
  const expected = `a whole number of bytes from ${min}, or a text like "512MiB" or "2GiB"`;
  return invalidOption(name, expected, value, typeof value === "string" ? didYouMeanUnit(value) : "");
}

function bytesOf(text: string): number | undefined {
  const [, digits, unit] = byteSize.exec(text.trim()) ?? [];
  return unit === undefined
    ? undefined
    : Math.round(Number(digits) * unitBytes[unit as keyof typeof unitBytes]);
}

// "2GB", "2 gib", "2G": which bytes are meant is easily said.
function didYouMeanUnit(text: string): string {
  const [, digits, prefix] = /^(\d+(?:\.\d+)?) ?([kmgt])(?:i?b)?$/i.exec(text.trim()) ?? [];
  return prefix === undefined ? "" : ` Did you mean "${digits}${prefix.toUpperCase()}iB"?`;
}

/** One of a few words, or the default where undefined. */
export function choiceOption<T extends string>(
  value: unknown,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  const expected = `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  return invalidOption(name, expected, value, didYouMean(value, choices));
}

/** A non-empty string, or undefined. */
export function stringOption(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" && value !== "" ? value : invalidOption(name, "a non-empty string", value);
}

/** A number from 0 to 1. */
export function unitNumber(value: unknown, name: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return invalidOption(name, "a number from 0 to 1", value);
}

/** An AbortSignal, or undefined. */
export function signalOption(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  return isSignal(value) ? value : invalidOption("signal", "an AbortSignal", value);
}

// By shape, not by class: a signal of another realm (a vm context, a test environment) is one too.
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
