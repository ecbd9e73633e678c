// Overlays with palettes, chosen classes, outlines and legends, legends alone, and counts of regions: what is shown is
// what was asked for, and nothing else.

import { setImmediate as nextTurn } from "node:timers/promises";
import {
  classColor,
  classStats,
  colorize,
  legend,
  type OverlaySettings,
  overlay,
  type SegmentationMaps,
  toPNG,
} from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";

const classNames = ["background", "road", "Bäume"];
// A square of road with a square of trees inside, on background.
const side = 40;
const segmentationMap = Uint8Array.from({ length: side * side }, (_, i) => {
  const [x, y] = [i % side, Math.floor(i / side)];
  const within = (a: number, b: number) => x >= a && x < b && y >= a && y < b;
  return within(15, 25) ? 2 : within(5, 35) ? 1 : 0;
});
const maps: SegmentationMaps = {
  segmentationMap,
  width: side,
  height: side,
  classNames,
  backgroundClassId: 0,
};
const image = { data: new Uint8Array(side * side).fill(100), width: side, height: side };

const gray = [100, 100, 100, 255];
const rgb = (id: number) => {
  const { r, g, b } = classColor(id, 0);
  return [r, g, b, 255];
};

/** Pixels by place. */
async function painted(options: OverlaySettings<"rgba">, under: typeof image | null = image) {
  const { data } = await overlay(under ?? undefined, maps, options);
  return (x: number, y: number) => [...data.subarray((y * side + x) * 4, (y * side + x) * 4 + 4)];
}

