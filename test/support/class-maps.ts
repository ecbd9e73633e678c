// Class maps for tests of exports, and plain loops that say what they hold.

import type { SegmentationMaps } from "deeplab-rt";
import type { Random } from "./random.js";

export type Ids = Uint8Array | Uint16Array;

/** Maps from rows of digits, one a pixel. */
export function mapsOf(rows: readonly string[], more: Partial<SegmentationMaps> = {}): SegmentationMaps {
  return {
    segmentationMap: Uint8Array.from(rows.join(""), Number),
    width: rows[0]?.length ?? 0,
    height: rows.length,
    classNames: ["background", "road", "car", "tree"],
    backgroundClassId: 0,
    ...more,
  };
}

/** Regions, and noise between them. */
export function randomMaps(random: Random, width: number, height: number, ids = 4): SegmentationMaps {
  const map = ids > 256 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  for (let box = 0; box < 8; box++) {
    const [id, left, top] = [random.integer(0, ids - 1), random.integer(0, width), random.integer(0, height)];
    const [right, bottom] = [left + random.integer(1, width), top + random.integer(1, height)];
    for (let y = top; y < Math.min(bottom, height); y++) {
      map.fill(id, y * width + left, y * width + Math.min(right, width));
    }
  }
  for (let i = 0; i < map.length; i++) if (random.chance(0.2)) map[i] = random.integer(0, ids - 1);
  const classNames = Array.from({ length: ids }, (_, id) => (id === 0 ? "background" : `class-${id}`));
  return { segmentationMap: map, width, height, classNames, backgroundClassId: 0 };
}

/** One byte a pixel: 1 where the map has the class. */
export function maskOf({ segmentationMap }: SegmentationMaps, id: number): Uint8Array {
  return Uint8Array.from(segmentationMap, (value) => (value === id ? 1 : 0));
}

/** Ids that are there, without the background, in order. */
export function presentIds({ segmentationMap, backgroundClassId }: SegmentationMaps): number[] {
  return [...new Set<number>(segmentationMap)].filter((id) => id !== backgroundClassId).sort((a, b) => a - b);
}

/** A number for every pixel: that of its connected region (over edges), from 1. */
export function floodRegions({ segmentationMap: map, width, height }: SegmentationMaps): Int32Array {
  const numbers = new Int32Array(map.length);
  let last = 0;
  for (let first = 0; first < map.length; first++) {
    if (numbers[first] !== 0) continue;
    const todo = [first];
    numbers[first] = ++last;
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const around = [
        x > 0 && at - 1,
        x + 1 < width && at + 1,
        y > 0 && at - width,
        y + 1 < height && at + width,
      ];
      for (const to of around) {
        if (to === false || numbers[to] !== 0 || map[to] !== map[at]) continue;
        numbers[to] = last;
        todo.push(to);
      }
    }
  }
  return numbers;
}

/** Pixels, and their bounding box. */
export function boxOf(mask: Uint8Array, width: number): { area: number; bbox: number[] } {
  let [left, top, right, bottom, area] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const [i, value] of mask.entries()) {
    if (value === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x + 1),
      Math.max(bottom, y + 1),
    ];
    area++;
  }
  return { area, bbox: [left, top, right - left, bottom - top] };
}

/**
 * Fills rings by the even-odd rule at pixel centres: a pixel is in where a line from its centre to the left crosses them
 * an odd number of times.
 */
export function fillRings(rings: readonly (readonly number[])[], width: number, height: number): Uint8Array {
  // 1 where from this pixel on, to the right, in and out change places.
  const mask = new Uint8Array(width * height);
  for (const ring of rings) flipCrossings(ring, mask, width, height);
  for (let i = 0; i < mask.length; i++)
    if (i % width > 0) mask[i] = (mask[i] as number) ^ (mask[i - 1] as number);
  return mask;
}

function flipCrossings(ring: readonly number[], mask: Uint8Array, width: number, height: number): void {
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[j], ring[j + 1]] as [number, number, number, number];
    const bottom = Math.min(height, Math.max(ay, by) - 0.5);
    for (let y = Math.max(0, Math.ceil(Math.min(ay, by) - 0.5)); y < bottom; y++) {
      const crossing = ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax);
      const x = Math.max(0, Math.ceil(crossing - 0.5));
      if (x < width) mask[y * width + x] = (mask[y * width + x] as number) ^ 1;
    }
  }
}
