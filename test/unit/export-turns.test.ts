// Answers of many regions are built in slices: the event loop turns between them, and the signal is looked at.

import { toCOCO, toLabelStudio, toPolygons, toRLE } from "deeplab-rt";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listOf, Turns } from "../../dist/export/turns.js";
import { mapsOf } from "../support/class-maps.js";

// 20 000 regions of a pixel each.
const maps = mapsOf(Array.from({ length: 200 }, (_, y) => (y % 2 === 0 ? "10" : "01").repeat(100)));
const items = [{ maps, fileName: "x" }];

afterEach(() => void vi.restoreAllMocks());

describe("building the answer", () => {
  test.each([
    ["toLabelStudio", (signal: AbortSignal) => toLabelStudio(maps, { perComponent: true, signal })],
    ["toPolygons", (signal: AbortSignal) => toPolygons(maps, { signal })],
    ["toCOCO", (signal: AbortSignal) => toCOCO(items, { perComponent: true, signal })],
    ["toCOCO of polygons", (signal: AbortSignal) => toCOCO(items, { segmentation: "polygon", signal })],
  ])("of %s looks at the signal again and again, and ends with its reason", async (_, make) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    // Few looks are around native code; the sixth can only be one while the answer is built.
    const look = controller.signal.throwIfAborted.bind(controller.signal);
    let looks = 0;
    vi.spyOn(controller.signal, "throwIfAborted").mockImplementation(() => {
      if (++looks === 6) controller.abort(reason);
      look();
    });
    await expect(make(controller.signal)).rejects.toBe(reason);
    expect(looks).toBe(6);
  });

  test("lets the event loop turn within one long list", async () => {
    const numbers = Uint32Array.from({ length: 2_000_000 }, (_, i) => i);
    let [turns, done] = [0, false];
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const list = await listOf(numbers, new Turns(undefined));
    done = true;
    expect(turns).toBeGreaterThan(5);
    expect(list.length).toBe(numbers.length);
    expect(list.every((number, i) => number === i)).toBe(true);
  });

  test("gives all counts of a long code", async () => {
    const [code] = await toRLE(maps, { compressed: false });
    expect(code?.counts).toHaveLength(39_802);
    expect(code?.counts.reduce((sum, count) => sum + count, 0)).toBe(40_000);
  });
});

describe("every stage of it", () => {
  // Of classes 1 and 2: five regions, six rings, for one region has a hole.
  const few = mapsOf(["1110200", "1010200", "1110002", "0000000", "0200010"]);
  const [classes, regions, rings] = [2, 5, 6];
  const oneItem = [{ maps: few, fileName: "x" }];

  const stages: [string, number, (signal?: AbortSignal) => Promise<unknown>][] = [
    ["toRLE: masks", classes, (signal) => toRLE(few, given({ signal }))],
    [
      "toLabelStudio: masks, entries",
      2 * regions,
      (signal) => toLabelStudio(few, given({ perComponent: true, signal })),
    ],
    [
      "toPolygons: masks, places, rings, classes",
      3 * regions + rings,
      (signal) => toPolygons(few, given({ signal })),
    ],
    [
      "toCOCO: masks, parts, annotations",
      3 * regions,
      (signal) => toCOCO(oneItem, given({ perComponent: true, signal })),
    ],
    [
      "toCOCO of polygons: masks, places, rings, classes, parts, annotations",
      4 * regions + 2 * classes, // holes are joined to their rings
      (signal) => toCOCO(oneItem, given({ segmentation: "polygon", signal })),
    ],
  ];
  const given = <T extends object>({ signal, ...rest }: T & { signal?: AbortSignal | undefined }) =>
    ({ ...rest, ...(signal === undefined ? {} : { signal }) }) as never;

  test.each(stages)("of %s: lets the event loop turn, and may be the last", async (_, turns, make) => {
    const expected = await make();
    vi.spyOn(Turns.prototype, "due", "get").mockReturnValue(true); // as if everything took long
    const { next } = Turns.prototype;
    let [count, last] = [0, Number.POSITIVE_INFINITY];
    let controller = new AbortController();
    const reason = new Error("enough");
    vi.spyOn(Turns.prototype, "next").mockImplementation(function (this: Turns) {
      if (++count === last) controller.abort(reason);
      return next.call(this);
    });
    expect(await make(controller.signal)).toEqual(expected);
    expect(count).toBe(turns);
    for (last = 1; last <= turns; last++) {
      [count, controller] = [0, new AbortController()];
      await expect(make(controller.signal)).rejects.toBe(reason);
      expect(count).toBe(last);
    }
  });
});
