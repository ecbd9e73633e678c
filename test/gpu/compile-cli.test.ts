// deeplab-rt compile as a shell sees it: output, progress, files and exit codes.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { newFolder, tinyPackage } from "../support/tiny-package.js";

onDoubles();
beforeEach(() => buildersDo("normal"));

const main = path.join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

/** Runs a command; `interrupt` is sent SIGINT as soon as stderr shows it. */
async function run(args: readonly string[], interrupt?: string) {
  const child = spawn(process.execPath, [main, ...args], { env: process.env });
  let [out, err, isInterrupted] = ["", "", false];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
    if (isInterrupted || interrupt === undefined || !err.includes(interrupt)) return;
    isInterrupted = true; // a second one would kill
    child.kill("SIGINT");
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

describe("deeplab-rt compile", () => {
  test("writes a package, and says how far it is and what came out", async () => {
    const parent = await newFolder();
    const output = path.join(parent, "out");
    const { code, out, err } = await run(["compile", await tinyPackage(), "-o", output, "--max-batch", "4"]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^package +${output}$`, "m"));
    expect(out).toMatch(/^engine +\d+\.\d MiB, fp32, built in \d+:\d\d$/m);
    expect(out).toMatch(/^batch +1 to 4, best at 4$/m);
    expect(out).toMatch(/^agreement +100\.000 % of \d+ pixels of 6 pictures \(generated\)/m);
    expect(err).toMatch(/^building \d+ %/m);
    expect(err).toMatch(/^checking 100 %$/m);
    expect(err).not.toContain("\x1b");
    expect(await readdir(parent)).toEqual(["out"]);
    const info = await run(["info", output, "--json"]);
    expect(JSON.parse(info.out)).toMatchObject({ backend: "tensorrt", engine: { trust: "signature" } });
  });

  test("as JSON is what compilePackage() returns", async () => {
    const output = path.join(await newFolder(), "out");
    const { code, out } = await run(["compile", await tinyPackage(), "-o", output, "--fp16", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ output, precision: "fp16", accuracy: { minAgreement: 0.995 } });
  });

  test("ends with 3 where no engine comes out, and leaves nothing", async () => {
    for (const [mode, error] of [
      ["fail", "[ENGINE_BUILD_FAILED]"],
      ["segv", "was ended by SIGSEGV"],
      ["rotate", "[ENGINE_INACCURATE]"],
    ] as const) {
      buildersDo(mode);
      const parent = await newFolder();
      const { code, err } = await run(["compile", await tinyPackage(), "-o", path.join(parent, "out")]);
      expect([mode, code]).toEqual([mode, 3]);
      expect(err).toContain(error);
      expect(await readdir(parent)).toEqual([]);
    }
  });

  test("ends with 130 after Ctrl+C, and leaves nothing", async () => {
    buildersDo("hang");
    const parent = await newFolder();
    const args = ["compile", await tinyPackage(), "-o", path.join(parent, "out")];
    const { code } = await run(args, "building 1");
    expect(code).toBe(130);
    expect(await readdir(parent)).toEqual([]);
  });
});

test("segment builds the engine that it is asked to run", async () => {
  const folder = await tinyPackage();
  const picture = path.join(import.meta.dirname, "..", "..", "assets", "samples", "wood.jpg");
  const args = ["segment", picture, "-m", folder, "-o", await newFolder(), "--backend", "trt"];
  const first = await run(args);
  expect([first.code, first.err]).toEqual([0, expect.stringMatching(/^building 100 %$/m)]);
  const second = await run([...args, "--overwrite"]);
  expect([second.code, second.err]).toEqual([0, ""]);
});
