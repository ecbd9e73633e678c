// Random packages and pictures against the oracle: the seeds that the sanitizers and the mutants run too.

import { describe, expect, test } from "vitest";
import { Random } from "../support/random.js";
import { expectedError } from "./check-image.js";
import { geometryOf } from "./geometry.js";
import { randomImage, randomPackage } from "./random-case.js";
import { checkSeed } from "./random-packages.js";

describe("the pipeline agrees with the oracle", () => {
  test.each([1, 2])("on random packages and pictures, seed %i", checkSeed);
});

test("the oracle expects some pictures to be refused", () => {
  const random = new Random(99);
  const codes = Array.from({ length: 400 }, () => {
    const made = randomPackage(random);
    return expectedError(made, geometryOf(made.config, randomImage(random)));
  });
  expect(codes).toContain("IMAGE_TOO_THIN");
  expect(codes).toContain("IMAGE_EMPTY_CROP");
});