describe("an overlay", () => {
  test("takes colours by name, by id and as a list, for the background too", async () => {
    const palettes = [
      { road: "#0a141e", 2: { r: 1, g: 2, b: 3, a: 255 }, background: "#fff" },
      ["#ffffff", "#0a141e", "#010203"],
    ];
    for (const palette of palettes) {
      const at = await painted({ palette, alpha: 1 });
      expect([at(0, 0), at(6, 6), at(20, 20)]).toEqual([
        [255, 255, 255, 255],
        [10, 20, 30, 255],
        [1, 2, 3, 255],
      ]);
    }
  });

  test("leaves out a class whose colour is null, and the picture stands there", async () => {
    const at = await painted({ palette: { road: null }, alpha: 1 });
    expect([at(6, 6), at(20, 20)]).toEqual([gray, rgb(2)]);
  });

  test.each([[["road"]], [[1]], [["1"]]])("paints only the classes %j", async (classes) => {
    const at = await painted({ classes, alpha: 1 });
    expect([at(0, 0), at(6, 6), at(20, 20)]).toEqual([gray, rgb(1), gray]);
  });

  test("has opaque lines inside the borders, as wide as asked for", async () => {
    const at = await painted({ outline: { width: 2 }, alpha: 0 });
    expect([at(4, 20), at(5, 20), at(6, 20), at(7, 20)]).toEqual([gray, rgb(1), rgb(1), gray]);
    // Both sides of a border between two classes.
    expect([at(12, 20), at(13, 20), at(14, 20), at(15, 20), at(16, 20), at(17, 20)]).toEqual([
      gray,
      rgb(1),
      rgb(1),
      rgb(2),
      rgb(2),
      gray,
    ]);
  });

  test("has lines of one colour, and classes that are not painted have none", async () => {
    const outline = { width: 1, color: "#fff" };
    const at = await painted({ outline, fill: false, classes: ["Bäume"] });
    expect([at(5, 20), at(14, 20), at(15, 20), at(16, 20)]).toEqual([gray, gray, [255, 255, 255, 255], gray]);
  });

  test("has a line of a pixel at least by default, and none at the picture's own edge", async () => {
    const whole = { ...maps, segmentationMap: new Uint8Array(side * side).fill(1) };
    const { data } = await overlay(undefined, whole, { outline: true, fill: false });
    expect(data.every((value) => value === 0)).toBe(true);
    const at = await painted({ outline: true, fill: false }, null);
    expect([at(5, 20), at(6, 20), at(0, 0)]).toEqual([rgb(1), [0, 0, 0, 0], [0, 0, 0, 0]]);
  });

  test.each([
    ["top-left", [0, 0]],
    ["top-right", [1, 0]],
    ["bottom-left", [0, 1]],
    ["bottom-right", [1, 1]],
  ] as const)("has a legend %s, of the classes it paints", async (position, [right, bottom]) => {
    const [width, height] = [400, 300];
    const large = { ...maps, segmentationMap: new Uint8Array(width * height).fill(2), width, height };
    const without = await overlay(undefined, large, { alpha: 1 });
    const { data } = await overlay(undefined, large, { alpha: 1, legend: { position, textSize: 20 } });
    let [x, y, changed] = [0, 0, 0];
    for (let i = 0; i < width * height; i++) {
      if (data[i * 4] === without.data[i * 4]) continue;
      x += i % width;
      y += Math.floor(i / width);
      changed++;
    }
    expect(changed).toBeGreaterThan(1000);
    expect(changed).toBeLessThan(6000); // one name, not three
    expect([Math.round(x / changed / width), Math.round(y / changed / height)]).toEqual([right, bottom]);
  });

  test("of a map without any of its classes has no legend", async () => {
    const empty = { ...maps, segmentationMap: new Uint8Array(side * side) };
    const { data } = await overlay(image, empty, { legend: true });
    expect(data.every((value, i) => value === (i % 4 === 3 ? 255 : 100))).toBe(true);
  });

  test.each(["png", "jpeg", "webp"] as const)("as %s is the same picture", async (format) => {
    const options = { outline: true, legend: { textSize: 8 } } as const;
    const raw = await overlay(image, maps, options);
    const file = await overlay(image, maps, {
      ...options,
      format,
      ...(format === "png" ? {} : { quality: 100 }),
    });
    expect((await sharp(file).metadata()).format).toBe(format);
    const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: side, height: side });
    if (format === "png") expect(data).toEqual(Buffer.from(raw.data));
    const error = raw.data.reduce((sum, value, i) => sum + Math.abs(value - (data[i] as number)), 0);
    expect(error / raw.data.length).toBeLessThan(6);
  });

  test("as PNG keeps what is transparent", async () => {
    const raw = await overlay(undefined, maps);
    const file = await overlay(undefined, maps, { format: "png" });
    expect(await sharp(file).raw().toBuffer()).toEqual(Buffer.from(raw.data));
  });

  test.each<[OverlaySettings, string, RegExp]>([
    [{ classes: ["raod"] }, "OPTION_INVALID", /classes\[0\].*Did you mean "road"\?/],
    [{ classes: [] }, "OPTION_INVALID", /at least one class/],
    [{ classes: [3] }, "OPTION_INVALID", /from 0 to 2/],
    [{ palette: { sky: "#fff" } }, "OPTION_INVALID", /key "sky" of palette/],
    [{ palette: { road: "red" } }, "OPTION_INVALID", /palette\["road"\].*#e6194b/],
    [{ palette: { road: { r: 256, g: 0, b: 0, a: 0 } } }, "OPTION_INVALID", /from 0 to 255/],
    [{ outline: { width: 0 } }, "OPTION_INVALID", /outline\.width/],
    [{ outline: { colour: "#fff" } as never }, "OPTION_UNKNOWN", /Did you mean "color"/],
    [{ fill: false }, "OPTION_INVALID", /no outline either/],
    [{ legend: { position: "top" as never } }, "OPTION_INVALID", /legend\.position/],
    [{ legend: { textSize: 4 } }, "OPTION_INVALID", /legend\.textSize/],
    [{ quality: 80 }, "OPTION_INVALID", /left out, as format "rgba"/],
    [{ format: "jpeg", quality: 101 }, "OPTION_INVALID", /from 1 to 100/],
    [{ image } as never, "OPTION_UNKNOWN", /"image"/],
  ])("with %j is %s", async (options, code, message) => {
    await expect(overlay(image, maps, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test("as JPEG keeps the colours of every pixel: nothing is subsampled", async () => {
    const file = await overlay(image, maps, { format: "jpeg" });
    expect(await sharp(file).metadata()).toMatchObject({ format: "jpeg", chromaSubsampling: "4:4:4" });
  });

  test("without a picture cannot be a JPEG", async () => {
    await expect(overlay(undefined, maps, { format: "jpeg" })).rejects.toThrow(/transparent.*\n.*png/);
  });

  test("whose map is transferred while the picture is decoded is an error, not a wrong picture", async () => {
    const own = { ...maps, segmentationMap: segmentationMap.slice() };
    const file = await sharp(image.data, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toBuffer();
    const painting = overlay(file, own);
    structuredClone(own.segmentationMap, { transfer: [own.segmentationMap.buffer] });
    await expect(painting).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/transferred/),
    });
  });

  test("that is aborted rejects with the reason, before and while it is painted", async () => {
    const reason = new Error("enough");
    await expect(overlay(image, maps, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const painting = overlay(image, maps, { signal: controller.signal });
    controller.abort(reason);
    await expect(painting).rejects.toBe(reason);
  });
});

describe("wherever the maps lie, and whatever the picture", () => {
  test("clones and shared memory give the same", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(side * side));
    shared.set(segmentationMap);
    for (const other of [structuredClone(maps), { ...maps, segmentationMap: shared }]) {
      expect(await overlay(image, other, { outline: true, legend: true })).toEqual(
        await overlay(image, maps, { outline: true, legend: true }),
      );
      expect(await colorize(other)).toEqual(await colorize(maps));
      expect(await classStats(other, { components: true })).toEqual(
        await classStats(maps, { components: true }),
      );
    }
  });

  test("a map of one pixel, and one of 16-bit ids", async () => {
    const pixel = { ...maps, segmentationMap: Uint8Array.of(1), width: 1, height: 1 };
    expect(
      [...(await overlay(undefined, pixel, { outline: true, alpha: 1, legend: true })).data].length,
    ).toBe(4);
    const names = Array.from({ length: 300 }, (_, i) => `class number ${i}`);
    const wide = {
      segmentationMap: Uint16Array.of(0, 299, 299, 5000),
      width: 2,
      height: 2,
      classNames: names,
    };
    const { data } = await overlay(
      undefined,
      { ...wide, backgroundClassId: 0 },
      { alpha: 1, palette: { 299: "#010203" } },
    );
    expect([...data]).toEqual([0, 0, 0, 0, 1, 2, 3, 255, 1, 2, 3, 255, 0, 0, 0, 0]);
  });
});

describe("a legend alone", () => {
  const sizeOf = async (...given: Parameters<typeof legend>) => {
    const { width, height } = await legend(...(given as [SegmentationMaps]));
    return { width, height };
  };

  test("names the classes that a map holds, but not the background", async () => {
    const held = await sizeOf(maps);
    expect(held).toEqual(await sizeOf(maps, { classes: ["road", "Bäume"] }));
    const road = { ...maps, segmentationMap: new Uint8Array(side * side).fill(1) };
    expect((await sizeOf(road)).height).toBeLessThan(held.height);
    expect((await sizeOf(maps, { palette: { background: "#000" } })).height).toBeGreaterThan(held.height);
  });

  test("of names needs no map", async () => {
    expect(await sizeOf(classNames)).toEqual(await sizeOf(maps));
    expect((await sizeOf(["x", "y", "z"])).height).toBeGreaterThan((await sizeOf(classNames)).height);
  });

  test("holds every class that is asked for, one without a colour too", async () => {
    const height = async (classes: string[]) => (await legend(maps, { classes })).height;
    expect(await height(["background"])).toBe(await height(["road"]));
    expect(await height(["background", "road"])).toBeGreaterThan(await height(["road"]));
  });

  test("that would be larger than any picture is refused before it is made", async () => {
    const names = Array.from({ length: 300 }, (_, id) => `class number ${id} `.repeat(12));
    await expect(legend(names, { textSize: 512 })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/300 names with textSize 512 would be \d+×\d+ pixels.*smaller textSize/),
      detail: { option: "textSize" },
    });
    expect((await legend(names, { textSize: 22 })).width).toBeGreaterThan(1000);
    // That of an overlay has its picture's size.
    expect(await overlay(image, maps, { legend: { textSize: 512 } })).toMatchObject({
      width: side,
      height: side,
    });
  });

  test("grows with its text, and holds its colours", async () => {
    const small = await legend(maps, { textSize: 12 });
    const large = await legend(maps, { textSize: 48 });
    expect(large.width / small.width).toBeGreaterThan(3);
    const words = new Uint32Array(large.data.buffer);
    const { r, g, b } = classColor(1, 0);
    expect(
      words.filter((word) => word === ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0).length,
    ).toBeGreaterThan(700);
  });

  test("writes accents however they are composed, and tells other scripts by their id", async () => {
    const composed = ["Bäume".normalize("NFC")];
    const decomposed = ["Bäume".normalize("NFD")];
    expect(await legend(composed)).toEqual(await legend(decomposed));
    expect(await legend(["道"])).toEqual(
      await legend(["class 0: 道"].map((name) => name.replace("道", "\ufffd"))),
    );
  });

  test("as PNG is the same picture", async () => {
    const raw = await legend(maps);
    const { data } = await sharp(await legend(maps, { format: "png" }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data).toEqual(Buffer.from(raw.data));
  });

  test.each([
    [[], {}, "OPTION_INVALID"],
    [["a", 1], {}, "OPTION_INVALID"],
    [maps, { classes: ["sky"] }, "OPTION_INVALID"],
    [maps, { textSize: 1000 }, "OPTION_INVALID"],
    [maps, { size: 10 }, "OPTION_UNKNOWN"],
    [undefined, {}, "OPTION_INVALID"],
  ])("of %j with %j is %s", async (source, options, code) => {
    await expect(legend(source as SegmentationMaps, options as never)).rejects.toMatchObject({ code });
  });
});

