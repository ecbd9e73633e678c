// Logits that are not finite, thresholds, ties: one property at a time.

import { afterAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import type { TestModel } from "../support/subject/subject.js";
import { toleranceFor } from "./check-image.js";
import { compareMaps } from "./compare.js";
import { blackImage, type MadeLogits, madeModel, stretched, uniform } from "./made-model.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

/** Loads, uses, closes. */
async function withModel<T>(
  name: string,
  made: MadeLogits,
  use: (model: TestModel) => Promise<T>,
): Promise<T> {
  const model = await madeModel(folder, name, made);
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/** 5 channels of 30×20 with `bad` at some places. */
function logitsWith(bad: readonly number[], seed: number): MadeLogits {
  const random = new Random(seed);
  const data = random.floats(5 * 30 * 20, -3, 3);
  for (const value of bad) data[random.integer(0, data.length - 1)] = value;
  return { logits: { channels: 5, width: 30, height: 20, data }, names: 5, backgroundId: 2 };
}

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe("logits that are not finite", () => {
  // At 30×20 nothing is resized; the other sizes grow and shrink without a tap of weight 0.
  const sizes = [
    [30, 20],
    [71, 47],
    [13, 11],
  ] as const;

  test.each(sizes)("become background with confidence 0 and are counted, at %ix%i", async (width, height) => {
    const made = logitsWith(notFinite, width);
    await withModel(`bad-${width}`, made, async (model) => {
      const result = await model.infer(blackImage(width, height), { confidence: 0 });
      const oracle = stretched(made, { width, height }, uniform(made, 0));
      expect(oracle.nonFinitePixels).toBeGreaterThan(0);
      expect(result.nonFinitePixels).toBe(oracle.nonFinitePixels);
      expect(compareMaps(result, oracle, toleranceFor(made.logits)).violations).toEqual([]);
    });
  });

  test.each(notFinite)("a single channel of %d is background too", async (value) => {
    const data = Float32Array.of(1, value, -1, 2);
    const made = { logits: { channels: 1, width: 2, height: 2, data }, names: 2 };
    await withModel(`single-${value}`, made, async (model) => {
      const result = await model.infer(blackImage(2, 2), { confidence: 0 });
      expect([...result.segmentationMap]).toEqual([1, 0, 1, 1]);
      expect(result.confidence[1]).toBe(0);
      expect(result.nonFinitePixels).toBe(1);
    });
  });

  test("are an error with strict, and the model goes on", async () => {
    await withModel("strict", logitsWith([Number.NaN], 5), async (model) => {
      const image = blackImage(30, 20);
      await expect(model.infer(image, { strict: true })).rejects.toMatchObject({ code: "NON_FINITE_LOGITS" });
      await expect(model.infer(image)).resolves.toMatchObject({ nonFinitePixels: 1 });
    });
    await withModel("strict-finite", logitsWith([], 5), async (model) => {
      await expect(model.infer(blackImage(30, 20), { strict: true })).resolves.toMatchObject({
        nonFinitePixels: 0,
      });
    });
  });
});

describe("thresholds", () => {
  /** One row of pixels; `rows[k]` are the logits of class k. */
  const row = (...rows: number[][]): MadeLogits => {
    const width = rows[0]?.length ?? 0;
    return {
      logits: { channels: rows.length, width, height: 1, data: Float32Array.from(rows.flat()) },
      names: rows.length,
    };
  };

  test("a confidence equal to the threshold is kept", async () => {
    await withModel("equal", row([0, 0], [0, 9]), async (model) => {
      const at = async (confidence: number) =>
        (await model.infer(blackImage(2, 1), { confidence })).confidence;
      expect([...(await at(0.5))][0]).toBe(0.5);
      expect([...(await at(0.50001))][0]).toBe(0);
    });
  });

  test("1 leaves only certainty", async () => {
    await withModel("one", row([0, 200], [3, 0]), async (model) => {
      const result = await model.infer(blackImage(2, 1), { confidence: 1 });
      expect([...result.confidence]).toEqual([0, 1]);
      expect([...result.segmentationMap]).toEqual([0, 0]);
    });
  });

  test("each class has its own, background too", async () => {
    const made = row([5, 0, 0, 0], [0, 2, 0, 1], [0, 0, 2, 0]);
    const confidence = { background: 0.999, "class-1": 0.7, "class-2": 0.8 };
    await withModel("classes", made, async (model) => {
      const result = await model.infer(blackImage(4, 1), { confidence });
      const oracle = stretched(made, { width: 4, height: 1 }, [0.999, 0.7, 0.8]);
      // e² / (e² + 2) = 0.787: enough for class 1, too little for class 2.
      expect([...result.segmentationMap]).toEqual([0, 1, 0, 0]);
      expect([...oracle.ids]).toEqual([0, 1, 0, 0]);
      expect([...result.confidence].map((value) => value > 0)).toEqual([false, true, false, false]);
    });
  });
});

describe("exact ties", () => {
  test("go to the first class, at every size", async () => {
    const plane = new Random(3).floats(12 * 10, -2, 2);
    const low = plane.map((value) => value - 1);
    const data = new Float32Array([...low, ...plane, ...low, ...plane, ...plane]);
    const made = { logits: { channels: 5, width: 12, height: 10, data }, names: 5 };
    await withModel("ties", made, async (model) => {
      for (const [width, height] of [
        [12, 10],
        [40, 33],
        [5, 4],
      ] as const) {
        const { segmentationMap } = await model.infer(blackImage(width, height), { confidence: 0 });
        expect(new Set(segmentationMap)).toEqual(new Set([1]));
      }
    });
  });
});
