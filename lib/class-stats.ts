// Counting the class map: how much of the picture each class covers, and how sure the network was.

import { native } from "./native.js";
import { bytesOf } from "./visualize/map-bytes.js";
import { classColor, toHex } from "./visualize/palette.js";

/** One class in one result. */
export interface ClassStats {
  /** Class id, the value in `segmentationMap`. */
  readonly id: number;
  /** Its line in class_names.txt; `class N` for channels without a name. */
  readonly name: string;
  /** Pixels of the map that have this class. */
  readonly pixels: number;
  /** `pixels` divided by all pixels of the map, 0 to 1. */
  readonly share: number;
  /** Mean of `confidence` over those pixels; 0 where there are none. Pixels below the threshold count as 0. */
  readonly meanConfidence: number;
  /** `#rrggbb` as in `overlay()`; null for the background, which is transparent. */
  readonly color: string | null;
}

/** What {@link classStats} counts. */
export interface StatsSource {
  readonly map: Uint8Array | Uint16Array;
  readonly confidence: Float32Array;
  readonly classNames: readonly string[];
  readonly idCount: number;
  readonly backgroundClassId: number;
  /** The maps lie in memory that nobody can transfer away: native's own, or shared. Else they are copied first. */
  readonly ownMemory: boolean;
}

/** One entry per class id, in order of the ids; one pass over the maps, in native code and off the event loop. */
export async function classStats(source: StatsSource): Promise<ClassStats[]> {
  const { map, confidence, classNames, idCount, backgroundClassId, ownMemory } = source;
  const counts = await native().countClasses({
    map: bytesOf(map),
    idBytes: map.BYTES_PER_ELEMENT,
    confidence,
    idCount,
    borrow: ownMemory,
  });
  const sums = new Float64Array(counts.confidenceSums);
  return Array.from(new Float64Array(counts.pixels), (count, id) => ({
    id,
    name: classNames[id] ?? `class ${id}`,
    pixels: count,
    share: map.length === 0 ? 0 : count / map.length,
    meanConfidence: count === 0 ? 0 : (sums[id] ?? 0) / count,
    color: toHex(classColor(id, backgroundClassId)),
  }));
}
