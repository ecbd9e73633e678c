// deeplab-rt explain, types and bench.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { finished, modelAndPicture, runCli, startCli } from "../support/cli.js";
import { newFolder, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model, picture } = await modelAndPicture();

describe("deeplab-rt explain", () => {
  test("says what decided and lists the likeliest classes", async () => {
    const { code, out } = await runCli(["explain", picture, "3", "4", "-m", model, "--top", "2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^pixel 3, 4: red, confidence 1\.000$/m);
    expect(out).toMatch(/The likeliest class is "red" with .* reaches its threshold of 0\.5/);
    expect(out).toMatch(/^red +1 +0\.9999 +0\.5000 +yes$/m);
    expect(out.trim().split("\n")).toHaveLength(7);
  });

  test("as JSON is what model.explainPixel() returns, with the threshold that was given", async () => {
    const args = ["explain", picture, "0", "0", "-m", model, "-c", "1", "--json"];
    const { code, out } = await runCli(args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      rule: "below-threshold",
      className: "background",
      confidence: 0,
    });
  });

  test.each<[number, string[], RegExp]>([
    [2, ["PICTURE", "12", "0"], /\[OPTION_INVALID\]/],
    [2, ["PICTURE", "x", "0"], /<x> to be a whole number of pixels.*"x"/],
    [2, ["PICTURE", "1", "0", "--top", "0"], /--top/],
    [1, ["/no/such.png", "1", "0"], /^\/no\/such\.png: \[IMAGE_NOT_FOUND\]/],
  ])("%i: explain %j", async (expected, args, message) => {
    const given = args.map((arg) => (arg === "PICTURE" ? picture : arg));
    const { code, err } = await runCli(["explain", ...given, "-m", model]);
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });
});

describe("deeplab-rt types", () => {
  test("prints the class names as a type, or writes them into a file", async () => {
    const { code, out } = await runCli(["types", model]);
    expect(code).toBe(0);
    expect(out).toMatch(/export type Classes =\n {2}\| "background"\n {2}\| "red"\n {2}\| "green";\n$/);
    const file = path.join(await newFolder(), "classes.d.ts");
    expect(await runCli(["types", model, "-o", file])).toMatchObject({ code: 0, out: "", err: "" });
    expect(await readFile(file, "utf8")).toBe(out);
    expect(await readdir(path.dirname(file))).toEqual(["classes.d.ts"]);
  });

  test.each<[number, string[], RegExp]>([
    [2, ["MODEL", "--name", "new"], /Expected --name to be a TypeScript identifier/],
    [2, ["MODEL", "-o", "/no/such/folder/x.d.ts"], /--output .*x\.d\.ts cannot be written: ENOENT/],
    [3, ["/no/such/package"], /\[PACKAGE_/],
  ])("%i: types %j", async (expected, args, message) => {
    const { code, err } = await runCli(["types", ...args.map((arg) => (arg === "MODEL" ? model : arg))]);
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });
});

describe("deeplab-rt bench", () => {
  test("measures every size and batch, stage by stage, beside session.run of the same weights", async () => {
    const sizes = ["--size", "64x48,32x32", "--batch", "1,3", "--rounds", "4"];
    const { code, out } = await runCli(["bench", model, ...sizes, "--json"]);
    expect(code).toBe(0);
    const { machine, results } = JSON.parse(out);
    expect(machine).toMatchObject({ package: model, backend: expect.stringContaining("onnxruntime") });
    const cases = results.map(({ size, batch }: never) => [(size as { width: number }).width, batch]);
    expect(cases).toEqual([
      [64, 1],
      [64, 3],
      [32, 1],
      [32, 3],
    ]);
    for (const { times, session, ratio, imagesPerSecond } of results) {
      for (const spread of [...Object.values(times), session, ratio, imagesPerSecond]) {
        const { lower, median, upper } = spread as Record<string, number>;
        expect(lower).toBeLessThanOrEqual(median as number);
        expect(median).toBeLessThanOrEqual(upper as number);
      }
      // The network is a part of the call, and what an image takes is the other side of images a second.
      expect(times.network.median).toBeGreaterThan(0);
      expect(times.network.lower).toBeLessThan(times.total.upper);
      expect(imagesPerSecond.median * times.total.median).toBeCloseTo(1000, 6);
    }
  });

  test("prints a table", async () => {
    const { code, out, err } = await runCli(["bench", model, "--size", "32x32", "--rounds", "2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^32×32, batch 1, 2 rounds, an image +median +quartiles$/m);
    expect(out).toMatch(/^session\.run \(onnxruntime-node 1\.\S+\) +[\d.]+ ms +[\d.]+–[\d.]+$/m);
    expect(out).toMatch(/^in all ÷ session\.run +[\d.]+ × /m);
    expect(out).toMatch(/^images a second +[\d.]+ /m);
    expect(err).not.toContain("\x1b");
  });

  test("says why session.run was not measured, and measures the rest", async () => {
    // Its network takes one picture at a time, so the bare one refuses a batch; deeplab-rt splits it.
    const single = await tinyPackage({ weights: tinyOnnx({ batch: 1 }) });
    const { code, out } = await runCli(["bench", single, "--size", "32x32", "--rounds", "1", "--batch", "2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^session\.run was not measured: .*/m);
    expect(out).toMatch(/^images a second +[\d.]+ /m);
    expect(out).not.toContain("÷");
  });

  test.each<[string[], RegExp]>([
    [["--size", "64"], /--size to be a size like 512x512.*"64"/],
    [["--size", "0x5"], /--size to be a size like 512x512.*"0x5"/],
    [["--size", "64x64,5x0"], /"5x0"/],
    [["--size", "10001x10000"], /at most 100000000 pixels.*"10001x10000"/],
    [["--size", "99999x99999"], /"99999x99999"/],
    [["--size", "100000x1"], /"100000x1"/],
    [["--size", ","], /--size to be sizes/],
    [["--batch", "1,x"], /--batch.*"x"/],
    [["--rounds", "0"], /--rounds/],
  ])("2: bench %j, before a package is looked for", async (args, message) => {
    const { code, err } = await runCli(["bench", "/no/such/package", ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test("ends with 130 when interrupted", async () => {
    const child = startCli(["bench", model, "--size", "64x64", "--rounds", "10000"]);
    child.stderr?.once("data", () => setTimeout(() => child.kill("SIGINT"), 300));
    expect((await finished(child)).code).toBe(130);
  });
});
