// Maps as PNG files: what comes back is what went in, by readers that are not ours, and what the file says of itself.

import { inflateSync } from "node:zlib";
import { classColor, colorize, type PngOptions, type SegmentationMaps, toPNG } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { toHex } from "../../dist/visualize/palette.js";
import { Random } from "../support/random.js";

const classNames = ["background", "Straße", "道路", 'quo"te', "d", "e"];

function mapsOf(
  segmentationMap: Uint8Array | Uint16Array,
  width: number,
  fields: Partial<SegmentationMaps> = {},
): SegmentationMaps {
  const height = segmentationMap.length / width;
  return { segmentationMap, width, height, classNames, backgroundClassId: 0, ...fields };
}

function ids<T extends Uint8Array | Uint16Array>(map: T, most: number, seed: number): T {
  const random = new Random(seed);
  for (let i = 0; i < map.length; ) {
    const end = i + (random.chance(0.4) ? random.integer(1, 90) : 1);
    map.fill(random.integer(0, most), i, end);
    i = end;
  }
  return map;
}

/** The chunks of a file, their checksums left to the readers. */
function chunks(file: Buffer): { type: string; data: Buffer }[] {
  const found: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    found.push({
      type: file.toString("latin1", at + 4, at + 8),
      data: file.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return found;
}

const chunk = (file: Buffer, type: string) => chunks(file).find((one) => one.type === type)?.data;

async function samples(file: Buffer, depth: "uchar" | "ushort"): Promise<number[]> {
  const { data, info } = await sharp(file)
    .toColorspace(depth === "ushort" ? "grey16" : "b-w")
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(1);
  return [...(depth === "ushort" ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data)];
}

describe("class maps as PNG files", () => {
  test.each([
    [1, 1],
    [1, 50],
    [97, 31],
    [640, 480],
  ])("%i by %i: ids come back from a gray file of 8 bits, and of 16", async (width, height) => {
    const map = ids(new Uint8Array(width * height), 255, width);
    expect(await samples(await toPNG(mapsOf(map, width)), "uchar")).toEqual([...map]);
    const wide = await toPNG(mapsOf(map, width), { bitDepth: 16 });
    expect(await samples(wide, "ushort")).toEqual([...map]);
  });

  test("ids of 16 bits come back from a file of 16", async () => {
    const map = ids(new Uint16Array(211 * 37), 65535, 3);
    expect(await samples(await toPNG(mapsOf(map, 211)), "ushort")).toEqual([...map]);
  });

  test("a palette file shows the colours of the classes, the background black", async () => {
    const map = ids(new Uint8Array(80 * 20), 9, 4); // ids without a name too
    const file = await toPNG(mapsOf(map, 80), { palette: true });
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(3);
    for (const [i, id] of map.entries()) {
      const { r, g, b } = id === 0 || id >= classNames.length ? { r: 0, g: 0, b: 0 } : classColor(id, 0);
      expect([...data.subarray(i * 3, i * 3 + 3)]).toEqual([r, g, b]);
    }
  });

  test("the samples of a palette file are the ids", async () => {
    const map = Uint8Array.of(0, 3, 255, 1);
    const rows = inflateSync(chunk(await toPNG(mapsOf(map, 4), { palette: true }), "IDAT") as Buffer);
    expect([...rows]).toEqual([2, ...map]); // the first row: filter up of nothing
  });

  test("a palette of the caller's, by name, id or place, with what is transparent in it", async () => {
    const map = Uint8Array.of(0, 1, 2, 3);
    const palettes = [
      { Straße: "#010203", 2: { r: 4, g: 5, b: 6, a: 7 }, background: "#fff" },
      ["#ffffff", "#010203", { r: 4, g: 5, b: 6, a: 7 }],
    ] as const;
    for (const palette of palettes) {
      const file = await toPNG(mapsOf(map, 2), { palette });
      const { data } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      expect([...data.subarray(0, 12)]).toEqual([255, 255, 255, 255, 1, 2, 3, 255, 4, 5, 6, 7]);
      expect(chunk(file, "tRNS")?.[2]).toBe(7);
    }
    expect(chunk(await toPNG(mapsOf(map, 2), { palette: true }), "tRNS")).toBeUndefined();
  });

  test("names of classes lie in a text chunk, in every script", async () => {
    for (const options of [{}, { palette: true }, { bitDepth: 16 as const }]) {
      const text = chunk(await toPNG(mapsOf(new Uint8Array(4), 2), options), "iTXt") as Buffer;
      expect(text.toString("latin1", 0, 16)).toBe("Class names\0\0\0\0\0");
      expect(JSON.parse(text.toString("utf8", 16))).toEqual(classNames);
    }
  });
});

describe("confidence as PNG files", () => {
  const random = new Random(8);
  const confidence = Float32Array.from([
    0,
    1,
    0.5,
    -1,
    2,
    Number.NaN,
    0.00196,
    0.00197,
    ...random.floats(892, 0, 1),
  ]);
  const maps = mapsOf(new Uint8Array(900), 30, { confidence });
  const scaled = (most: number) =>
    Array.from(confidence, (c) => (c > 0 ? Math.floor(Math.min(c, 1) * most + 0.5) : 0));

  test("hold floor(c · 255 + 0.5) in 8 bits", async () => {
    expect(await samples(await toPNG(maps, { map: "confidence" }), "uchar")).toEqual(scaled(255));
  });

  test("hold floor(c · 65535 + 0.5) in 16", async () => {
    const file = await toPNG(maps, { map: "confidence", bitDepth: 16 });
    expect(await samples(file, "ushort")).toEqual(scaled(65535));
  });
});

describe("wherever the maps lie", () => {
  const map = ids(new Uint8Array(60 * 40), 5, 9);
  const confidence = new Random(9).floats(2400, 0, 1);

  test("shared memory, views into larger memory and clones give the same file", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2400));
    shared.set(map);
    const inside = new Uint8Array(3000).subarray(101, 2501);
    inside.set(map);
    const floats = new Float32Array(3000).subarray(7, 2407);
    floats.set(confidence);
    const maps = mapsOf(map, 60, { confidence });
    for (const other of [
      mapsOf(shared, 60, { confidence }),
      mapsOf(inside, 60, { confidence: floats }),
      structuredClone(maps),
    ]) {
      expect(await toPNG(other)).toEqual(await toPNG(maps));
      const options = { map: "confidence" } as const;
      expect(await toPNG(other, options)).toEqual(await toPNG(maps, options));
    }
  });

  test("memory that is transferred after the call was copied in it", async () => {
    const own = map.slice();
    const expected = await toPNG(mapsOf(map, 60));
    const writing = toPNG(mapsOf(own, 60));
    structuredClone(own, { transfer: [own.buffer] });
    expect(await writing).toEqual(expected);
  });
});

