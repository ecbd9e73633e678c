// The job of the worker thread: regions in, polygons out.

import { joinHoles } from "./join-holes.js";
import { numbersARegion, packRings, type TracedPolygons } from "./packed.js";
import { simplifyRing } from "./simplify.js";
import { makeTracer } from "./trace.js";

/** Regions of a class map, as native code found them. */
export interface PolygonTask {
  /** Four a region: bounding box; then where its runs begin and end in `runs`. */
  readonly numbers: Float64Array;
  readonly runs: Uint32Array;
  /** Pixels. */
  readonly tolerance: number;
  /** One ring a region, its holes joined to the outer ring by cuts. */
  readonly joined: boolean;
}

/** Of every region: the outer ring, then those of its holes. */
export async function tracePolygons(task: PolygonTask): Promise<TracedPolygons> {
  const trace = await makeTracer();
  const { numbers, runs, tolerance, joined } = task;
  const regions = Array.from({ length: numbers.length / numbersARegion }, (_, i) => {
    const own = numbers.subarray(i * numbersARegion, (i + 1) * numbersARegion);
    const [x, y, width, height, begin, end] = own as unknown as Six;
    const exact = trace({ x, y, width, height, runs: runs.subarray(begin, end) });
    const rings = exact.map((ring) => simplifyRing(ring, tolerance));
    return joined ? [joinHoles(rings)] : rings;
  });
  return packRings(regions);
}

type Six = readonly [number, number, number, number, number, number];
