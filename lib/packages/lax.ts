// Values as loosely as the reference reads them (pydantic's lax mode): "114" and 114.0 are 114, "yes" is
// true, 114.5 is no whole number. Each schema's message is what is allowed, for the error.

import { z } from "zod";

const whole = /^[+-]?\d+(_\d+)*(\.0*)?$/;
const decimal = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/i;
const yes = ["1", "true", "t", "yes", "y", "on"];
const no = ["0", "false", "f", "no", "n", "off"];

/** The whole number that the reference would read, or undefined. */
export function laxInteger(value: unknown): number | undefined {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string") return whole.test(value.trim()) ? number(value) : undefined;
  return typeof value === "number" && Number.isInteger(value) ? plusZero(value) : undefined;
}

/** The finite number that the reference would read, or undefined. */
export function laxNumber(value: unknown): number | undefined {
  if (typeof value === "boolean") return Number(value);
  const read = typeof value === "string" && decimal.test(value.trim()) ? number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : undefined;
}

/** The truth value that the reference would read, or undefined. */
export function laxBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  if (typeof value !== "string") return undefined;
  const word = value.toLowerCase();
  if (yes.includes(word)) return true;
  return no.includes(word) ? false : undefined;
}

/** A schema of a whole number within bounds. */
export function integer(allowed = "a whole number", min = -(2 ** 31), max = 2 ** 31 - 1) {
  return lax(allowed, (value) => within(laxInteger(value), min, max));
}

/** A schema of a finite number that `accept` takes. */
export function finite(allowed = "a number", accept: (value: number) => boolean = () => true) {
  return lax(allowed, (value) => {
    const read = laxNumber(value);
    return read !== undefined && accept(read) ? read : undefined;
  });
}

/** A schema of a truth value. */
export function truth() {
  return lax("true or false", laxBoolean);
}

/** A schema of one of a few words, exactly as written. */
export function word<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: words.map((one) => JSON.stringify(one)).join(", ") });
}

// A missing key arrives as undefined and fails like any other wrong value.
function lax<T>(allowed: string, read: (value: unknown) => T | undefined) {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.issues.push({ code: "custom", message: allowed, input: value });
    return z.NEVER;
  });
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function number(text: string): number {
  return plusZero(Number(text.trim().replaceAll("_", "")));
}

function plusZero(value: number): number {
  return value === 0 ? 0 : value;
}