describe("statistics", () => {
  test("say where a class is, and how many regions it has", async () => {
    const map = Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 2);
    const given = { ...maps, segmentationMap: map, width: 4, height: 3 };
    const sides = await classStats(given, { components: true, connectivity: 4 });
    expect(sides.map(({ components }) => components)).toEqual([2, 4, 1]);
    expect((await classStats(given, { components: true })).map(({ components }) => components)).toEqual([
      1, 2, 1,
    ]);
    expect(sides.map(({ boundingBox }) => boundingBox)).toEqual([
      { x: 0, y: 0, width: 4, height: 3 },
      { x: 0, y: 0, width: 4, height: 3 },
      { x: 3, y: 2, width: 1, height: 1 },
    ]);
  });

  test("have null for what is not there: a box without pixels, a mean without confidence", async () => {
    const [, road] = await classStats({ ...maps, segmentationMap: new Uint8Array(side * side) });
    expect(road).toEqual({
      id: 1,
      name: "road",
      pixels: 0,
      share: 0,
      meanConfidence: null,
      boundingBox: null,
      color: "#e6194b",
    });
  });

  test.each([
    [{ connectivity: 6 }, "OPTION_INVALID"],
    [{ components: 1 }, "OPTION_INVALID"],
    [{ component: true }, "OPTION_UNKNOWN"],
  ])("with %j are %s", async (options, code) => {
    await expect(classStats(maps, options as never)).rejects.toMatchObject({ code });
  });
});

// Milliseconds of work in native code, which nobody waits for.
describe("a signal that is aborted while native code works", () => {
  const pixels = 4096 * 4096;
  const large = { ...maps, segmentationMap: new Uint8Array(pixels), width: 4096, height: 4096 };
  const reason = new Error("enough");

  test.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ["classStats", (signal) => classStats(large, { signal })],
    ["colorize", (signal) => colorize(large, { signal })],
    ["overlay", (signal) => overlay(undefined, large, { signal })],
    ["legend", (signal) => legend(large, { signal })],
    ["toPNG", (signal) => toPNG(large, { signal })],
  ])("ends %s at once", async (_, call) => {
    const controller = new AbortController();
    const outcome = call(controller.signal).catch((error: unknown) => error);
    // Far enough for the work to have begun; the event loop has not turned, so it cannot have been answered.
    for (let tick = 0; tick < 16; tick++) await undefined;
    controller.abort(reason);
    expect(await Promise.race([outcome, nextTurn("later")])).toBe(reason);
  });
});

test("maps that are none are errors of each of them", async () => {
  const wrong = { ...maps, width: 41 };
  const calls = [overlay(image, wrong), colorize(wrong), legend(wrong), toPNG(wrong), classStats(wrong)];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
