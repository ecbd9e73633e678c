// NV12, what cameras and video decoders give: random packages and pictures against the oracle.

import { afterAll, expect, test } from "vitest";
import { TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import { loadModel } from "../support/subject/subject.js";
import { checkImage } from "./check-image.js";
import { randomNv12, randomPackage } from "./random-case.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

test.each([31, 32])("the pipeline agrees with the oracle on NV12, seed %i", async (seed) => {
  const random = new Random(seed);
  let answered = 0;
  for (let i = 0; i < 24; i++) {
    const made = randomPackage(random);
    const path = folder.writePackage(`${seed}-${i}`, made.files);
    await using model = await loadModel(path, { device: "cpu" });
    for (let k = 0; k < 5; k++) {
      if (await checkImage(model, made, randomNv12(random), { confidence: made.confidence })) answered++;
    }
  }
  expect(answered).toBeGreaterThan(100);
});
