// Holes joined to their ring by cuts: one ring, which filled is the polygon with its holes; also of holes by the thousand.

import { type SegmentationMaps, toCOCO, toPolygons } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { joinHoles } from "../../dist/export/rings/join-holes.js";
import { placesAbove } from "../../dist/export/rings/place-above.js";
import { topOf } from "../../dist/export/rings/ring.js";
import { fillRings, mapsOf, maskOf, presentIds, randomMaps } from "../support/class-maps.js";
import { Random } from "../support/random.js";

type Ring = number[];

const square = (x: number, y: number, size: number): Ring => [
  x,
  y,
  x,
  y + size,
  x + size,
  y + size,
  x + size,
  y,
];

/** A map of class ids by place. */
function made(width: number, height: number, idAt: (x: number, y: number) => number): SegmentationMaps {
  const segmentationMap = Uint8Array.from({ length: width * height }, (_, i) =>
    idAt(i % width, Math.floor(i / width)),
  );
  return mapsOf([], { segmentationMap, width, height });
}

/** The polygons of each class, by COCO's file, filled: an array a class. */
async function filledClasses(maps: SegmentationMaps): Promise<Map<number, Uint8Array>> {
  const { annotations } = await toCOCO([{ maps, fileName: "x" }], { segmentation: "polygon" });
  return new Map(
    annotations.map(({ category_id, segmentation }) => {
      const mask = new Uint8Array(maps.width * maps.height);
      // As COCO's readers do: one ring after the other, what any of them covers.
      for (const ring of segmentation as Ring[])
        for (const [i, value] of fillRings([ring], maps.width, maps.height).entries()) mask[i] ||= value;
      return [category_id, mask] as const;
    }),
  );
}

describe("COCO's polygons, filled ring by ring, are the classes", () => {
  test.each<[string, SegmentationMaps]>([
    ["noise, regions in holes of regions", randomMaps(new Random(1), 120, 90)],
    ["3 000 holes one below the other", made(3, 6001, (x, y) => (x === 1 && y % 2 === 1 ? 0 : 1))],
    ["3 000 holes side by side under one edge", made(6001, 3, (x, y) => (y === 1 && x % 2 === 1 ? 0 : 1))],
    ["10 000 holes in rows and columns", made(201, 201, (x, y) => (x % 2 === 1 && y % 2 === 1 ? 0 : 1))],
    ["a stair of 700 holes", made(1402, 1402, (x, y) => (x === y && x % 2 === 1 ? 0 : 1))],
    [
      "150 frames, each in the hole of the one around it",
      made(300, 300, (x, y) => 1 + (Math.min(x, y, 299 - x, 299 - y) % 3)),
    ],
  ])("for %s", async (_, maps) => {
    const filled = await filledClasses(maps);
    expect([...filled.keys()]).toEqual(presentIds(maps));
    // Of arrays that differ, in a million places, no message is made.
    for (const [id, mask] of filled) expect(Buffer.compare(mask, maskOf(maps, id))).toBe(0);
  });
});

