// Fewer points in a ring, none of them further from the new one than a tolerance. Runs in the worker thread.

import simplifyLine from "simplify-js";
import type { Ring } from "./ring.js";

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A ring of some of the points, by Douglas and Peucker: every point left out lies within `tolerance` pixels of it. Has
 * at least three points and an area, and runs the same way round: where a ring as small as that cannot be had, the
 * tolerance is halved until it can.
 */
export function simplifyRing(ring: Ring, tolerance: number): Ring {
  if (tolerance === 0) return ring;
  const points = pointsOf(ring);
  const sign = Math.sign(areaOf(points));
  // Below this nothing of a ring along pixel edges goes away.
  for (let allowed = tolerance; allowed > 0.01; allowed /= 2) {
    const simple = simplifyClosed(points, allowed);
    if (simple.length >= 3 && Math.sign(areaOf(simple)) === sign) return simple.flatMap(({ x, y }) => [x, y]);
  }
  return ring;
}

function pointsOf(ring: Ring): Point[] {
  return Array.from({ length: ring.length / 2 }, (_, i) => ({ x: ring[2 * i], y: ring[2 * i + 1] }) as Point);
}

// The library knows lines: the ring is cut where it begins and at the point furthest from there. It begins at a point
// that is an extreme of the whole, and so would be kept in any case.
function simplifyClosed(points: readonly Point[], tolerance: number): Point[] {
  const first = extreme(points, ({ x, y }) => -x - y / 1e6);
  const turned = [...points.slice(first), ...points.slice(0, first)];
  const [start] = turned as [Point];
  const half = extreme(turned, ({ x, y }) => (x - start.x) ** 2 + (y - start.y) ** 2);
  // The last argument: no thinning out beforehand, whose error would come on top.
  const there = simplifyLine(turned.slice(0, half + 1), tolerance, true);
  const back = simplifyLine([...turned.slice(half), start], tolerance, true);
  return [...there.slice(0, -1), ...back.slice(0, -1)];
}

function extreme(points: readonly Point[], measure: (point: Point) => number): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (const [i, point] of points.entries()) {
    const value = measure(point);
    if (value > most) [best, most] = [i, value];
  }
  return best;
}

// Twice the signed area.
function areaOf(points: readonly Point[]): number {
  let sum = 0;
  let before = points.at(-1) as Point;
  for (const point of points) {
    sum += before.x * point.y - point.x * before.y;
    before = point;
  }
  return sum;
}
