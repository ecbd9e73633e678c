// Answers of many regions are built in slices: the event loop turns between them, and the signal is looked at.

import { toCOCO, toLabelStudio, toPolygons, toRLE } from "deeplab-rt";
import { describe, expect, test, vi } from "vitest";
import { listOf, Turns } from "../../dist/export/turns.js";
import { mapsOf } from "../support/class-maps.js";

// 20 000 regions of a pixel each.
const maps = mapsOf(Array.from({ length: 200 }, (_, y) => (y % 2 === 0 ? "10" : "01").repeat(100)));
const items = [{ maps, fileName: "x" }];

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
