// Polygons: filled again they are the map; simplified they stay as near as was promised.

import { type ClassPolygons, type SegmentationMaps, toPolygons } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { boxOf, fillRings, floodRegions, mapsOf, randomMaps } from "../support/class-maps.js";
import { Random } from "../support/random.js";

type Ring = readonly number[];

function areaOf(ring: Ring): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    twice += (ring[i] as number) * (ring[j + 1] as number) - (ring[j] as number) * (ring[i + 1] as number);
  }
  return twice / 2;
}

const polygonsOf = (classes: readonly ClassPolygons[]) => classes.flatMap(({ polygons }) => polygons);

/** The class map that filling the polygons gives; each pixel is in one polygon at most. */
function filled(classes: readonly ClassPolygons[], { width, height }: SegmentationMaps): Uint8Array {
  const map = new Uint8Array(width * height);
  for (const { classId, polygons } of classes) {
    for (const { outer, holes } of polygons) {
      for (const [i, value] of fillRings([outer, ...holes], width, height).entries()) {
        if (value === 0) continue;
        expect(map[i]).toBe(0);
        map[i] = classId;
      }
    }
  }
  return map;
}

const hard: [string, string[]][] = [
  ["a single pixel", ["000", "010", "000"]],
  ["the whole map", ["11", "11"]],
  ["a hole", ["1111", "1001", "1111"]],
  ["a hole of another class", ["1111", "1221", "1111"]],
  ["two holes that touch at a corner", ["11111", "10111", "11011", "11111"]],
  ["an island in a hole", ["11111", "10001", "10101", "10001", "11111"]],
  ["diagonals", ["1010", "0101", "1010"]],
  ["a ring that touches itself", ["0110", "1001", "1010", "1110"]],
  ["borders", ["1221", "0000", "1331"]],
  ["a line", ["0110111"]],
];

describe("polygons without tolerance", () => {
  test.each(hard)("give back %s", async (_, rows) => {
    const maps = mapsOf(rows);
    expect(filled(await toPolygons(maps), maps)).toEqual(maps.segmentationMap);
  });

  test("give back random maps, one polygon a region, with its pixels and box", async () => {
    for (const [seed, width, height] of [
      [1, 33, 20],
      [2, 50, 60],
      [3, 1, 40],
    ] as const) {
      const maps = randomMaps(new Random(seed), width, height);
      const classes = await toPolygons(maps);
      expect(filled(classes, maps)).toEqual(maps.segmentationMap);
      const regions = floodRegions(maps);
      const foreground = new Set([...regions].filter((_, i) => maps.segmentationMap[i] !== 0));
      expect(polygonsOf(classes)).toHaveLength(foreground.size);
      for (const { outer, holes, area, bbox } of polygonsOf(classes)) {
        expect({ area, bbox }).toEqual(boxOf(fillRings([outer, ...holes], width, height), width));
        // Edges of pixels: whole numbers, and the polygon's own area is that of its pixels.
        expect([outer, ...holes].flat().every(Number.isInteger)).toBe(true);
        expect(-[outer, ...holes].reduce((sum, ring) => sum + areaOf(ring), 0)).toBe(area);
      }
    }
  });

  test("are the corners of pixels, counterclockwise outside and clockwise around holes", async () => {
    const [road] = await toPolygons(mapsOf(["000000", "011100", "010100", "011100"]));
    expect(road).toMatchObject({ classId: 1, name: "road", polygons: [{ area: 8, bbox: [1, 1, 3, 3] }] });
    const [polygon] = polygonsOf([road as ClassPolygons]);
    expect(polygon?.outer).toEqual([4, 1, 1, 1, 1, 4, 4, 4]);
    expect(polygon?.holes).toEqual([[2, 3, 2, 2, 3, 2, 3, 3]]);
  });

  test("leave out regions of fewer pixels than minArea, and classes that are not chosen", async () => {
    const maps = mapsOf(["1100", "0002", "1022"]);
    const areas = (classes: ClassPolygons[]) => polygonsOf(classes).map(({ area }) => area);
    expect(areas(await toPolygons(maps))).toEqual([2, 1, 3]);
    expect(areas(await toPolygons(maps, { minArea: 2 }))).toEqual([2, 3]);
    expect(areas(await toPolygons(maps, { classes: ["car"] }))).toEqual([3]);
    expect(await toPolygons(maps, { minArea: 4 })).toEqual([]);
  });
});

