// What crosses between the worker thread and the exports: typed arrays, whose memory moves instead of being cloned.

import type { Ring } from "./ring.js";

/** Numbers of each region in `PolygonTask.numbers`. */
export const numbersARegion = 6;

/** The rings of all regions, one after the other. */
export interface TracedPolygons {
  /** x0, y0, x1, y1, … of every ring. */
  readonly points: Float64Array;
  /** How many numbers of `points` each ring has. */
  readonly ringSizes: Uint32Array;
  /** How many rings each region has: the outer one, then those of its holes. */
  readonly ringCounts: Uint32Array;
}

/** Packs the rings of every region. */
export function packRings(regions: readonly (readonly Ring[])[]): TracedPolygons {
  const rings = regions.flat();
  const ringSizes = Uint32Array.from(rings, (ring) => ring.length);
  const points = new Float64Array(ringSizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const ring of rings) {
    points.set(ring, at);
    at += ring.length;
  }
  return { points, ringSizes, ringCounts: Uint32Array.from(regions, (own) => own.length) };
}
