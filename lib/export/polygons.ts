// Classes as polygons with holes, along the edges of their pixels.

import { invalidOption, numberOption, optionObject, signalOption } from "../checks.js";
import { runJob } from "../convert/run-job.js";
import { callSite, DeepLabError, fromNative } from "../errors.js";
import { checkMaps, type SegmentationMaps } from "../visualize/maps.js";
import type { ClassChoice } from "./classes.js";
import { type Box, exportMasks, type Mask, type MaskTask } from "./masks.js";
import { numbersARegion, type TracedPolygons } from "./rings/packed.js";
import { listOf, Turns } from "./turns.js";

/** Options of {@link toPolygons}. */
export interface PolygonOptions {
  /** Which classes, by name or id. @default all but the background */
  readonly classes?: ClassChoice | undefined;
  /** How far, in pixels, a point that is left out may lie from the simplified ring. @default 0, exact */
  readonly tolerance?: number | undefined;
  /** Regions of fewer pixels are left out. Holes stay, however small. @default 0 */
  readonly minArea?: number | undefined;
  /** Ends the work, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One connected region: pixels of a class that touch along an edge. Rings are x0, y0, x1, y1, … in pixels of the map,
 * closed without repeating the first point; pixel (x, y) covers [x, x + 1) × [y, y + 1), so a single pixel is a square
 * of four points. Outer rings run counterclockwise as the picture is seen, holes the other way.
 */
export interface Polygon {
  readonly outer: readonly number[];
  readonly holes: readonly (readonly number[])[];
  /** Pixels of the region, whatever the tolerance. */
  readonly area: number;
  /** Left, top, width, height of the region in pixels. */
  readonly bbox: Box;
}

/** The polygons of one class. */
export interface ClassPolygons {
  /** Class id, the value in `segmentationMap`. */
  readonly classId: number;
  readonly name: string;
  /** Row by row, by their first pixels. */
  readonly polygons: readonly Polygon[];
}

/**
 * The polygons of every class, in order of the ids; classes without any are left out. With `tolerance` 0 filling them
 * gives back exactly the class map. With more, every point left out lies within `tolerance` of its ring, a ring has at
 * least three points, and rings may cross each other where regions are narrower than the tolerance. The work is done in
 * native code and a worker thread.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID; `signal.reason`
 */
export function toPolygons(maps: SegmentationMaps, options: PolygonOptions = {}): Promise<ClassPolygons[]> {
  return fromNative(trace(maps, options), callSite(toPolygons));
}

async function trace(given: SegmentationMaps, options: PolygonOptions): Promise<ClassPolygons[]> {
  const known = ["classes", "tolerance", "minArea", "signal"];
  const { classes, signal, ...numbers } = optionObject(options, "options of toPolygons()", known);
  const abort = signalOption(signal);
  const regions = await tracedRegions(
    {
      maps: checkMaps(given, "toPolygons()"),
      where: "toPolygons()",
      classes,
      byRegion: true,
      minArea: areaOption(numbers.minArea),
      wholePicture: false,
      scores: false,
      signal: abort,
    },
    { tolerance: toleranceOption(numbers.tolerance), joined: false },
  );
  return groupByClass(regions, new Turns(abort));
}

// They come class by class.
async function groupByClass(regions: readonly TracedRegion[], turns: Turns): Promise<ClassPolygons[]> {
  const classes: { classId: number; name: string; polygons: Polygon[] }[] = [];
  for (const { mask, rings } of regions) {
    if (turns.due) await turns.next();
    const { classId, name, area, bbox } = mask;
    if (classes.at(-1)?.classId !== classId) classes.push({ classId, name, polygons: [] });
    const [outer = [], ...holes] = rings;
    classes.at(-1)?.polygons.push({ outer, holes, area, bbox });
  }
  return classes;
}

/** A region and its rings: the outer one first. */
export interface TracedRegion {
  readonly mask: Mask;
  readonly rings: number[][];
}

/**
 * The option `tolerance`.
 * @param allowed Whether there is anything to simplify; else only 0 is taken.
 * @throws DeepLabError OPTION_INVALID
 */
export function toleranceOption(value: unknown, allowed = true): number {
  const tolerance = numberOption(value, "tolerance", 0, 1e6, 0);
  if (tolerance > 0 && !allowed)
    invalidOption("tolerance", 'left out without segmentation: "polygon"', value);
  return tolerance;
}

/**
 * The option `minArea`.
 * @param byRegion Whether regions are told apart; else only 0 is taken.
 * @param needs What tells them apart, for the message.
 * @throws DeepLabError OPTION_INVALID
 */
export function areaOption(value: unknown, byRegion = true, needs = ""): number {
  const area = Math.ceil(numberOption(value, "minArea", 0, Number.MAX_SAFE_INTEGER, 0));
  if (area > 0 && !byRegion) invalidOption("minArea", `left out without ${needs}`, value);
  return area;
}

/**
 * The regions and their rings; `joined`: each as one ring, holes and all.
 * @throws DeepLabError; `signal.reason`
 */
export async function tracedRegions(
  task: Omit<MaskTask, "format">,
  { tolerance, joined }: { readonly tolerance: number; readonly joined: boolean },
): Promise<TracedRegion[]> {
  const masks = await exportMasks({ ...task, format: "runs" });
  const [first] = masks;
  if (first === undefined) return [];
  const turns = new Turns(task.signal);
  const numbers = await placesOf(masks, turns);
  const runs = new Uint32Array(first.bytes.buffer);
  const traced = await runJob("polygons", { numbers, runs, tolerance, joined }, task.signal);
  return unpack(masks, traced, turns);
}

async function placesOf(masks: readonly Mask[], turns: Turns): Promise<Float64Array> {
  const numbers = new Float64Array(masks.length * numbersARegion);
  for (const [i, { bbox, bytes }] of masks.entries()) {
    if (turns.due) await turns.next();
    const [begin, end] = [bytes.byteOffset / 4, (bytes.byteOffset + bytes.byteLength) / 4];
    numbers.set([...bbox, begin, end], i * numbersARegion);
  }
  return numbers;
}

async function unpack(
  masks: readonly Mask[],
  { points, ringSizes, ringCounts }: TracedPolygons,
  turns: Turns,
): Promise<TracedRegion[]> {
  if (ringCounts.length !== masks.length)
    throw new DeepLabError("INTERNAL", "The worker thread traced another number of regions.");
  const regions: TracedRegion[] = [];
  let [ring, point] = [0, 0];
  for (const [i, mask] of masks.entries()) {
    const rings: number[][] = [];
    for (const last = ring + (ringCounts[i] as number); ring < last; ring++) {
      if (turns.due) await turns.next();
      const end = point + (ringSizes[ring] as number);
      rings.push(await listOf(points.subarray(point, end), turns));
      point = end;
    }
    regions.push({ mask, rings });
  }
  return regions;
}