describe("polygons with a tolerance", () => {
  test.each([0.5, 1, 2.5, 10, 1000])(
    "of %d px leave no corner further away, and rings stay rings",
    async (tolerance) => {
      for (const seed of [5, 6]) {
        const maps = randomMaps(new Random(seed), 60, 45);
        const exact = polygonsOf(await toPolygons(maps));
        const simple = polygonsOf(await toPolygons(maps, { tolerance }));
        expect(simple.length).toBe(exact.length);
        for (const [i, polygon] of simple.entries()) {
          const { outer, holes, area, bbox } = exact[i] as (typeof exact)[number];
          expect([polygon.area, polygon.bbox]).toEqual([area, bbox]);
          expect(polygon.holes.length).toBe(holes.length);
          for (const [r, ring] of [outer, ...holes].entries()) {
            expectNear(ring, [polygon.outer, ...polygon.holes][r] as Ring, tolerance);
          }
        }
        const count = (polygons: typeof exact) =>
          polygons.flatMap(({ outer, holes }) => [outer, ...holes].flat()).length;
        if (tolerance >= 1) expect(count(simple)).toBeLessThan(count(exact));
      }
    },
  );

  test("simplify a comb of 11 000 teeth, deeper than a thread's usual stack is", async () => {
    const [width, height] = [4, 22_001];
    const segmentationMap = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      segmentationMap.fill(1, y * width, y * width + (y % 2 === 0 ? width : 1));
    const maps = mapsOf([], { segmentationMap, width, height });
    const [comb] = polygonsOf(await toPolygons(maps, { tolerance: 1 }));
    // Teeth are longer than the tolerance: of each a point at its tip stays, and one between it and the next.
    expect(comb?.outer.length).toBeGreaterThanOrEqual(2 * 2 * 11_000);
  });

  test.each([-1, Number.NaN, "1"])("of %s is refused", async (tolerance) => {
    await expect(toPolygons(mapsOf(["1"]), { tolerance: tolerance as number })).rejects.toThrow(/tolerance/);
  });
});

function expectNear(exact: Ring, simple: Ring, tolerance: number): void {
  const points = new Set(pointsOf(simple).map(String));
  expect(points.size).toBeGreaterThanOrEqual(3);
  expect(Math.sign(areaOf(simple))).toBe(Math.sign(areaOf(exact)));
  const known = new Set(pointsOf(exact).map(String));
  expect([...points].every((point) => known.has(point))).toBe(true);
  const worst = Math.max(...pointsOf(exact).map((point) => distance(point, simple)));
  expect(worst).toBeLessThanOrEqual(tolerance + 1e-9);
}

type Point = readonly [number, number];

function pointsOf(ring: Ring): Point[] {
  return Array.from(
    { length: ring.length / 2 },
    (_, i) => [ring[2 * i], ring[2 * i + 1]] as unknown as Point,
  );
}

function distance([x, y]: Point, ring: Ring): number {
  const points = pointsOf(ring);
  return Math.min(
    ...points.map(([ax, ay], i) => {
      const [bx, by] = points[(i + 1) % points.length] as Point;
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const t =
        length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
    }),
  );
}

describe("the work", () => {
  test("ends with the signal's reason", async () => {
    const random = new Random(1);
    const width = 700;
    const maps = randomMaps(random, width, width, 3);
    const controller = new AbortController();
    const work = toPolygons(maps, { signal: controller.signal });
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 30);
    await expect(work).rejects.toBe(reason);
  });
});
