// What every golden case must end in here: equal to the reference, answered otherwise, refused, or left out.

import { type GoldenCase, type GoldenSuccess, goldenCases } from "../support/golden-set.js";
import { answeredHere, classMismatch, otherMaps, refusedHere } from "./differences.js";
import { errorCodes } from "./error-codes.js";
import { leftOut, refusedInput } from "./scope.js";

/** The reference answers it. */
export const isSuccess = (item: GoldenCase): item is GoldenSuccess => item.expected_error === undefined;

/** The code of the error that the case must end in; undefined: it is answered. */
export const codeOf = (item: GoldenCase): string | undefined =>
  refusedHere[item.id] ?? errorCodes[item.id] ?? refusedInput(item)?.code;

/** Its network and names do not fit: run with `allowClassMismatch`. */
export const mismatched = (item: GoldenCase): boolean =>
  item.id === "classes-k-more-perclass" ||
  (isSuccess(item) && classMismatch(item.logits.shape[1] ?? 0, item.class_names.length));

export interface Verdicts {
  readonly all: readonly GoldenCase[];
  /** All but those left out. */
  readonly running: readonly GoldenCase[];
  readonly refused: readonly GoldenCase[];
  /** Answered otherwise than the reference, or only here. */
  readonly otherwise: readonly GoldenCase[];
  readonly equal: readonly GoldenSuccess[];
}

/** Sorts the whole set. */
export function verdicts(): Verdicts {
  const all = goldenCases();
  const running = all.filter((item) => leftOut(item) === undefined);
  const refused = running.filter((item) => codeOf(item) !== undefined);
  const otherwise = running.filter(({ id }) => [...answeredHere, ...otherMaps].includes(id));
  const equal = running
    .filter((item) => !refused.includes(item) && !otherwise.includes(item))
    .filter((item): item is GoldenSuccess => isSuccess(item));
  return { all, running, refused, otherwise, equal };
}