describe("a file that cannot be", () => {
  const maps = mapsOf(new Uint8Array(4), 2, { confidence: new Float32Array(4) });
  const wide = mapsOf(new Uint16Array(4), 2);

  test.each<[string, SegmentationMaps, PngOptions, string]>([
    ["of 4 bits", maps, { bitDepth: 4 as 8 }, "OPTION_INVALID"],
    ["of 8 bits for ids of 16", wide, { bitDepth: 8 }, "OPTION_INVALID"],
    ["with a palette for ids of 16 bits", wide, { palette: true }, "OPTION_INVALID"],
    ["with a palette for ids in 16 bits", maps, { palette: true, bitDepth: 16 }, "OPTION_INVALID"],
    ["with a palette for confidence", maps, { map: "confidence", palette: true }, "OPTION_INVALID"],
    ["of confidence that is not there", wide, { map: "confidence" }, "OPTION_INVALID"],
    ["of another map", maps, { map: "probabilities" as "confidence" }, "OPTION_INVALID"],
    ["with an option that is none", maps, { depth: 8 } as PngOptions, "OPTION_UNKNOWN"],
    ["with the colour of a class that is none", maps, { palette: { strasse: "#fff" } }, "OPTION_INVALID"],
    ["with a colour that is none", maps, { palette: ["red"] }, "OPTION_INVALID"],
    ["with more colours than classes", maps, { palette: Array(7).fill("#fff") }, "OPTION_INVALID"],
    ["wider than readers read", mapsOf(new Uint8Array(1_000_001), 1_000_001), {}, "IMAGE_TOO_LARGE"],
  ])("%s is refused", async (_, given, options, code) => {
    await expect(toPNG(given, options)).rejects.toMatchObject({ code });
  });

  test("a misspelt class is told the right one", async () => {
    await expect(toPNG(maps, { palette: { Strase: "#fff" } })).rejects.toThrow(/Did you mean "Straße"/);
  });

  test("an aborted one rejects with the reason", async () => {
    const reason = new Error("enough");
    await expect(toPNG(maps, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const writing = toPNG(maps, { signal: controller.signal });
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
  });
});

describe("colorize", () => {
  const palette = { Straße: "#102030" };

  test("gives every pixel the opaque colour of its class, others black", async () => {
    const map = Uint8Array.of(0, 1, 2, 9);
    const { data } = await colorize(mapsOf(map, 2), { palette });
    const { r, g, b } = classColor(2, 0);
    expect([...data]).toEqual([0, 0, 0, 255, 16, 32, 48, 255, r, g, b, 255, 0, 0, 0, 255]);
  });

  test("shows chosen classes alone, the others as background", async () => {
    const map = Uint8Array.of(0, 1, 2, 3);
    const { data } = await colorize(mapsOf(map, 2), {
      palette: { ...palette, background: "#ffffff" },
      classes: ["Straße"],
    });
    const white = [255, 255, 255, 255];
    expect([...data]).toEqual([...white, 16, 32, 48, 255, ...white, ...white]);
  });

  test.each([
    ["8-bit ids", new Uint8Array(33 * 20), 5],
    ["16-bit ids", new Uint16Array(33 * 20), 65535],
  ] as const)("as PNG holds the same pixels, of %s", async (_, empty, most) => {
    const maps = mapsOf(ids(empty, most, 5), 33, { idCount: empty.BYTES_PER_ELEMENT === 1 ? 6 : 40000 });
    const { data } = await colorize(maps);
    const file = await colorize(maps, { format: "png" });
    expect(await sharp(file).ensureAlpha().raw().toBuffer()).toEqual(Buffer.from(data));
  });

  test.each(["jpeg", "webp"] as const)("as %s is nearly the same picture", async (format) => {
    const maps = mapsOf(new Uint8Array(64 * 64).fill(1), 64);
    const file = await colorize(maps, { format, quality: 95 });
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect((await sharp(file).metadata()).format).toBe(format);
    expect(info).toMatchObject({ width: 64, height: 64, channels: 3 });
    const middle = [...data.subarray(32 * 64 * 3, 32 * 64 * 3 + 3)];
    expect(toHex(classColor(1, 0))).toBe("#e6194b");
    for (const [c, value] of [230, 25, 75].entries())
      expect(Math.abs((middle[c] as number) - value)).toBeLessThan(6);
  });
});
