// Sizes as they are typed: what is one, up to the largest.

import { describe, expect, test } from "vitest";
import { commaList, commaText, extent } from "../../dist/cli/parse.js";

describe("a size", () => {
  test.each([
    ["1x1", { width: 1, height: 1 }],
    ["1280×720", { width: 1280, height: 720 }],
    ["10000x10000", { width: 10_000, height: 10_000 }],
    ["99999x1000", { width: 99_999, height: 1000 }],
    [undefined, undefined],
  ])("%j is read", (text, size) => {
    expect(extent(text, "--max-size")).toEqual(size);
  });

  test.each([
    "0x1",
    "1x0",
    "10001x10000",
    "99999x99999",
    "100000x1",
    "1x",
    "x1",
    "1x1x1",
    "-1x1",
    "1.5x1",
    " 1x1",
    "",
  ])("%j is none", (text) => {
    const words = `--max-size to be a size like 512x512, of at most 100000000 pixels but received ${JSON.stringify(text)}`;
    expect(() => extent(text, "--max-size")).toThrow(words);
  });
});

test("lists have commas between their entries, and within them with a backslash", () => {
  expect(commaList(" a , b,,c d,")).toEqual(["a", "b", "c d"]);
  expect(commaList("crack\\, deep,pit")).toEqual(["crack, deep", "pit"]);
  expect(commaList("a\\\\,b\\c,\\,")).toEqual(["a\\", "b\\c", ","]);
  for (const entries of [["a, b", "c\\", ","], ["\\,", "\\\\"], ["a"]]) {
    expect(commaList(commaText(entries))).toEqual(entries);
  }
});
