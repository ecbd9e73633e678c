// Holds maps against the oracle: equal, but for pixels that another order of sums may decide otherwise.

import type { OracleMaps } from "./postprocess.js";

export interface ActualMaps {
  readonly width: number;
  readonly height: number;
  readonly segmentationMap: ArrayLike<number>;
  readonly confidence: ArrayLike<number>;
}

export interface Tolerance {
  /** Two probabilities, or a probability and its threshold, closer than this may go either way. */
  readonly ambiguity: number;
  readonly confidence: number;
}

export interface MapComparison {
  /** Pixels that differ although nothing allows it, in words; at most `maxListed`. */
  readonly violations: readonly string[];
  readonly violationCount: number;
  /** Pixels that differ and may. */
  readonly ambiguous: number;
  /** Largest difference of confidence where the class is the same. */
  readonly maxConfidenceError: number;
}

const maxListed = 5;

/** Compares every pixel. */
export function compareMaps(actual: ActualMaps, oracle: OracleMaps, tolerance: Tolerance): MapComparison {
  const size = `${oracle.width}x${oracle.height}`;
  if (actual.width !== oracle.width || actual.height !== oracle.height) {
    const violations = [`maps are ${actual.width}x${actual.height}, expected ${size}`];
    return { violations, violationCount: 1, ambiguous: 0, maxConfidenceError: 0 };
  }
  const violations: string[] = [];
  let violationCount = 0;
  let ambiguous = 0;
  let maxConfidenceError = 0;
  for (let i = 0; i < oracle.ids.length; i++) {
    const id = actual.segmentationMap[i] as number;
    const confidence = actual.confidence[i] as number;
    const error = Math.abs(confidence - (oracle.confidence[i] as number));
    if (id === oracle.ids[i] && error <= tolerance.confidence) {
      maxConfidenceError = Math.max(maxConfidenceError, error);
      continue;
    }
    const [x, y] = [i % oracle.width, Math.floor(i / oracle.width)];
    const outcomes = oracle.outcomes(x, y, tolerance.ambiguity);
    const fits = outcomes.some(
      (o) => o.id === id && Math.abs(o.confidence - confidence) <= tolerance.confidence,
    );
    if (fits) {
      ambiguous++;
      continue;
    }
    violationCount++;
    if (violations.length < maxListed) {
      const allowed = outcomes.map((o) => `${o.id} at ${o.confidence}`).join(" or ");
      violations.push(`(${x}, ${y}): class ${id} at ${confidence}, expected ${allowed}`);
    }
  }
  return { violations, violationCount, ambiguous, maxConfidenceError };
}

/** Compares a class map that came without its confidence: pixels, in words, that nothing allows; at most `maxListed`. */
export function compareIds(map: ArrayLike<number>, oracle: OracleMaps, ambiguity: number): string[] {
  if (map.length !== oracle.ids.length) {
    return [`the map has ${map.length} pixels, expected ${oracle.ids.length}`];
  }
  const violations: string[] = [];
  for (let i = 0; i < oracle.ids.length && violations.length < maxListed; i++) {
    const id = map[i] as number;
    if (id === oracle.ids[i]) continue;
    const [x, y] = [i % oracle.width, Math.floor(i / oracle.width)];
    const allowed = oracle.outcomes(x, y, ambiguity).map((outcome) => outcome.id);
    if (!allowed.includes(id)) violations.push(`(${x}, ${y}): class ${id}, expected ${allowed.join(" or ")}`);
  }
  return violations;
}
