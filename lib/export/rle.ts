// COCO's run-length code: what pycocotools.mask reads and writes.

import { booleanOption, invalidOption, optionObject, signalOption } from "../checks.js";
import { callSite, fromNative } from "../errors.js";
import { type CheckedMaps, checkMaps, type SegmentationMaps } from "../visualize/maps.js";
import type { ClassChoice } from "./classes.js";
import { type Box, exportMasks, type Mask } from "./masks.js";
import { listOf, Turns } from "./turns.js";

/** Options of {@link toRLE}. */
export interface RleOptions {
  /** Which classes, by name or id. @default all but the background */
  readonly classes?: ClassChoice | undefined;
  /** Counts as COCO's text; false: as numbers. @default true */
  readonly compressed?: boolean | undefined;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A mask in COCO's run-length code, as pycocotools has it: columns from the left, each from its top down. */
export interface Rle<Counts extends string | number[] = string | number[]> {
  /** Height, then width. */
  readonly size: readonly [height: number, width: number];
  /** How many pixels are off, then on, then off, …; the first may be 0. As a text, or as numbers. */
  readonly counts: Counts;
}

/** The mask of one class. */
export interface ClassRle<Counts extends string | number[] = string | number[]> extends Rle<Counts> {
  /** Class id, the value in `segmentationMap`. */
  readonly classId: number;
  readonly name: string;
  /** Pixels of the class. */
  readonly area: number;
  /** Left, top, width, height of them all in pixels. */
  readonly bbox: Box;
}

/**
 * One mask a class, in order of the ids; classes without a pixel have none. Made in native code, off the event loop.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID; `signal.reason`
 */
export function toRLE(
  maps: SegmentationMaps,
  options?: RleOptions & { readonly compressed?: true | undefined },
): Promise<ClassRle<string>[]>;
export function toRLE(
  maps: SegmentationMaps,
  options: RleOptions & { readonly compressed: false },
): Promise<ClassRle<number[]>[]>;
export function toRLE(maps: SegmentationMaps, options?: RleOptions): Promise<ClassRle[]>;
export function toRLE(maps: SegmentationMaps, options: RleOptions = {}): Promise<ClassRle[]> {
  return fromNative(encode(maps, options), callSite(toRLE));
}

async function encode(given: SegmentationMaps, options: RleOptions): Promise<ClassRle[]> {
  const { classes, compressed, signal } = optionObject(options, "options of toRLE()", [
    "classes",
    "compressed",
    "signal",
  ]);
  const maps = checkMaps(given, "toRLE()");
  const asText = booleanOption(compressed, "compressed", true);
  const abort = signalOption(signal);
  const masks = await exportMasks({
    maps,
    where: "toRLE()",
    classes,
    format: asText ? "text" : "counts",
    byRegion: false,
    minArea: 0,
    wholePicture: false,
    scores: false,
    signal: abort,
  });
  const turns = new Turns(abort);
  const codes: ClassRle[] = [];
  for (const mask of masks) codes.push(await classRle(mask, maps, asText, turns));
  return codes;
}

async function classRle(
  mask: Mask,
  { width, height }: CheckedMaps,
  asText: boolean,
  turns: Turns,
): Promise<ClassRle> {
  const { classId, name, area, bbox, bytes } = mask;
  const counts = asText ? textOf(bytes) : await numbersOf(bytes, turns);
  return { classId, name, size: [height, width], counts, area, bbox };
}

/** The bytes of the format "text" as a text. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The bytes of the format "counts" as numbers. */
export function numbersOf(bytes: Uint8Array, turns: Turns): Promise<number[]> {
  return listOf(new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), turns);
}

/**
 * The mask of a run-length code of COCO's, compressed or not: one byte a pixel, row by row, 1 where it is on. Takes
 * about 1 ms a megapixel, at once.
 * @throws DeepLabError OPTION_INVALID where the counts do not make up the size, or that is above 2^30 pixels
 */
export function decodeRLE(rle: Rle): Uint8Array {
  const { size, counts } = Object(rle) as Partial<Rle>;
  if (!Array.isArray(size) || size.length !== 2 || !size.every(isSide)) {
    return invalidOption("size of the RLE", "[height, width] in whole pixels", size);
  }
  const [height, width] = size;
  const numbers = typeof counts === "string" ? countsOf(counts) : counts;
  const isList = Array.isArray(numbers) && numbers.every((count) => Number.isInteger(count) && count >= 0);
  const total = isList ? numbers.reduce((sum, count) => sum + count, 0) : -1;
  if (!isList || total !== width * height || total > mostPixels) {
    const expected = `COCO's counts of ${height}×${width} = ${width * height} pixels`;
    return invalidOption("counts of the RLE", expected, counts);
  }
  return paint(numbers, width, height);
}

const mostPixels = 2 ** 30;
const isSide = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;

function paint(counts: readonly number[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  let [place, on] = [0, false];
  for (const count of counts) {
    if (on) {
      for (let i = place; i < place + count; i++) mask[(i % height) * width + Math.floor(i / height)] = 1;
    }
    place += count;
    on = !on;
  }
  return mask;
}

// Five bits a character, lowest first; bit 5 says that more follow, bit 4 of the last is the sign. From the fourth count
// on it is the difference to the one two before.
function countsOf(text: string): number[] {
  const counts: number[] = [];
  for (let i = 0; i < text.length; ) {
    let [value, weight, digit] = [0, 1, 32];
    while (digit & 32) {
      digit = i < text.length ? text.charCodeAt(i++) - 48 : Number.NaN;
      if (!(digit >= 0 && digit < 64)) return [Number.NaN];
      value += (digit & 31) * weight;
      weight *= 32;
    }
    if (digit & 16) value -= weight;
    counts.push(counts.length > 2 ? value + (counts.at(-2) ?? 0) : value);
  }
  return counts;
}
