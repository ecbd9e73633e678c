// The nearest edge straight above the highest point of each ring of a polygon. Runs in the worker thread.

import { endsOf, pointOf, type Ring } from "./ring.js";

/** A place on an edge of a ring. */
export interface Place {
  readonly ring: number;
  /** From this point of the ring to the next. */
  readonly edge: number;
  /** Where along the edge, 0 to 1. */
  readonly along: number;
  readonly x: number;
  readonly y: number;
}

/** Highest points that lie one below the other. */
interface Column {
  readonly x: number;
  /** Their rings, from the top down. */
  readonly rings: readonly number[];
  readonly ys: Float64Array;
  /** For each the nearest edge that lies between it and the one above it. */
  readonly nearest: (Place | undefined)[];
}

/**
 * By ring: the nearest edge strictly above its highest point, of several as near the first; undefined for the outer ring
 * and where nothing lies above.
 *
 * Each edge is looked at once for every column it spans that has a highest point in it; what it is nearest to is found
 * there by bisection.
 * @param tops The highest point of each ring.
 */
export function placesAbove(rings: readonly Ring[], tops: readonly number[]): (Place | undefined)[] {
  const columns = columnsOf(rings, tops);
  const xs = Float64Array.from(columns, ({ x }) => x);
  for (const [r, ring] of rings.entries()) {
    for (let edge = 0; edge < ring.length / 2; edge++) {
      const [ax, ay, bx, by] = endsOf(ring, edge);
      // An upright edge is over no column.
      const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
      const end = firstOf(xs, (x) => x >= right);
      for (let c = firstOf(xs, (x) => x >= left); c < end; c++) {
        const { x, ys, nearest } = columns[c] as Column;
        const along = (x - ax) / (bx - ax);
        const y = ay + along * (by - ay);
        const below = firstOf(ys, (top) => top > y);
        if (below < ys.length && y > (nearest[below]?.y ?? Number.NEGATIVE_INFINITY))
          nearest[below] = { ring: r, edge, along, x, y };
      }
    }
  }
  return gather(rings.length, columns);
}

function columnsOf(rings: readonly Ring[], tops: readonly number[]): Column[] {
  const byX = new Map<number, { ring: number; y: number }[]>();
  for (let ring = 1; ring < rings.length; ring++) {
    const [x, y] = pointOf(rings[ring] as Ring, tops[ring] as number);
    const there = byX.get(x);
    if (there === undefined) byX.set(x, [{ ring, y }]);
    else there.push({ ring, y });
  }
  const sorted = [...byX].sort(([a], [b]) => a - b);
  return sorted.map(([x, there]) => {
    there.sort((a, b) => a.y - b.y);
    return {
      x,
      rings: there.map(({ ring }) => ring),
      ys: Float64Array.from(there, ({ y }) => y),
      nearest: there.map(() => undefined),
    };
  });
}

// Where no edge lies between a point and the one above it, the nearest to both is the same.
function gather(count: number, columns: readonly Column[]): (Place | undefined)[] {
  const places = new Array<Place | undefined>(count).fill(undefined);
  for (const { rings, nearest } of columns) {
    let last: Place | undefined;
    for (const [i, ring] of rings.entries()) {
      last = nearest[i] ?? last;
      places[ring] = last;
    }
  }
  return places;
}

/** Where, in sorted numbers, those begin that are far enough; their number where none is. */
function firstOf(sorted: Float64Array, isFarEnough: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFarEnough(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
