// Random packages and pictures of one seed: the real pipeline against the oracle.

import { expect } from "vitest";
import { roundToHalf } from "../support/golden-set.js";
import { TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import { loadModel, type TestModel } from "../support/subject/subject.js";
import { variant } from "../support/subject/variant.js";
import { checkImage, floatsOf } from "./check-image.js";
import { checkParts } from "./check-parts.js";
import { type RandomImage, type RandomPackage, randomImage, randomPackage } from "./random-case.js";

const packagesPerSeed = 60;
const imagesPerPackage = 6;

/** The network answers what was stored in it. */
async function checkLogits(model: TestModel, made: RandomPackage, image: RandomImage) {
  const { logits } = await model.inspect(image);
  const { data, channels, height, width } = made.logits;
  expect(logits.shape).toEqual([channels, height, width]);
  expect(floatsOf(logits)).toEqual(made.half ? data.map(roundToHalf) : data);
}

/** A list gives what the images give one by one. */
async function checkList(model: TestModel, made: RandomPackage, images: RandomImage[]) {
  const options = { confidence: made.confidence };
  const listed = await model.infer(images, options);
  for (const [i, image] of images.entries()) {
    const alone = await model.infer(image, options);
    expect(listed[i]?.segmentationMap).toEqual(alone.segmentationMap);
    expect(listed[i]?.confidence).toEqual(alone.confidence);
  }
}

async function checkPackage(random: Random, folder: TemporaryFolder, name: string): Promise<number> {
  const made = randomPackage(random);
  const model = await loadModel(folder.writePackage(name, made.files), { device: "cpu" });
  try {
    const good: RandomImage[] = [];
    for (let i = 0; i < imagesPerPackage; i++) {
      const image = randomImage(random);
      if (await checkImage(model, made, image, { confidence: made.confidence })) good.push(image);
    }
    const first = good[0];
    if (first !== undefined) await checkLogits(model, made, first);
    // A model that answers in another process hands over the maps alone.
    const isHere = variant.answerWith === undefined;
    if (first !== undefined && isHere) await checkParts(model, made, first, { confidence: made.confidence });
    // A network of open size takes one size at a time.
    if (made.config.input !== undefined && good.length > 0) await checkList(model, made, good);
    return good.length;
  } finally {
    await model.close();
  }
}

/** Checks all packages and pictures of a seed. */
export async function checkSeed(seed: number): Promise<void> {
  const folder = new TemporaryFolder();
  try {
    const random = new Random(seed);
    let answered = 0;
    for (let i = 0; i < packagesPerSeed; i++) answered += await checkPackage(random, folder, `${seed}-${i}`);
    // Few of the pictures are too thin for their package.
    expect(answered).toBeGreaterThan(0.85 * packagesPerSeed * imagesPerPackage);
  } finally {
    folder.dispose();
  }
}
