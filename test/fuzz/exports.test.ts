// Run lengths and polygons: what is exported, read back, is the map; and what claims to be run lengths is decoded or refused.

import { decodeRLE, type Rle, type SegmentationMaps, toPolygons, toRLE } from "deeplab-rt";
import fc from "fast-check";
import { expect } from "vitest";
import { fillRings, maskOf, presentIds } from "../support/class-maps.js";
import { fuzz } from "./harness.js";
import { anything, mostly } from "./values.js";

const classNames = ["background", "red", "green", "blue"];

/** Maps of noise, of stripes and of single classes: `share` is how often a pixel differs from the one before it. */
const maps: fc.Arbitrary<SegmentationMaps> = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    share: fc.constantFrom(0, 0.02, 0.2, 1),
    wide: fc.boolean(),
  })
  .chain(({ width, height, share, wide }) => {
    const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 3 })), {
      minLength: width * height,
      maxLength: width * height,
    });
    return changes.map((list) => {
      let id = list[0]?.[1] ?? 0;
      const ids = list.map(([chance, next]) => {
        if (chance < share) id = next;
        return id;
      });
      const segmentationMap = wide ? Uint16Array.from(ids) : Uint8Array.from(ids);
      return { segmentationMap, width, height, classNames, backgroundClassId: 0 };
    });
  });

fuzz({
  name: "run lengths of any map, decoded, are its classes",
  key: "rle",
  inputs: fc.tuple(maps, fc.boolean()),
  holds: async ([map, compressed], outcomes) => {
    const classes = await outcomes.of(() => toRLE(map, { compressed } as { compressed: true }));
    expect(classes?.map(({ classId }) => classId)).toEqual(presentIds(map));
    for (const one of classes ?? []) expect(decodeRLE(one)).toEqual(maskOf(map, one.classId));
  },
  smokeRuns: 300,
  meets: ["ok"],
});

const sizes = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }));
const claimed = fc.record({
  size: mostly(fc.oneof(sizes, fc.tuple(fc.integer(), fc.integer()), fc.array(fc.nat(), { maxLength: 4 }))),
  counts: mostly(
    fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 30 }),
      fc.string({ unit: "binary", maxLength: 10 }),
      fc.array(fc.integer({ min: -1, max: 200 }), { maxLength: 10 }),
      fc.array(fc.oneof(fc.double(), fc.maxSafeInteger()), { maxLength: 5 }),
    ),
  ),
});
// Right but for one character or number.
const nearly = fc
  .tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.nat({ max: 30 })),
    fc.boolean(),
  )
  .map(([height, width, runs, whole]) => {
    const counts: number[] = [];
    let left = height * width;
    for (const run of runs) {
      counts.push(Math.min(run, left));
      left -= counts.at(-1) ?? 0;
    }
    if (whole) counts.push(left);
    return { size: [height, width], counts };
  });

fuzz({
  name: "whatever claims to be run lengths is decoded at its size or refused by name",
  key: "rle-decoding",
  inputs: fc.oneof(
    { weight: 6, arbitrary: claimed },
    { weight: 3, arbitrary: nearly },
    { weight: 1, arbitrary: anything() },
  ),
  holds: async (input, outcomes) => {
    const mask = await outcomes.of(() => decodeRLE(input as Rle));
    if (mask === undefined) return;
    const [height, width] = (input as Rle).size;
    expect(mask.length).toBe(height * width);
    expect(mask.every((value) => value === 0 || value === 1)).toBe(true);
  },
  smokeRuns: 3000,
  meets: ["ok", "OPTION_INVALID"],
});

fuzz({
  name: "polygons of any map, filled again, are the map",
  key: "polygons",
  inputs: maps,
  holds: async (map, outcomes) => {
    const { segmentationMap, width, height } = map;
    const found = new Uint8Array(width * height);
    for (const { classId, polygons } of (await outcomes.of(() => toPolygons(map))) ?? []) {
      for (const { outer, holes } of polygons) {
        for (const [i, value] of fillRings([outer, ...holes], width, height).entries())
          if (value !== 0) found[i] = classId;
      }
    }
    expect(found).toEqual(Uint8Array.from(segmentationMap));
  },
  smokeRuns: 40, // each starts a worker thread
  meets: ["ok"],
});
