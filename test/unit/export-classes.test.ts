// As many classes as a map can hold: choosing, naming and labelling them takes a look at each, not at each for each.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type SegmentationMaps, toCOCO, toCVAT, toRLE } from "deeplab-rt";
import { describe, expect, test } from "vitest";

const count = 65_536;
const classNames = Array.from({ length: count }, (_, id) => `a class whose name is long, number ${id}`);
const maps: SegmentationMaps = {
  segmentationMap: Uint16Array.from({ length: count }, (_, id) => id),
  width: 256,
  height: 256,
  classNames,
  backgroundClassId: 0,
};
const items = [{ maps, fileName: "x.png" }];
const byName = classNames.slice(1).reverse();

describe("65 536 classes, chosen by name", () => {
  test("are run-length codes in order of their ids", async () => {
    const codes = await toRLE(maps, { classes: byName });
    expect(codes.map(({ classId }) => classId).join()).toBe([...classNames.keys()].slice(1).join());
    expect(codes.map(({ name }) => name).join()).toBe(classNames.slice(1).join());
  });

  test("are categories and annotations of COCO's file, the background too where it is chosen", async () => {
    const classes = [...byName.slice(-50), classNames[0] as string, ...byName];
    const file = await toCOCO(items, { classes });
    expect(file.categories).toHaveLength(count);
    expect(file.annotations).toHaveLength(count);
    expect((await toCOCO(items, { classes: byName })).categories).toHaveLength(count - 1);
  });

  test("are labels of CVAT's, each in a colour of its own", async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), "deeplab-classes-"));
    try {
      const background = { ...maps, segmentationMap: new Uint16Array(count) };
      const folder = path.join(root, "out");
      const { labels } = await toCVAT(folder, [{ maps: background, fileName: "x.png" }], { classes: byName });
      expect(labels).toHaveLength(count);
      const lines = (await readFile(path.join(folder, "labelmap.txt"), "utf8")).trim().split("\n").slice(1);
      expect(new Set(lines.map((line) => line.split(":")[1])).size).toBe(count);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
