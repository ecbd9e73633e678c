// Thousands of random packages and pictures: the real pipeline against the oracle.

import { describe, test } from "vitest";
import { checkSeed } from "./random-packages.js";

describe("the pipeline agrees with the oracle", () => {
  test.each([3, 4, 5, 6, 7, 8])("on random packages and pictures, seed %i", checkSeed);
});
