// COCO's file: entries, places and refusals. (That COCO's own readers fill what the maps hold: scripts/exports-check.)

import { type CocoItem, decodeRLE, type Rle, toCOCO } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import {
  boxOf,
  fillRings,
  floodRegions,
  mapsOf,
  maskOf,
  presentIds,
  randomMaps,
} from "../support/class-maps.js";
import { Random } from "../support/random.js";

const rows = ["1102", "0002", "1022"];
const item = (more: object = {}): CocoItem => ({ maps: mapsOf(rows), fileName: "a.png", ...more });

describe("toCOCO", () => {
  test("has an image an item, a category a class and an annotation a class with pixels", async () => {
    const file = await toCOCO([item(), item({ fileName: "b/c.png", id: 7 }), item({ fileName: "d.png" })]);
    expect(file.images).toEqual([
      { id: 1, width: 4, height: 3, file_name: "a.png" },
      { id: 7, width: 4, height: 3, file_name: "b/c.png" },
      { id: 8, width: 4, height: 3, file_name: "d.png" },
    ]);
    for (const fileName of ["2026-11-24 12:30:05.jpg", '\\*?"<>|', "a\nb", " a /.b.", "..."]) {
      const { images } = await toCOCO([item({ fileName })]);
      expect(images).toMatchObject([{ file_name: fileName }]);
    }
    expect(file.categories).toEqual([
      { id: 1, name: "road" },
      { id: 2, name: "car" },
      { id: 3, name: "tree" },
    ]);
    expect(
      file.annotations.map((entry) => [entry.id, entry.image_id, entry.category_id, entry.iscrowd]),
    ).toEqual([
      [1, 1, 1, 1],
      [2, 1, 2, 1],
      [3, 7, 1, 1],
      [4, 7, 2, 1],
      [5, 8, 1, 1],
      [6, 8, 2, 1],
    ]);
    expect(file.annotations[0]).toMatchObject({ area: 3, bbox: [0, 0, 2, 3] });
    expect(JSON.parse(JSON.stringify(file))).toEqual(file);
  });

  test.each([
    ["rle", false],
    ["rle", true],
    ["polygon", false],
    ["polygon", true],
  ] as const)(
    "as %s, a region each: %s, covers exactly the classes, with their areas and boxes",
    async (segmentation, perComponent) => {
      const maps = randomMaps(new Random(11), 50, 40);
      const { annotations } = await toCOCO([{ maps, fileName: "x" }], { segmentation, perComponent });
      const regions = floodRegions(maps);
      const seen = new Uint8Array(maps.segmentationMap.length);
      for (const { segmentation: found, area, bbox, category_id, iscrowd } of annotations) {
        const polygons = Array.isArray(found) ? (found as number[][]) : undefined;
        expect(iscrowd).toBe(polygons === undefined ? 1 : 0);
        const mask = polygons === undefined ? decodeRLE(found as Rle) : union(polygons, 50, 40);
        expect({ area, bbox }).toEqual(boxOf(mask, 50));
        const numbers = new Set([...regions].filter((_, i) => mask[i] === 1));
        if (perComponent) expect(numbers.size).toBe(1);
        else expect(mask).toEqual(maskOf(maps, category_id));
        for (const [i, value] of mask.entries()) if (value === 1) seen[i] = (seen[i] as number) + category_id;
      }
      expect(seen).toEqual(maps.segmentationMap);
      if (!perComponent) expect(annotations).toHaveLength(presentIds(maps).length);
    },
  );

  test("lies at the top left of the picture where the maps are of a crop", async () => {
    const maps = mapsOf(["11", "11"], { imageMetadata: { sourceWidth: 3, sourceHeight: 4 } });
    const { images, annotations } = await toCOCO([{ maps, fileName: "x" }], { compressed: false });
    expect(images[0]).toMatchObject({ width: 3, height: 4 });
    expect(annotations[0]?.segmentation).toEqual({ size: [4, 3], counts: [0, 2, 2, 2, 6] });
  });

  test("takes categories of the caller by name, and says which class has none", async () => {
    const categories = [
      { id: 70, name: "car", supercategory: "vehicle" },
      { id: 3, name: "road" },
    ];
    const file = await toCOCO([item()], { categories });
    expect(file.categories).toEqual(categories);
    expect(file.annotations.map(({ category_id }) => category_id)).toEqual([3, 70]);
    const [car] = categories;
    const alone = { categories: [car as { id: number; name: string }] };
    await expect(toCOCO([item()], alone)).rejects.toThrow(/Class "road" has pixels, but .* no category/);
    expect((await toCOCO([item()], { ...alone, classes: ["car"] })).annotations).toHaveLength(1);
  });

  test("carries the mean confidence of each annotation's pixels as its score", async () => {
    const confidence = Float32Array.from({ length: 12 }, (_, i) => i / 16);
    const maps = mapsOf(rows, { confidence });
    const scores = async (options: object) =>
      (await toCOCO([{ maps, fileName: "x" }], { ...options, scores: true })).annotations.map(
        ({ score }) => score,
      );
    const road = (0 + 1 + 8) / 16 / 3;
    const car = (3 + 7 + 10 + 11) / 16 / 4;
    expect(await scores({})).toEqual([road, car]);
    expect(await scores({ segmentation: "polygon" })).toEqual([road, car]);
    expect(await scores({ perComponent: true })).toEqual([0.5 / 16, 8 / 16, car]);
    await expect(toCOCO([item()], { scores: true })).rejects.toThrow(/needs maps with confidence/);
  });

  test("reads an async iteration one item at a time, and passes on what it throws", async () => {
    const failure = new Error("camera gone");
    async function* items(count: number) {
      for (let i = 0; i < count; i++) yield item({ fileName: `${i}.png` });
      if (count > 2) throw failure;
    }
    expect((await toCOCO(items(2))).images).toHaveLength(2);
    await expect(toCOCO(items(3))).rejects.toBe(failure);
    expect(await toCOCO([])).toEqual({ images: [], annotations: [], categories: [] });
  });

  test("refuses ids that no class has", async () => {
    const maps = mapsOf(["07"]);
    await expect(toCOCO([{ maps, fileName: "x" }])).rejects.toThrow(
      /class id 7, which is beyond the classes/,
    );
  });

  test.each([
    [[item(), item()], {}, /same file name.*"a.png"/],
    [[item(), item({ fileName: "b", id: 1 })], {}, /same id.*received 1/],
    [[item({ fileName: "../a.png" })], {}, /fileName/],
    [[item({ fileName: "/a.png" })], {}, /fileName/],
    [[item({ fileName: "a/../b" })], {}, /fileName/],
    [[item({ fileName: "./b" })], {}, /fileName/],
    [[item({ fileName: "a//b" })], {}, /fileName/],
    [[item({ fileName: "" })], {}, /fileName/],
    [[item({ fileName: undefined })], {}, /fileName/],
    [[item(), item({ fileName: "b", maps: mapsOf(rows, { classNames: ["x"] }) })], {}, /same classes/],
    [[item({ file_name: "a" })], {}, /Unknown key "file_name".*fileName/],
    [7, {}, /items for toCOCO/],
    [[item()], { minArea: 3 }, /minArea/],
    [[item()], { tolerance: 1 }, /tolerance/],
    [[item()], { segmentation: "polygons" }, /Did you mean "polygon"/],
    [[item()], { iscrowd: 2 }, /iscrowd/],
    [
      [item()],
      {
        categories: [
          { id: 1, name: "a" },
          { id: 1, name: "b" },
        ],
      },
      /every id and name/,
    ],
    [[item()], { categories: [{ name: "a" }] }, /id of a category/],
  ])("refuses %j with %j", async (items, options, message) => {
    await expect(toCOCO(items as never, options as never)).rejects.toThrow(message);
  });
});

function union(rings: readonly number[][], width: number, height: number): Uint8Array {
  const all = new Uint8Array(width * height);
  for (const ring of rings)
    for (const [i, value] of fillRings([ring], width, height).entries()) all[i] ||= value;
  return all;
}
