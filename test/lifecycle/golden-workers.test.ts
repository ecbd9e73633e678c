// The same golden cases from four Workers at once, as lists and one by one, with one thread and with four.

import fs from "node:fs";
import path from "node:path";
import type { RawImage } from "deeplab-rt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inferOptions, loadOptions } from "../golden/calls.js";
import { sources } from "../golden/scope.js";
import { mismatched, verdicts } from "../golden/verdicts.js";
import { lastJson, runFixture } from "../support/child.js";
import { type GoldenSuccess, goldenConfidence, goldenMap, goldenPath } from "../support/golden-set.js";
import { TemporaryFolder } from "../support/package-folder.js";

interface Answer {
  readonly id: string;
  readonly intraOpThreads: number;
  readonly differences: readonly { readonly pixels: number; readonly confidence: number }[];
}

const folder = new TemporaryFolder();
const file = path.join(folder.path, "cases.json");
afterAll(() => folder.dispose());

const base64 = (array: ArrayBufferView) =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");

/** Both maps stored in full, in float32, and small. */
function isComparable({ logits, results }: GoldenSuccess): boolean {
  return (
    logits.dtype === "float32" &&
    results.every(({ segmentation_map: map, confidence }) => {
      const [height, width] = map.shape;
      return map.file !== undefined && confidence.stride === 1 && width * height < 100_000;
    })
  );
}

/** A third of the cases that agree with the reference, and every list. */
function chosenCases(): GoldenSuccess[] {
  return verdicts()
    .equal.filter((item) => isComparable(item))
    .filter((item, i) => i % 3 === 0 || item.inputs.length > 1);
}

/** Pixels near a tie or a threshold: another order of sums may decide them otherwise. */
function undecided({ ambiguity }: GoldenSuccess): number {
  return (ambiguity["top2_gap_lt_1e-4_px"] ?? 0) + (ambiguity["conf_near_threshold_1e-4_px"] ?? 0);
}

/** The case for the fixture: plain data with every array in base64. */
async function described(item: GoldenSuccess): Promise<object> {
  const images = (await sources(item)) as RawImage[];
  return {
    id: item.id,
    folder: goldenPath(item.package),
    load: loadOptions(item, mismatched(item)),
    infer: inferOptions(item),
    images: images.map((image) => ({ ...image, data: base64(image.data as Uint8Array) })),
    expected: await Promise.all(
      item.results.map(async (result) => ({
        ids: base64(await goldenMap(result)),
        confidence: base64(goldenConfidence(result).values),
      })),
    ),
  };
}

const cases = chosenCases();
beforeAll(async () => {
  fs.writeFileSync(file, JSON.stringify(await Promise.all(cases.map(described))));
});

test("the chosen cases are many, of many kinds, and lists too", () => {
  expect(cases.length).toBeGreaterThan(100);
  expect(new Set(cases.map(({ kind }) => kind)).size).toBeGreaterThan(15);
  expect(cases.some(({ inputs }) => inputs.length > 1)).toBe(true);
});

function checkAnswer(item: GoldenSuccess, answer: Answer | undefined, threads: number): void {
  const { intraOpThreads, differences = [] } = answer ?? {};
  const allowed = undecided(item);
  const wrong = differences.filter(({ pixels, confidence }) => pixels > allowed || !(confidence < 1e-4));
  expect({ id: item.id, intraOpThreads, wrong }).toEqual({ id: item.id, intraOpThreads: threads, wrong: [] });
  // The list has each picture twice.
  expect(differences.length).toBe(3 * item.inputs.length);
}

test.each([1, 4])(
  "four Workers get the stored maps with %i threads",
  async (threads) => {
    const end = await runFixture("golden-workers.mjs", [file, String(threads)], {
      nodeArguments: ["--no-warnings"],
      seconds: 240,
    });
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
    const found = lastJson<Answer[][]>(end);
    expect(found.length).toBe(4);
    for (const answers of found) {
      expect(answers.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
      for (const [i, item] of cases.entries()) checkAnswer(item, answers[i], threads);
    }
  },
  250_000,
);
