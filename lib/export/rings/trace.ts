// From the runs of a connected region to its rings, by d3-contour. Runs in the worker thread.

import type { contours } from "d3-contour";
import type { Ring } from "./ring.js";

/** A connected region of a class map. */
export interface Region {
  /** Bounding box in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Row, first column and one beyond the last of each run of its pixels. */
  readonly runs: Uint32Array;
}

/** The outer ring of a region, then those of its holes: exactly along the edges of its pixels. */
export type Tracer = (region: Region) => Ring[];

/** Loads the library: it is an ES module. */
export async function makeTracer(): Promise<Tracer> {
  const d3 = await import("d3-contour");
  return (region) => trace(region, d3.contours);
}

// One region at a time: the library looks for the polygon of every hole among all polygons, and takes the first that
// holds it, which need not be the nearest. Here there is only one.
function trace({ x, y, width, height, runs }: Region, make: typeof contours): Ring[] {
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i + 2 < runs.length; i += 3) {
    const [row, begin, end] = runs.subarray(i, i + 3) as unknown as readonly [number, number, number];
    const start = (row - y) * width - x;
    pixels.fill(1, start + begin, start + end);
  }
  // A typed array will do: it is only read by index.
  const { coordinates } = make()
    .size([width, height])
    .smooth(false)
    .contour(pixels as unknown as number[], 1);
  if (coordinates.length !== 1) throw new Error(`a region has ${coordinates.length} outer rings`);
  return (coordinates[0] as unknown as Points[]).map((ring) => alongPixels(ring, x, y));
}

type Points = readonly (readonly [number, number])[];

// The library's rings go through the middles of pixel edges and cut the corners. Between the middle of an upright edge
// (its x is whole) and that of a level one (its y is) lies exactly one corner; between two of a kind lies none.
function alongPixels(points: Points, left: number, top: number): Ring {
  const ring: Ring = [];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]] as unknown as Points;
    const [a, b] = [from, to] as readonly [Points[number], Points[number]];
    const [upright, nextUpright] = [Number.isInteger(a[0]), Number.isInteger(b[0])];
    if (upright === nextUpright) continue;
    ring.push(left + (upright ? a[0] : b[0]), top + (upright ? b[1] : a[1]));
  }
  return ring;
}