describe("holes joined to their ring", () => {
  test("fill as the polygon with holes does", async () => {
    for (const seed of [7, 8, 9]) {
      const maps = randomMaps(new Random(seed), 48, 40);
      const polygons = (await toPolygons(maps)).flatMap((one) => one.polygons);
      const withHoles = polygons.filter(({ holes }) => holes.length > 0);
      expect(withHoles.length).toBeGreaterThan(1);
      for (const { outer, holes } of withHoles) {
        const rings = [outer, ...holes].map((ring) => [...ring]);
        const joined = joinHoles(rings);
        expect(fillRings([joined], 48, 40)).toEqual(fillRings(rings, 48, 40));
        // In and out of every hole: two points where the cut begins, one more where it ends.
        expect(joined.length).toBe(rings.flat().length + 6 * holes.length);
      }
    }
  });

  test("are cut straight up, to a hole above where there is one", () => {
    const joined = joinHoles([square(0, 0, 9), square(2, 2, 2), square(3, 6, 1)]);
    for (let i = 0; i + 3 < joined.length; i += 2)
      expect(joined[i] === joined[i + 2] || joined[i + 1] === joined[i + 3]).toBe(true);
    // The lower hole hangs on the upper one's lower edge, not on the outer ring.
    expect(joined.join()).toContain("3,4,3,6");
  });

  test("hang one on the other, deeper than a thread's stack is", () => {
    const count = 200_000;
    const holes = Array.from({ length: count }, (_, i) => square(1, 2 * i + 1, 1));
    const joined = joinHoles([[0, 0, 0, 2 * count + 1, 3, 2 * count + 1, 3, 0], ...holes]);
    expect(joined).toHaveLength(8 + 14 * count);
    // Down into the first, whose lower edge leads to the second, and so on to the last; at the end out of the first.
    expect(joined.slice(6, 24).join()).toBe("3,0,1,0,1,1,1,2,1,2,1,3,1,4,1,4,1,5");
    expect(joined.slice(-6).join()).toBe("2,1,1,1,1,0");
    const mask = fillRings([joined], 3, 2 * count + 1);
    expect(mask.every((value, i) => value === (i % 3 === 1 && Math.floor(i / 3) % 2 === 1 ? 0 : 1))).toBe(
      true,
    );
  });

  test("hang on the outer ring's first point where nothing is above them", () => {
    // As simplified rings may lie: the hole reaches out of the ring.
    const joined = joinHoles([square(5, 5, 4), square(6, 2, 2)]);
    expect(joined).toEqual([5, 5, 5, 5, 6, 2, 6, 4, 8, 4, 8, 2, 6, 2, 5, 5, 5, 9, 9, 9, 9, 5]);
  });
});

describe("the edge above a hole", () => {
  test("is the nearest of all edges, slanted and crossing ones too, and the first of several as near", () => {
    const random = new Random(4);
    let [slanted, none] = [0, 0];
    for (let i = 0; i < 400; i++) {
      const rings = Array.from({ length: random.integer(2, 12) }, () =>
        Array.from({ length: 2 * random.integer(3, 8) }, () => random.integer(0, 14)),
      );
      const places = placesAbove(rings, rings.map(topOf));
      expect(places[0]).toBeUndefined();
      for (const [hole, place] of places.entries()) {
        if (hole === 0) continue;
        expect(place).toEqual(nearestOfAll(rings, hole));
        if (place === undefined) none++;
        else if (!Number.isInteger(place.y)) slanted++;
      }
    }
    expect(slanted).toBeGreaterThan(100);
    expect(none).toBeGreaterThan(100);
  });
});

// Every edge, one after the other.
function nearestOfAll(rings: readonly Ring[], hole: number) {
  const points = (rings[hole] as Ring).flatMap((x, i, all) => (i % 2 === 0 ? [[x, all[i + 1]]] : [])) as [
    number,
    number,
  ][];
  const [x, y] = points.toSorted((a, b) => a[1] - b[1] || a[0] - b[0])[0] as [number, number];
  let nearest: ReturnType<typeof placesAbove>[number];
  for (const [ring, own] of rings.entries()) {
    for (let edge = 0; edge < own.length / 2; edge++) {
      const at = (i: number) => own[i % own.length] as number;
      const [ax, ay, bx, by] = [at(2 * edge), at(2 * edge + 1), at(2 * edge + 2), at(2 * edge + 3)];
      if (ring === hole || x < Math.min(ax, bx) || x >= Math.max(ax, bx)) continue;
      const along = (x - ax) / (bx - ax);
      const height = ay + along * (by - ay);
      if (height < y && height > (nearest?.y ?? Number.NEGATIVE_INFINITY))
        nearest = { ring, edge, along, x, y: height };
    }
  }
  return nearest;
}
