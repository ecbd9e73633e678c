// Values of options as they are typed. Each says what it expected and what came instead.

import { invalidOption } from "../checks.js";
import type { ImageExtent } from "../compile/options.js";
import { decodedPixelLimit } from "../image/decode.js";
import { didYouMean } from "../suggest.js";

/**
 * A whole number, or undefined where nothing was given.
 * @throws DeepLabError OPTION_INVALID
 */
export function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : invalidOption(name, "a whole number", text);
}

/**
 * A whole number within bounds, or the default.
 * @throws DeepLabError OPTION_INVALID
 */
export function count(text: string | undefined, name: string, most: number, fallback: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : invalidOption(name, `a whole number from 1 to ${most}`, text);
}

/**
 * `512x512`, or undefined where nothing was given. No size is larger than a picture may be by default: what is read here
 * is drawn, or built an engine for, and that a size was mistyped is not to be learned by waiting for it.
 * @throws DeepLabError OPTION_INVALID
 */
export function extent(text: string | undefined, name: string): ImageExtent | undefined {
  if (text === undefined) return undefined;
  const [width = 0, height = 0] = /^\d{1,5}[x×]\d{1,5}$/.test(text) ? text.split(/[x×]/).map(Number) : [];
  if (width >= 1 && height >= 1 && width * height <= decodedPixelLimit) return { width, height };
  return invalidOption(name, `a size like 512x512, of at most ${decodedPixelLimit} pixels`, text);
}

/**
 * A number from 0, or undefined where nothing was given; whoever uses it checks that it is at most 1.
 * @throws DeepLabError OPTION_INVALID
 */
export function decimal(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  return /^\d*\.?\d+$/.test(text) ? Number(text) : invalidOption(name, "a number from 0 to 1", text);
}

/**
 * What stands between commas, without spaces around it and without empty entries. A comma or backslash that is part of
 * an entry has a backslash before it.
 */
export function commaList(text: string): string[] {
  const entries = text.match(/(?:\\[\\,]|[^,])+/g) ?? [];
  return entries.map((entry) => entry.trim().replace(/\\([\\,])/g, "$1")).filter((entry) => entry !== "");
}

/** Entries as {@link commaList} reads them. */
export function commaText(entries: readonly string[]): string {
  return entries.map((entry) => entry.replace(/[\\,]/g, "\\$&")).join(",");
}

/**
 * A list of some of a few words, each once.
 * @throws DeepLabError OPTION_INVALID
 */
export function choiceList<T extends string>(text: string, name: string, choices: readonly T[]): T[] {
  const given = [...new Set(commaList(text))];
  const expected = `a list of ${choices.join(", ")}, with commas`;
  if (given.length === 0) return invalidOption(name, expected, text);
  for (const entry of given) {
    if (!(choices as readonly string[]).includes(entry)) {
      return invalidOption(name, expected, entry, didYouMean(entry, choices));
    }
  }
  return given as T[];
}
