// docs/errors.md has every code with its cause and the cure that the error itself names; every warning and exit code too.

import fs from "node:fs";
import path from "node:path";
import { DeepLabError, type ErrorCode, errorCodes } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { exitCodeFor, exitCodeHelp, exitCodes } from "../../dist/cli/exit-codes.js";
import { hintFor } from "../../dist/hints.js";
import { read, root } from "./markdown.js";

const text = read("docs/errors.md");
const section = (title: string) => text.split(/^## /m).find((part) => part.startsWith(title)) ?? "";

/** Cells of the rows of every table whose first cell is a code. */
function rows(of: string): string[][] {
  return [...of.matchAll(/^\| (`?\w+`? \|.*) \|$/gm)]
    .map(([, row = ""]) => row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")))
    .filter(([first = ""]) => /^(`[A-Z_]+`|\d+)$/.test(first));
}

const errors = rows(text.split("## Warnings")[0] ?? "");
const codeOf = ([cell = ""]: readonly string[]) => cell.replaceAll("`", "");

describe("the guide to errors", () => {
  test("has every code once, and no other", () => {
    expect(errors.map(codeOf).sort()).toEqual([...errorCodes].sort());
  });

  test.each(errors.map((row) => [codeOf(row), row] as const))(
    "%s: has a cause, and the cure that the error names",
    (code, row) => {
      const [, cause = "", cure = ""] = row;
      expect(cause).toMatch(/^.{10,}\.?$/);
      const hint = hintFor(code as ErrorCode);
      // Where the code has no cure of its own, the message has: the guide says so in its own words.
      if (hint === "") expect(cure).toMatch(/\.$/);
      else
        expect(`${cure[0]?.toLowerCase()}${cure.slice(1)}`.replaceAll("`", "")).toBe(
          `${hint[0]?.toLowerCase()}${hint.slice(1)}`,
        );
    },
  );

  test("says how to get ffmpeg, whose code is that of the decoder of pictures", () => {
    const row = errors.find((cells) => codeOf(cells) === "IMAGE_DECODER_UNAVAILABLE");
    expect(row?.join()).toMatch(/ffmpeg or ffprobe is not on the `PATH`.*install ffmpeg/);
  });

  test("has every warning once, and no other", () => {
    const source = fs.readFileSync(path.join(root, "lib/warnings.ts"), "utf8");
    const [, union = ""] = /type WarningCode =([^;]*);/.exec(source) ?? [];
    const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(3);
    expect(rows(section("Warnings")).map(codeOf).sort()).toEqual(codes.sort());
  });

  test("says to which exit code each error code leads", () => {
    const patterns = rows(section("Exit codes")).flatMap(([exit = "", when = ""]) =>
      [...when.matchAll(/`([A-Z_]+)(\*?)`/g)].map(([, name = "", star]) => ({
        exit: Number(exit),
        name,
        star,
      })),
    );
    for (const code of errorCodes) {
      const exact = patterns.find(({ name, star }) => star === "" && name === code);
      const family = patterns.find(({ name, star }) => star === "*" && code.startsWith(name));
      const expected = (exact ?? family)?.exit ?? exitCodes.failed;
      expect([code, exitCodeFor(new DeepLabError(code, "x"))]).toEqual([code, expected]);
    }
    for (const error of [new Error("x"), { code: "OPTION_INVALID" }, undefined])
      expect(exitCodeFor(error)).toBe(exitCodes.failed);
  });

  test("has every exit code", () => {
    const codes = new Set<number>(Object.values(exitCodes));
    expect(rows(section("Exit codes")).map(codeOf).map(Number)).toEqual([...codes].sort((a, b) => a - b));
    for (const code of codes) expect(exitCodeHelp).toMatch(new RegExp(`[ ,]${code} `));
  });
});
