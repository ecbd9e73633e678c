// npm run fuzz says what it takes, and refuses what it does not before anything runs.

import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseFuzzOptions, TARGETS, USAGE } from "../../scripts/testing/fuzz-options.mjs";
import { runProgram } from "../support/child.js";

describe("options", () => {
  test("are ten minutes of everything where nothing is said", () => {
    expect(parseFuzzOptions([])).toEqual({ help: false, seconds: 600, seed: undefined, files: [] });
  });

  test("name targets, which are the files of test/fuzz, each once", () => {
    const files = readdirSync(path.resolve("test/fuzz")).filter((name) => name.endsWith(".test.ts"));
    expect(TARGETS.map((name) => `${name}.test.ts`)).toEqual(files.sort());
    expect(parseFuzzOptions([...TARGETS, "decoding"]).files).toEqual(
      files.map((name) => `test/fuzz/${name}`),
    );
  });

  test("give the time and the first seed", () => {
    const { seconds, seed } = parseFuzzOptions(["decoding", "--minutes", "0.5", "--seed", "12"]);
    expect([seconds, seed]).toEqual([30, "12"]);
  });

  test.each([
    [["--minutes", "x"], "--minutes wants a number from 0.1 to 10080, not x."],
    [["--minutes", "0"], "--minutes wants"],
    [["--minutes=-1"], "--minutes wants"],
    [["--minutes", "1e9"], "--minutes wants"],
    [["--seed", "1.5"], "--seed wants a whole number, as a report names it, not 1.5."],
    [["decodin"], `No target is called decodin. There are: ${TARGETS.join(", ")}.`],
    [["../unit/png"], "No target is called"],
    [["--minute", "1"], USAGE],
  ])("refuse %j by name", (args, words) => {
    expect(() => parseFuzzOptions(args)).toThrow(expect.objectContaining({ name: "SetupError" }));
    expect(() => parseFuzzOptions(args)).toThrow(words);
  });
});

describe("npm run fuzz", () => {
  test("--help prints what it takes", async () => {
    const { code, stdout, stderr } = await runProgram("scripts/fuzz.mjs", ["--help"]);
    expect([code, stdout, stderr]).toEqual([0, `${USAGE}\n`, ""]);
  });

  test("a mistake is one message and no stack, and nothing runs", async () => {
    const { code, stdout, stderr } = await runProgram("scripts/fuzz.mjs", ["decodin"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(`\nNo target is called decodin. There are: ${TARGETS.join(", ")}.\n\n`);
  });
});
