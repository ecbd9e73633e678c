// What the accuracy gate sees of two networks. Both run on ONNX Runtime here, so that the second may be wrong in ways
// that no builder is; engines that are built wrong are in test/gpu/compile-gate.test.ts.

import { AutoModel, type SemanticSegmentationModel } from "deeplab-rt";
import { afterAll, expect, test } from "vitest";
import { checkAccuracy } from "../../dist/compile/accuracy.js";
import { generatedPictures } from "../../dist/compile/generated-pictures.js";
import { removeFolders, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

/** A network of these weights, one row a channel. */
async function network(weights: readonly (readonly number[])[]): Promise<SemanticSegmentationModel> {
  const folder = await tinyPackage({ weights: tinyOnnx({ weights }), classNames: "background\nred\n" });
  return AutoModel.fromPretrained(folder, { backend: "onnx", device: "cpu" });
}

/** What the gate says of two networks. */
async function gate(first: readonly (readonly number[])[], second: readonly (readonly number[])[]) {
  await using reference = await network(first);
  await using engine = await network(second);
  const samples = { from: "generated", pictures: await generatedPictures(8, 8) } as const;
  const options = { minAgreement: 0.995, signal: undefined, onPicture: () => {} };
  return await checkAccuracy(reference, engine, samples, options);
}

test("a network of one channel has a class and a background", async () => {
  const { agreement, classes } = await gate([[10, 0, -10]], [[10, 0, -10]]);
  expect(agreement).toBe(1);
  expect(classes.map(({ reference }) => reference > 0)).toEqual([true, true]);
});

test("a network of one channel whose other sign is meant is refused", async () => {
  await expect(gate([[10, 0, -10]], [[-10, 0, 10]])).rejects.toMatchObject({
    code: "ENGINE_INACCURATE",
    detail: { agreement: expect.closeTo(0, 1) },
  });
});

test("a network of another number of channels is refused", async () => {
  const two = [
    [10, 0, 0],
    [0, 0, 10],
  ];
  await expect(gate(two, [[10, 0, -10]])).rejects.toMatchObject({
    code: "ENGINE_INACCURATE",
    detail: { expected: 2, found: 1 },
  });
});
