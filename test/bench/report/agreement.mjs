// Whether contenders do the same work: their maps are compared pixel by pixel.

/** Random weights leave some pixels near a tie; contenders that agree on less than this do different work. */
export const LEAST_AGREEMENT = 0.999;

/** Share of equal pixels of two maps; null where there is nothing to compare. */
export function agreement(a, b) {
  if (!a || !b || a.length !== b.length || a.length === 0) return null;
  let equal = 0;
  for (let i = 0; i < a.length; i += 1) if (a[i] === b[i]) equal += 1;
  return equal / a.length;
}
