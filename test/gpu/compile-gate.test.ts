// The accuracy gate of compilePackage: engines that are wrong, and those that are only a little off.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { type CompileOptions, compilePackage, type DeepLabError } from "deeplab-rt";
import { beforeEach, expect, test } from "vitest";
import { buildersDo, onDoubles } from "../support/doubles.js";
import { newFolder, tinyConfig, tinyOnnx, tinyPackage, tinyWeights } from "../support/tiny-package.js";

onDoubles();
beforeEach(() => buildersDo("normal"));

/** The report of a compilation into a new place. */
const compiled = async (folder: string, options: CompileOptions = {}) =>
  compilePackage(folder, { output: path.join(await newFolder(), "out"), ...options });

/** The error of a compilation, and what it left behind beside its output folder. */
async function failure(folder: string, options: CompileOptions = {}) {
  const parent = await newFolder();
  const error: unknown = await compilePackage(folder, { output: path.join(parent, "out"), ...options }).then(
    () => expect.fail("it should not have been compiled"),
    (reason: unknown) => reason,
  );
  return { error: error as DeepLabError, left: await readdir(parent) };
}

test.each([
  ["rotate", /agrees with ONNX Runtime in \d+\.\d{3} %/],
  ["nan", /logits are not finite/],
])("the accuracy gate refuses a wrong engine (%s)", async (mode, message) => {
  buildersDo(mode);
  const { error, left } = await failure(await tinyPackage());
  expect(error).toMatchObject({
    code: "ENGINE_INACCURATE",
    detail: { minAgreement: 0.995, agreement: expect.any(Number), classes: expect.any(Array) },
  });
  expect(error.message).toMatch(message);
  expect(left).toEqual([]);
});

test("the accuracy gate sees an engine that is a little off where two classes are near each other", async () => {
  buildersDo("drift");
  // Of an odd number of pixels, so that the values of one pixel are not all off the same way.
  const config = tinyConfig({ training_input_size: { height: 63, width: 63 } });
  const folder = await tinyPackage({ config });
  const report = await compiled(folder, { minAgreement: 0.9 });
  expect(report.accuracy.agreement).toBeGreaterThan(0.9);
  expect(report.accuracy.agreement).toBeLessThan(1);
  const { error } = await failure(folder, { minAgreement: 1 });
  expect(error).toMatchObject({ code: "ENGINE_INACCURATE", detail: { newNonFinite: 0 } });
});

test("the accuracy gate lets pass what the caller accepts", async () => {
  buildersDo("rotate");
  const report = await compiled(await tinyPackage(), { minAgreement: 0 });
  expect(report.accuracy.agreement).toBeLessThan(0.5);
});

test("the accuracy gate compares the network as it is, whatever its class names", async () => {
  const weights = tinyOnnx({ weights: [...tinyWeights, [20, 0, 20], [2, 1, 0], [0, 1, 1]] });
  const report = await compiled(await tinyPackage({ weights }));
  expect(report.accuracy.classes.map(({ name }) => name)).toContain("class 5");
  const pixels = report.accuracy.classes.reduce((sum, { engine }) => sum + engine, 0);
  expect(pixels).toBe(report.accuracy.pixels);
});
