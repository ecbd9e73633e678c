// A polygon with holes as one ring, for formats that know no holes: each hole is joined to what lies above it by a cut of
// no width, gone along once in each direction. Runs in the worker thread.

import { type Place, placesAbove } from "./place-above.js";
import { pointOf, type Ring, topOf } from "./ring.js";

/** Leads from a place on a ring down to a hole's highest point. */
interface Cut extends Place {
  readonly hole: number;
  /** How many of the ring's points come before the place, going around it. */
  readonly after: number;
}

/**
 * One ring around the outer ring and all holes. Cuts are upright, so that they cover no pixel's centre: COCO's readers
 * fill exactly what they fill without them. Of a hole's highest points the leftmost is cut to, from the nearest edge
 * straight above.
 */
export function joinHoles(rings: readonly Ring[]): Ring {
  const [outer] = rings as [Ring];
  if (rings.length === 1) return outer;
  // Where each is begun to be gone around: the outer ring at its first point, holes where their cut ends.
  const starts = rings.map((ring, i) => (i === 0 ? 0 : topOf(ring)));
  return goAround(rings, starts, cutsOf(rings, starts));
}

// The cuts that begin on each ring, in the order in which it is gone around. What lies above a hole belongs to a ring
// that reaches higher, so following the cuts up ends at the outer ring.
function cutsOf(rings: readonly Ring[], starts: readonly number[]): Cut[][] {
  const cuts: Cut[][] = rings.map(() => []);
  const places = placesAbove(rings, starts);
  const [x, y] = pointOf(rings[0] as Ring, 0);
  // Where nothing lies above (simplified rings may cross each other): the outer ring's first point.
  const fallback: Place = { ring: 0, edge: 0, along: 0, x, y };
  for (let hole = 1; hole < rings.length; hole++) {
    const place = places[hole] ?? fallback;
    const [count, start] = [(rings[place.ring] as Ring).length / 2, starts[place.ring] as number];
    const after = 1 + ((place.edge - start + count) % count);
    cuts[place.ring]?.push({ ...place, hole, after });
  }
  for (const own of cuts) own.sort((a, b) => a.after - b.after || a.along - b.along);
  return cuts;
}

/** A ring that is being gone around. */
interface Walk {
  readonly points: Ring;
  readonly start: number;
  readonly cuts: readonly Cut[];
  /** What led here; undefined for the outer ring. */
  readonly from: Cut | undefined;
  /** How many points have been written, and cuts gone along. */
  written: number;
  gone: number;
}

// Writes every ring, and at each cut the hole that hangs on it. Thousands may hang one on the other: a stack of our own,
// not the thread's.
function goAround(rings: readonly Ring[], starts: readonly number[], cuts: readonly Cut[][]): Ring {
  const to: Ring = [];
  const begin = (ring: number, from?: Cut): Walk => {
    const [points, start, own] = [rings[ring], starts[ring], cuts[ring]] as [Ring, number, Cut[]];
    return { points, start, cuts: own, from, written: 0, gone: 0 };
  };
  const walks = [begin(0)];
  for (let walk = walks.at(-1); walk !== undefined; walk = walks.at(-1)) {
    const { points, start, from } = walk;
    const cut = walk.cuts[walk.gone];
    if (cut?.after === walk.written) {
      walk.gone++;
      to.push(cut.x, cut.y);
      walks.push(begin(cut.hole, cut));
    } else if (walk.written < points.length / 2) {
      to.push(...pointOf(points, (start + walk.written++) % (points.length / 2)));
    } else {
      walks.pop();
      if (from !== undefined) to.push(...pointOf(points, start), from.x, from.y);
    }
  }
  return to;
}
