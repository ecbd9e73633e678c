// A polygon with holes as one ring, for formats that know no holes: each hole is joined to what lies above it by a cut of
// no width, gone along once in each direction. Runs in the worker thread.

import type { Ring } from "./trace.js";

interface Cut {
  /** Where along the edge it begins, 0 to 1, and the place itself. */
  readonly along: number;
  readonly x: number;
  readonly y: number;
  readonly hole: number;
}

/** By ring and edge. */
type Cuts = Map<number, Cut[]>[];

/**
 * One ring around the outer ring and all holes. Cuts are upright, so that they cover no pixel's centre: COCO's readers
 * fill exactly what they fill without them.
 */
export function joinHoles(rings: readonly Ring[]): Ring {
  const [outer] = rings as [Ring];
  if (rings.length === 1) return outer;
  const cuts: Cuts = rings.map(() => new Map());
  const edges = edgesByColumn(rings);
  for (let hole = 1; hole < rings.length; hole++) addCut(rings, hole, edges, cuts);
  const joined: Ring = [];
  goAround(rings, cuts, 0, 0, joined);
  return joined;
}

/** Ring and edge, ring and edge, …, of the edges that are over each column of pixels. */
type Columns = Map<number, number[]>;

function edgesByColumn(rings: readonly Ring[]): Columns {
  const columns: Columns = new Map();
  for (const [r, ring] of rings.entries()) {
    for (let edge = 0; edge < ring.length / 2; edge++) {
      const [ax, , bx] = ends(ring, edge);
      for (let column = Math.floor(Math.min(ax, bx)); column < Math.max(ax, bx); column++) {
        const list = columns.get(column);
        if (list === undefined) columns.set(column, [r, edge]);
        else list.push(r, edge);
      }
    }
  }
  return columns;
}

// From the hole's highest point (of several the leftmost) straight up to the nearest edge. What lies there belongs to a
// ring that reaches higher, so following the cuts up ends at the outer ring.
function addCut(rings: readonly Ring[], hole: number, columns: Columns, cuts: Cuts): void {
  const ring = rings[hole] as Ring;
  const top = topOf(ring);
  const [x, y] = [ring[2 * top] as number, ring[2 * top + 1] as number];
  const candidates = columns.get(Math.floor(x)) ?? [];
  // Where nothing lies above (simplified rings may cross each other): the outer ring's first point.
  let best = { ring: 0, edge: 0, along: 0, y: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < candidates.length; i += 2) {
    const [r, edge] = [candidates[i], candidates[i + 1]] as [number, number];
    const [ax, ay, bx, by] = ends(rings[r] as Ring, edge);
    if (r === hole || x < Math.min(ax, bx) || x >= Math.max(ax, bx)) continue;
    const along = (x - ax) / (bx - ax);
    const height = ay + along * (by - ay);
    if (height < y && height > best.y) best = { ring: r, edge, along, y: height };
  }
  const [outerX = 0, outerY = 0] = rings[0] as Ring;
  const place = best.y === Number.NEGATIVE_INFINITY ? { x: outerX, y: outerY } : { x, y: best.y };
  const own = cuts[best.ring] as Map<number, Cut[]>;
  own.set(best.edge, [...(own.get(best.edge) ?? []), { along: best.along, ...place, hole }]);
}

function ends(ring: Ring, edge: number): [ax: number, ay: number, bx: number, by: number] {
  const [i, j] = [2 * edge, (2 * edge + 2) % ring.length];
  return [ring[i], ring[i + 1], ring[j], ring[j + 1]] as [number, number, number, number];
}

function topOf(ring: Ring): number {
  let top = 0;
  for (let i = 1; i < ring.length / 2; i++) {
    const [x, y] = [ring[2 * i] as number, ring[2 * i + 1] as number];
    const [topX, topY] = [ring[2 * top] as number, ring[2 * top + 1] as number];
    if (y < topY || (y === topY && x < topX)) top = i;
  }
  return top;
}

// Writes the ring from point `start` on, and at each cut what hangs on it.
function goAround(rings: readonly Ring[], cuts: Cuts, ring: number, start: number, to: Ring): void {
  const points = rings[ring] as Ring;
  const count = points.length / 2;
  for (let k = 0; k < count; k++) {
    const i = (start + k) % count;
    to.push(points[2 * i] as number, points[2 * i + 1] as number);
    const here = cuts[ring]?.get(i) ?? [];
    for (const { x, y, hole } of here.toSorted((a, b) => a.along - b.along)) {
      const [inner, top] = [rings[hole] as Ring, topOf(rings[hole] as Ring)];
      to.push(x, y);
      goAround(rings, cuts, hole, top, to);
      to.push(inner[2 * top] as number, inner[2 * top + 1] as number, x, y);
    }
  }
}
