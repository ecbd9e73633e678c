// Numbers out of repeated runs: medians, quartiles, and ratios of what ran side by side.

/** @typedef {{ median: number, q1: number, q3: number, count: number }} Spread */

/** The value below which a share `at` of the sorted values lies, with a line between neighbours. */
export function quantile(values, at) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = at * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Middle value; the mean of the two middle ones for an even count. */
export const median = (values) => quantile(values, 0.5);

/**
 * Median and quartiles; null where there is nothing.
 *
 * @param {number[]} values
 * @returns {Spread | null}
 */
export function spread(values) {
  if (values.length === 0) return null;
  return {
    median: median(values),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
    count: values.length,
  };
}

/** Medians of every number in a list of `{ name: number }`. */
export function medians(records) {
  const names = Object.keys(records[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(records.map((record) => record[name]))]));
}

/**
 * Spread of `numerator / denominator` round by round: both ran within a second of each other, so that a slow
 * minute of the machine cancels out. Rounds in which one of them did not run do not count.
 *
 * @param {(number | null)[]} numerators one value a round
 * @param {(number | null)[]} denominators one value a round
 * @returns {Spread | null}
 */
export function pairedRatio(numerators, denominators) {
  const ratios = [];
  for (let round = 0; round < Math.min(numerators.length, denominators.length); round += 1) {
    const [above, below] = [numerators[round], denominators[round]];
    if (above !== null && below !== null && below > 0) ratios.push(above / below);
  }
  return spread(ratios);
}
