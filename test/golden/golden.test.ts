// Every ONNX case of the golden set through the public API.

import { afterAll, describe, expect, test } from "vitest";
import { expectNothingInDriver } from "../support/driver-leaks.js";
import type { GoldenCase } from "../support/golden-set.js";
import { isDefaultVariant, onDoubles, variant } from "../support/subject/variant.js";
import { type Answers, onCpu, runCase } from "./calls.js";
import {
  compareGrayInput,
  compareMapsWithReference,
  compareStages,
  compareWithOracle,
  differsFromReference,
} from "./compare-case.js";
import { compareWithCpu } from "./compare-devices.js";
import { DeviationReport } from "./deviations.js";
import { answeredHere } from "./differences.js";
import { errorCodes } from "./error-codes.js";
import { leftOut, leftOutCounts, refusedInput, refusedKinds } from "./scope.js";
import { seenSharing } from "./together.js";
import { codeOf, isSuccess, mismatched, verdicts } from "./verdicts.js";

const { all, running, refused, otherwise, equal } = verdicts();
const report = new DeviationReport();
// Mutants and sanitizers bring an addon of their own; the report is about the one that is built here, as users have it.
afterAll(() => {
  if (process.env.DEEPLAB_RT_ADDON === undefined && isDefaultVariant()) report.write();
});

const levels = new Set<string>();
const devices = new Set<string>();
const wholeNetworks = new Set<string>();
const cutNetworks = new Set<string>();

const images = (item: GoldenCase, answers: Answers) =>
  answers.results.map((_, index) => ({ item, index, answers }));

describe("cases that agree with the reference", () => {
  test.each(equal.map((item) => [item.id, item] as const))("%s", async (_, item) => {
    const answers = await runCase(item, mismatched(item));
    expect(answers.results.length).toBe(item.results.length);
    expect(answers.classNames).toEqual(item.class_names);
    levels.add(answers.info.simd);
    devices.add(`${answers.info.backend} on ${answers.info.device}`);
    (answers.info.headCut.cut ? cutNetworks : wholeNetworks).add(item.package);
    for (const image of images(item, answers)) {
      const stages = compareStages(image, item);
      const maps = await compareMapsWithReference(image, item);
      await compareWithOracle(image);
      if (variant.gpu !== undefined && onDoubles())
        compareWithCpu(image, await onCpu(item, mismatched(item)));
      report.add(item.kind, { ...maps, ...stages });
    }
  });
});

describe("cases that are answered otherwise, or only here, agree with the oracle", () => {
  test.each(otherwise.map((item) => [item.id, item] as const))("%s", async (_, item) => {
    const answers = await runCase(item, mismatched(item));
    expect(answers.results.length).toBe(item.inputs.length);
    const gray = item.inputs.some(({ as }) => /gray2d|hw1|1hw/.test(as));
    for (const image of images(item, answers)) {
      if (isSuccess(item)) {
        compareStages(image, item);
        expect(await differsFromReference(image, item)).toBe(true);
      }
      if (gray) await compareGrayInput(image);
      await compareWithOracle(image);
      if (variant.gpu !== undefined && onDoubles())
        compareWithCpu(image, await onCpu(item, mismatched(item)));
    }
  });
});

describe("cases that are refused say why", () => {
  test.each(refused.map((item) => [item.id, codeOf(item) ?? "", item] as const))(
    "%s: %s",
    async (_, code, item) => {
      await expect(runCase(item)).rejects.toMatchObject({ name: "DeepLabError", code });
    },
  );

  test.each(running.filter(mismatched).map((item) => [item.id, item] as const))(
    "%s: PACKAGE_CLASS_MISMATCH unless it is allowed",
    async (_, item) => {
      await expect(runCase(item, false)).rejects.toMatchObject({ code: "PACKAGE_CLASS_MISMATCH" });
    },
  );
});

describe("no case vanishes", () => {
  test("each of the 486 cases agrees, is answered otherwise, is refused, or is left out for a reason", () => {
    expect(all.length).toBe(486);
    const counted = { equal: equal.length, otherwise: otherwise.length, refused: refused.length };
    expect(counted).toEqual({ equal: 339, otherwise: 20, refused: 119 });
    expect(all.length - running.length).toBe(8);
    expect(equal.length + otherwise.length + refused.length).toBe(running.length);
  });

  test("what is left out is what the list says", () => {
    const counts: Record<string, number> = {};
    for (const item of all) {
      const key = leftOut(item)?.key;
      if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toEqual(leftOutCounts);
  });

  test("each kind of input that is refused has as many cases as the list says", () => {
    for (const [as, { count }] of Object.entries(refusedKinds)) {
      expect({
        as,
        count: running.filter(({ inputs }) => inputs.some((one) => one.as === as)).length,
      }).toEqual({
        as,
        count,
      });
    }
  });

  test("what the reference refuses is refused or listed as answered here", () => {
    const errors = running
      .filter((item) => !isSuccess(item) && refusedInput(item) === undefined)
      .map(({ id }) => id);
    expect(errors.toSorted()).toEqual([...Object.keys(errorCodes), ...answeredHere].toSorted());
  });
});

// A run that was asked for one way through the product and took another would prove nothing.
describe("the run took the way that it was asked to take", () => {
  test("networks that end in an interpolation were cut, unless that was switched off", () => {
    // A run of some cases only, such as a mutant's, sees some of the packages.
    const packages = new Set(equal.map((item) => item.package)).size;
    if (cutNetworks.size + wholeNetworks.size < packages) return;
    // The first rounds its interpolation to half precision, the others end in a convolution.
    const whole = ["packages/fp16", "packages/rs-quarter", "packages/rs-quarter-crop"];
    if (variant.headCut === false) expect(cutNetworks.size).toBe(0);
    else expect([...wholeNetworks].toSorted()).toEqual(whole);
  });

  if (variant.gpu !== undefined) {
    test("every case was answered by a GPU, or its double", () => {
      expect([...devices]).toEqual([
        `${variant.gpu === "trt" ? "tensorrt" : "onnxruntime"} on ${variant.device ?? "cuda:0"}`,
      ]);
    });

    test("of all of them nothing is left in the double of the driver", expectNothingInDriver);
  }

  if (variant.simd !== undefined) {
    test(`every kernel ran at ${variant.simd}`, () => expect([...levels]).toEqual([variant.simd]));
  }

  if (variant.batching === true) {
    test("in every package that allows it, pictures of different calls shared a batch", () => {
      const possible = seenSharing().filter((seen) => seen.possible);
      expect(possible.length).toBe(147);
      expect(possible.filter((seen) => !seen.shared)).toEqual([]);
    });
  }

  if (variant.batching === false) {
    test("no two pictures of different calls shared a batch", () => {
      expect(seenSharing().length).toBe(149);
      for (const { package: name, batches, batchesApart } of seenSharing())
        expect(batches, name).toEqual(batchesApart);
    });
  }
});
