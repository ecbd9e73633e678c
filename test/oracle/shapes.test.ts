// Shapes at which kernels break: big maps, widths around a vector's length, class counts around a byte's range.

import { afterAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import type { TestModel } from "../support/subject/subject.js";
import { toleranceFor } from "./check-image.js";
import { compareIds, compareMaps } from "./compare.js";
import type { Size } from "./geometry.js";
import { blackImage, type MadeLogits, madeModel, stretched, uniform } from "./made-model.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

function randomLogits(
  channels: number,
  width: number,
  height: number,
  names = channels,
  seed = 1,
): MadeLogits {
  const data = new Random(seed).floats(channels * width * height, -5, 5);
  return { logits: { channels, width, height, data }, names };
}

/** A threshold that half of the pixels stay below. */
const middle = (values: Float64Array) => values.toSorted()[values.length >> 1] as number;

/** Without the confidence only as much of the softmax is computed as the threshold needs. */
async function checkMapAlone(model: TestModel, made: MadeLogits, shape: Size, confidence: number) {
  const { width, height } = shape;
  const options = { confidence, include: ["segmentationMap"] } as const;
  const { segmentationMap } = await model.infer(blackImage(width, height), options);
  const oracle = stretched(made, { width, height }, uniform(made, confidence));
  expect(compareIds(segmentationMap, oracle, toleranceFor(made.logits).ambiguity)).toEqual([]);
}

/** Asks for a picture of `width`×`height` and holds it against the oracle. */
async function check(name: string, made: MadeLogits, width: number, height: number, confidence: number) {
  const model = await madeModel(folder, name, made);
  try {
    const result = await model.infer(blackImage(width, height), { confidence });
    const oracle = stretched(made, { width, height }, uniform(made, confidence));
    expect(compareMaps(result, oracle, toleranceFor(made.logits)).violations).toEqual([]);
    if (oracle.ids.length < 1000) await checkMapAlone(model, made, oracle, middle(oracle.confidence));
    return result;
  } finally {
    await model.close();
  }
}

describe("big maps", () => {
  test("21 classes of 512x512 logits fill a 1920x1080 picture", async () => {
    // Positions near 512 are known to 3e-5 in float32: less noise keeps the probabilities within 1e-4.
    await check("big", randomLogits(21, 512, 512, 21, 2.5), 1920, 1080, 0.1);
  });

  test("3 classes of 700x500 logits shrink to a 123x77 picture", async () => {
    await check("shrink", randomLogits(3, 700, 500), 123, 77, 0.4);
  });

  test("3 classes of 9x300 logits grow in one direction and shrink in the other", async () => {
    await check("both", randomLogits(3, 9, 300), 500, 50, 0.4);
  });

  test("a picture of one column and one of one row", async () => {
    await check("column", randomLogits(3, 20, 20), 1, 400, 0.4);
    await check("row", randomLogits(3, 20, 20), 400, 1, 0.4);
  });
});

test("21 classes of so few logits that bounds decide what they can of the map alone", async () => {
  for (const [width, height] of [
    [40, 24],
    [17, 50],
  ] as const)
    await check(`few-${width}`, randomLogits(21, 6, 5), width, height, 0.1);
});

describe("widths around the length of a vector, class counts around the range of a byte", () => {
  const widths = [1, 15, 16, 17, 33];
  const counts = [1, 2, 255, 256, 257, 300];
  const all = counts.flatMap((channels) => widths.map((width) => [channels, width] as const));

  test.each(all)("%i channels, width %i", async (channels, width) => {
    const names = Math.max(channels, 2);
    // Beside the resized planes also planes of the picture's own size: they take a shorter way.
    await check(`k${channels}-w${width}`, randomLogits(channels, 11, 7, names), width, 9, 0);
    await check(`same-k${channels}-w${width}`, randomLogits(channels, width, 9, names), width, 9, 0);
  });

  test.each(counts.slice(2))(
    "%i channels and one more name: the background's slot is skipped",
    async (channels) => {
      const made = { ...randomLogits(channels, 17, 9, channels + 1), backgroundId: channels - 1 };
      const result = await check(`skip-k${channels}`, made, 17, 9, 0);
      expect(result.segmentationMap).not.toContain(channels - 1);
    },
  );

  test("ids are bytes up to 256 of them, then 16 bits", async () => {
    const kind = async (channels: number, names: number) =>
      (await check(`kind-${channels}-${names}`, randomLogits(channels, 4, 4, names), 4, 4, 0)).segmentationMap
        .constructor.name;
    expect(await kind(256, 256)).toBe("Uint8Array");
    expect(await kind(255, 256)).toBe("Uint8Array");
    expect(await kind(256, 257)).toBe("Uint16Array");
    expect(await kind(257, 257)).toBe("Uint16Array");
  });

  test("the highest of 300 ids is found", async () => {
    const data = new Float32Array(300 * 4);
    data.fill(9, 299 * 4);
    const made = { logits: { channels: 300, width: 2, height: 2, data }, names: 300 };
    const result = await check("highest", made, 5, 5, 0);
    expect(new Set(result.segmentationMap)).toEqual(new Set([299]));
  });
});
