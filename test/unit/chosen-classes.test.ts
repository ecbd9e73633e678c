// The option `classes` means the same in every function that has it.

import {
  colorize,
  legend,
  overlay,
  type RgbaImage,
  toCOCO,
  toLabelStudio,
  toPolygons,
  toRLE,
} from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { mapsOf } from "../support/class-maps.js";

// Two classes are called alike, one by a number.
const maps = mapsOf(["01234"], { classNames: ["background", "road", "3", "car", "road"] });
type Classes = readonly (string | number)[];

/** Ids whose pixels are not what they are where nothing is chosen. */
function painted({ data }: RgbaImage, without: RgbaImage): number[] {
  const isSame = (id: number) => [0, 1, 2, 3].every((i) => data[4 * id + i] === without.data[4 * id + i]);
  return [...Array(5).keys()].filter((id) => !isSame(id));
}
const plain = (color: RgbaImage) => ({ ...color, data: new Uint8Array(color.data.length).fill(0) });

const functions: [string, (classes: Classes) => Promise<number[]>][] = [
  ["toRLE", async (classes) => (await toRLE(maps, { classes })).map(({ classId }) => classId)],
  ["toPolygons", async (classes) => (await toPolygons(maps, { classes })).map(({ classId }) => classId)],
  [
    "toCOCO",
    async (classes) => {
      const { annotations } = await toCOCO([{ maps, fileName: "a" }], { classes });
      return annotations.map(({ category_id }) => category_id);
    },
  ],
  [
    "overlay",
    async (classes) => {
      const image = await overlay(undefined, maps, { classes });
      return painted(image, plain(image));
    },
  ],
  [
    "colorize",
    async (classes) => {
      const palette = { background: "#000" };
      const none = await colorize(maps, { classes: [0], palette });
      return painted(await colorize(maps, { classes, palette }), none);
    },
  ],
];

describe.each(functions)("classes of %s", (_, idsOf) => {
  test.each<[Classes, number[]]>([
    [["car"], [3]],
    [[3], [3]],
    [["road"], [1, 4]], // all that are called that
    [["3"], [2]], // a name before it is an id
    [["4"], [4]], // no name, so an id
    [
      [1, "1", 3],
      [1, 3],
    ],
  ])("%j are the ids %j", async (classes, ids) => {
    expect(await idsOf(classes)).toEqual(ids);
  });

  test.each([["cra"], [5], ["5"], [-1], [1.5], [null]])("refuses [%j]", async (item) => {
    await expect(idsOf([item as never])).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/^Expected classes\[0\] to be the name of a class or an id from 0 to 4/),
      detail: { option: "classes[0]", allowed: maps.classNames },
      hint: expect.stringContaining("background, road, 3, car"),
    });
  });
});

test("a colour by name is that of all classes of the name", async () => {
  const { data } = await colorize(maps, { palette: { road: "#010203" } });
  for (const id of [1, 4]) expect([...data.subarray(4 * id, 4 * id + 3)]).toEqual([1, 2, 3]);
});

test("legends and Label Studio choose alike", async () => {
  const rows = async (classes: Classes) => (await legend(maps, { classes })).height;
  expect(await rows(["road"])).toBe(await rows([1, 4]));
  expect(await rows(["road"])).toBeGreaterThan(await rows([1]));
  const names = (await toLabelStudio(maps, { classes: ["road", "3"] })).result.map(
    ({ value }) => value.brushlabels[0],
  );
  expect(names).toEqual(["road", "3", "road"]);
  await expect(legend(maps, { classes: [] })).rejects.toThrow(/at least one/);
});
