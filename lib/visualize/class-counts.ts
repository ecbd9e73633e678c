// Counting a class map in native code.

import { native } from "../native.js";
import { mapOf } from "./map-bytes.js";
import type { CheckedMaps } from "./maps.js";

/** By class id. */
export interface ClassCounts {
  readonly pixels: Float64Array;
  /** Sums of their confidences; 0 without confidence. */
  readonly confidenceSums: Float64Array;
  /** Four each: first x, first y, and one beyond the last of both; 0 for a class without pixels. */
  readonly boxes: Int32Array;
  /** Empty where they were not asked for. */
  readonly components: Float64Array;
}

/**
 * Counts the map, and adds up the confidence where there is one; off the event loop.
 * @param connectivity 4 or 8: pixels of one component share a side, or a corner; 0: components are not counted.
 */
export async function countMap(
  maps: CheckedMaps,
  confidence?: Float32Array,
  connectivity: 0 | 4 | 8 = 0,
): Promise<ClassCounts> {
  const counts = await native().countClasses({
    ...mapOf(maps),
    confidence: confidence ?? none,
    hasConfidence: confidence !== undefined,
    idCount: maps.idCount,
    connectivity,
  });
  return {
    pixels: new Float64Array(counts.pixels),
    confidenceSums: new Float64Array(counts.confidenceSums),
    boxes: new Int32Array(counts.boxes),
    components: new Float64Array(counts.components),
  };
}

const none = new Float32Array(0);
