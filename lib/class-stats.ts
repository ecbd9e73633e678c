// Counting the class map: how much of the picture each class covers, where, and how sure the network was.

import { abortable } from "./abort.js";
import { booleanOption, invalidOption, optionObject, signalOption } from "./checks.js";
import { callSite, fromNative } from "./errors.js";
import { whileReading } from "./result-memory.js";
import { type ClassCounts, countMap } from "./visualize/class-counts.js";
import { checkMaps, nameOfClass, type SegmentationMaps } from "./visualize/maps.js";
import { classColor, toHex } from "./visualize/palette.js";

/** Pixels `x` to `x + width - 1`, `y` to `y + height - 1`. */
export interface BoundingBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * One class in one result.
 * @typeParam Classes The model's class names.
 * @typeParam Mean A number, or null for maps without confidence.
 */
export interface ClassStats<Classes extends string = string, Mean extends number | null = number> {
  /** Class id, the value in `segmentationMap`. */
  readonly id: number;
  /** Its line in class_names.txt; `class N` for channels without a name. */
  readonly name: Classes;
  /** Pixels of the map that have this class. */
  readonly pixels: number;
  /** `pixels` divided by all pixels of the map, 0 to 1. */
  readonly share: number;
  /**
   * Mean of `confidence` over those pixels; 0 where there are none. Pixels below the threshold count as 0. Null for
   * maps without confidence.
   */
  readonly meanConfidence: Mean;
  /** The smallest box around all of them; null where there are none. */
  readonly boundingBox: BoundingBox | null;
  /** `#rrggbb` as in `overlay()`; null for the background, which is transparent. */
  readonly color: string | null;
  /** With `components: true`: how many connected regions they form. */
  readonly components?: number;
}

/** Options of {@link classStats}. */
export interface ClassStatsOptions {
  /** Whether connected regions are counted: a second pass, over the class map alone. @default false */
  readonly components?: boolean | undefined;
  /** Pixels are connected along their sides (4), or at their corners too (8). @default 8 */
  readonly connectivity?: 4 | 8 | undefined;
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One entry per class id, in order of the ids; one pass over the maps, in native code and off the event loop.
 * @param maps A result, its clone, or maps from elsewhere.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function classStats(
  maps: SegmentationMaps & { readonly confidence: Float32Array },
  options?: ClassStatsOptions,
): Promise<ClassStats[]>;
/** The same for maps that may be without confidence. */
export function classStats(
  maps: SegmentationMaps,
  options?: ClassStatsOptions,
): Promise<ClassStats<string, number | null>[]>;
export function classStats(
  maps: SegmentationMaps,
  options: ClassStatsOptions = {},
): Promise<ClassStats<string, number | null>[]> {
  const counting = whileReading(maps, "classStats()", () => count(maps, options));
  return fromNative(counting, callSite(classStats));
}

async function count(
  given: SegmentationMaps,
  options: ClassStatsOptions,
): Promise<ClassStats<string, number | null>[]> {
  const keys = ["components", "connectivity", "signal"];
  const { components, connectivity, signal } = optionObject(options, "options of classStats()", keys);
  const maps = checkMaps(given, "classStats()");
  const stop = signalOption(signal);
  const neighbours = connectivityOption(connectivity);
  const wanted = booleanOption(components, "components", false);
  stop?.throwIfAborted();
  const counting = countMap(maps, maps.confidence, wanted ? neighbours : 0);
  const counts = await abortable(counting, stop);
  const area = maps.width * maps.height;
  return Array.from(counts.pixels, (pixels, id) => ({
    id,
    name: nameOfClass(maps.classNames, id),
    pixels,
    share: pixels / area,
    meanConfidence: maps.confidence === undefined ? null : mean(counts, id),
    boundingBox: boxOf(counts, id),
    color: toHex(classColor(id, maps.backgroundClassId)),
    ...(wanted ? { components: counts.components[id] ?? 0 } : {}),
  }));
}

function connectivityOption(value: unknown): 4 | 8 {
  if (value === undefined) return 8;
  return value === 4 || value === 8 ? value : invalidOption("connectivity", "4 or 8", value);
}

function mean({ pixels, confidenceSums }: ClassCounts, id: number): number {
  const count = pixels[id] ?? 0;
  return count === 0 ? 0 : (confidenceSums[id] ?? 0) / count;
}

function boxOf({ boxes }: ClassCounts, id: number): BoundingBox | null {
  const [x = 0, y = 0, right = 0, bottom = 0] = boxes.subarray(id * 4, id * 4 + 4);
  return right === 0 ? null : { x, y, width: right - x, height: bottom - y };
}
