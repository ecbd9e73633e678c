// COCO's run-length codes: what pycocotools gave for the same masks, and plain loops.

import { readFileSync } from "node:fs";
import path from "node:path";
import { type ClassRle, decodeRLE, type Rle, toRLE } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { boxOf, mapsOf, maskOf, presentIds, randomMaps } from "../support/class-maps.js";
import { Random } from "../support/random.js";

interface Recorded {
  readonly name: string;
  readonly rows: readonly string[];
  readonly masks: readonly { classId: number; counts: string; area: number; bbox: number[] }[];
}

// Made by scripts/exports-check: what pycocotools itself encodes.
const fixture = path.join(import.meta.dirname, "..", "fixtures", "exports", "real-tools.json");
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: readonly Recorded[] };

// Down the columns, one pixel at a time.
function plainCounts(mask: Uint8Array, width: number, height: number): number[] {
  const counts = [0];
  let on = 0;
  for (let i = 0; i < mask.length; i++) {
    const value = mask[(i % height) * width + Math.floor(i / height)];
    if (value !== on) {
      counts.push(0);
      on = 1 - on;
    }
    counts.push((counts.pop() as number) + 1);
  }
  return counts;
}

describe("toRLE", () => {
  test.each(cases)("gives what pycocotools gives for $name", async ({ rows, masks }) => {
    const found = await toRLE(mapsOf(rows));
    const size = [rows.length, rows[0]?.length];
    expect(found.map(({ classId, counts, area, bbox }) => ({ classId, counts, area, bbox }))).toEqual(
      masks.map(({ classId, counts, area, bbox }) => ({ classId, counts, area, bbox })),
    );
    for (const entry of found) expect(entry.size).toEqual(size);
  });

  test.each([
    [1, 1, 4],
    [300, 5, 4],
    [513, 131, 4],
    [260, 20, 256],
    [260, 20, 700],
  ])("counts %i×%i pixels of %i ids as a plain loop does", async (width, height, ids) => {
    const maps = randomMaps(new Random(width + ids), width, height, ids);
    const found = await toRLE(maps, { compressed: false });
    expect(found.map(({ classId }) => classId)).toEqual(presentIds(maps));
    for (const { classId, name, counts, area, bbox } of found) {
      const mask = maskOf(maps, classId);
      expect(counts).toEqual(plainCounts(mask, width, height));
      expect({ area, bbox }).toEqual(boxOf(mask, width));
      expect(name).toBe(`class-${classId}`);
    }
  });

  test("exports the chosen classes, by name or id, the background too", async () => {
    const maps = mapsOf(["0123"]);
    const ids = (found: ClassRle[]) => found.map(({ classId }) => classId);
    expect(ids(await toRLE(maps))).toEqual([1, 2, 3]);
    expect(ids(await toRLE(maps, { classes: ["car", 0] }))).toEqual([0, 2]);
    expect(ids(await toRLE(maps, { classes: [] }))).toEqual([]);
    expect(ids(await toRLE({ ...maps, backgroundClassId: 2 }))).toEqual([0, 1, 3]);
  });

  test("takes a name that two classes have for both, and names ids without a name", async () => {
    const maps = mapsOf(["0123"], { classNames: ["background", "road", "road"], idCount: 4 });
    expect((await toRLE(maps, { classes: ["road"] })).map(({ classId }) => classId)).toEqual([1, 2]);
    expect((await toRLE(maps, { classes: [3] }))[0]?.name).toBe("class 3");
  });

  test("has read the map when it returns, unless its memory is shared", async () => {
    const maps = mapsOf(["0110"]);
    const promise = toRLE(maps, { compressed: false });
    maps.segmentationMap.fill(0);
    expect((await promise).map(({ counts }) => counts)).toEqual([[1, 2, 1]]);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set([0, 1, 1, 0]);
    expect(await toRLE({ ...maps, segmentationMap: shared })).toEqual(await toRLE(mapsOf(["0110"])));
  });

  test("reads a map at an odd place of its buffer", async () => {
    const bytes = Uint8Array.of(9, 9, 9, 0, 1, 1, 0);
    const maps = { ...mapsOf(["0110"]), segmentationMap: bytes.subarray(3) };
    expect(await toRLE(maps)).toEqual(await toRLE(mapsOf(["0110"])));
  });

  test.each([
    [{ classes: ["rode"] }, /classes\[0\].*name of a class.*received "rode"\. Did you mean "road"\?/],
    [{ classes: "road" }, /Expected classes to be a list/],
    [{ classes: [4] }, /an id from 0 to 3 but received 4/],
    [{ classes: [1.5] }, /an id from 0 to 3/],
    [{ classes: [null] }, /classes\[0\].*received null/],
    [{ compresed: true }, /Unknown key "compresed".*Did you mean "compressed"/],
    [{ compressed: "yes" }, /Expected compressed to be true or false/],
  ])("refuses the options %j", async (options, message) => {
    await expect(toRLE(mapsOf(["0123"]), options as never)).rejects.toThrow(message);
  });

  test("refuses maps whose array was transferred away", async () => {
    const maps = mapsOf(["0123"]);
    structuredClone(maps.segmentationMap, { transfer: [maps.segmentationMap.buffer as ArrayBuffer] });
    await expect(toRLE(maps)).rejects.toThrow(/transferred to another thread/);
  });

  test("ends with the signal's reason", async () => {
    const reason = new Error("enough");
    await expect(toRLE(mapsOf(["0123"]), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("decodeRLE", () => {
  test("gives back the masks of both kinds of counts", async () => {
    for (const [width, height] of [
      [1, 1],
      [40, 3],
      [3, 40],
      [120, 90],
    ] as const) {
      const maps = randomMaps(new Random(width), width, height);
      for (const compressed of [true, false]) {
        for (const rle of await toRLE(maps, { compressed })) {
          expect(decodeRLE(rle)).toEqual(maskOf(maps, rle.classId));
        }
      }
    }
  });

  test.each([
    [{ size: [2, 2], counts: [1, 2] }, /COCO's counts of 2×2 = 4 pixels/],
    [{ size: [2, 2], counts: [5, -1] }, /counts/],
    [{ size: [2, 2], counts: "4X" }, /counts/],
    [{ size: [2, 2], counts: "é" }, /counts/],
    [{ size: [2, 2], counts: undefined }, /counts/],
    [{ size: [2], counts: [2] }, /size of the RLE/],
    [{ size: [1.5, 2], counts: [3] }, /size of the RLE/],
    [{ size: [2 ** 20, 2 ** 20], counts: [2 ** 40] }, /counts/],
    [undefined, /size of the RLE/],
  ])("refuses %j", (rle, message) => {
    expect(() => decodeRLE(rle as unknown as Rle)).toThrow(message);
  });
});
