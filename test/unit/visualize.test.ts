// Colours, overlays, counts and tables: what is shown is what the maps hold.

import { classColor, classStats, type OverlayOptions, type SegmentationMaps } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { classTable, formatTable, stageTable } from "../../dist/cli/table.js";
import { paintOverlay } from "../../dist/visualize/overlay.js";
import { toHex } from "../../dist/visualize/palette.js";

describe("the palette", () => {
  test("is the same for ever", () => {
    const colors = Array.from({ length: 25 }, (_, id) => toHex(classColor(id, 0)));
    expect(colors.slice(0, 4)).toEqual([null, "#e6194b", "#3cb44b", "#ffe119"]);
    expect(colors.slice(20, 24)).toEqual(["#ff6f61", "#96a3e9", "#bd3b28", "#57db8e"]);
  });

  test("leaves the background transparent and gives its colour to nobody", () => {
    expect(classColor(2, 2)).toEqual({ r: 0, g: 0, b: 0, a: 0 });
    expect([0, 1, 3].map((id) => toHex(classColor(id, 2)))).toEqual(
      [1, 2, 3].map((id) => toHex(classColor(id, 0))),
    );
  });

  test("gives 300 classes 300 colours, all opaque", () => {
    const colors = Array.from({ length: 300 }, (_, i) => classColor(i + 1, 0));
    expect(new Set(colors.map(toHex)).size).toBe(300);
    for (const { r, g, b, a } of colors) {
      expect(a).toBe(255);
      for (const value of [r, g, b]) expect(Number.isInteger(value) && value >= 0 && value <= 255).toBe(true);
    }
  });
});

const source = (fields: Partial<SegmentationMaps> = {}): SegmentationMaps => ({
  segmentationMap: Uint8Array.of(0, 1, 2, 0),
  width: 2,
  height: 2,
  classNames: ["background", "a", "b"],
  backgroundClassId: 0,
  ...fields,
});

async function pixels(from: SegmentationMaps, options: OverlayOptions): Promise<number[][]> {
  const image = await paintOverlay(from, options);
  if (Buffer.isBuffer(image)) throw new Error("expected raw pixels");
  return Array.from({ length: image.data.length / 4 }, (_, i) => [...image.data.subarray(i * 4, i * 4 + 4)]);
}

describe("an overlay", () => {
  const [red, green] = [
    [230, 25, 75],
    [60, 180, 75],
  ];

  test("without a picture stands on transparency", async () => {
    expect(await pixels(source(), { alpha: 1 })).toEqual([
      [0, 0, 0, 0],
      [...red, 255],
      [...green, 255],
      [0, 0, 0, 0],
    ]);
    expect((await pixels(source(), {}))[1]).toEqual([...red, 128]);
  });

  test("over a picture mixes the colours and leaves the background as it is", async () => {
    const image = { data: new Uint8Array(12).fill(100), width: 2, height: 2 };
    const half = await pixels(source(), { image });
    expect(half[0]).toEqual([100, 100, 100, 255]);
    expect(half[1]).toEqual([165, 63, 88, 255]);
    expect((await pixels(source(), { image, alpha: 0 }))[1]).toEqual([100, 100, 100, 255]);
    expect((await pixels(source(), { image, alpha: 1 }))[1]).toEqual([...red, 255]);
  });

  test("understands every order of raw pixels, and strides", async () => {
    const pixel = { rgb: [1, 2, 3], bgr: [3, 2, 1], rgba: [1, 2, 3, 9], bgra: [3, 2, 1, 9] } as const;
    for (const [colorFormat, bytes] of Object.entries(pixel)) {
      const row = [...bytes, ...bytes];
      const data = Uint8Array.from([...row, 77, 77, ...row, 77, 77]);
      const image = { data, width: 2, height: 2, stride: row.length + 2, colorFormat: colorFormat as "rgb" };
      expect((await pixels(source(), { image }))[3]).toEqual([1, 2, 3, 255]);
    }
    const gray = { data: Uint8Array.of(5, 6, 7, 8), width: 2, height: 2 };
    expect((await pixels(source(), { image: gray }))[3]).toEqual([8, 8, 8, 255]);
  });

  test("of a map smaller than its picture belongs to the top left", async () => {
    const data = Uint8Array.from({ length: 9 }, (_, i) => i);
    const image = { data, width: 3, height: 3 };
    const imageMetadata = { sourceWidth: 3, sourceHeight: 3 };
    const under = await pixels(source({ segmentationMap: new Uint8Array(4), imageMetadata }), { image });
    expect(under.map(([value]) => value)).toEqual([0, 1, 3, 4]);
  });

  test("over a picture of another size is an error that names both", async () => {
    const image = { data: new Uint8Array(16), width: 4, height: 4 };
    await expect(paintOverlay(source(), { image })).rejects.toMatchObject({
      code: "IMAGE_SIZES_DIFFER",
      detail: { expected: "2×2", found: "4×4" },
    });
  });

  test("as PNG holds the same pixels", async () => {
    const png = (await paintOverlay(source(), { format: "png", alpha: 1 })) as Buffer;
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 2, channels: 4 });
    expect([...data.subarray(4, 8)]).toEqual([...red, 255]);
    expect(data[3]).toBe(0);
  });

  test.each([
    [{ alpha: 2 }, "OPTION_INVALID"],
    [{ format: "gif" }, "OPTION_INVALID"],
    [{ opacity: 1 }, "OPTION_UNKNOWN"],
  ])("with %j is %s", async (options, code) => {
    await expect(paintOverlay(source(), options as OverlayOptions)).rejects.toMatchObject({ code });
  });
});

const stats = await classStats({
  segmentationMap: Uint16Array.of(0, 300, 300, 2),
  confidence: Float32Array.of(0, 0.5, 0.75, 1),
  width: 2,
  height: 2,
  classNames: ["background", "a", "b"],
  idCount: 301,
  backgroundClassId: 0,
});

describe("class statistics", () => {
  test("count pixels, share and mean confidence of every id", () => {
    expect(stats.length).toBe(301);
    expect(stats[0]).toEqual({
      id: 0,
      name: "background",
      pixels: 1,
      share: 0.25,
      meanConfidence: 0,
      boundingBox: { x: 0, y: 0, width: 1, height: 1 },
      color: null,
    });
    expect(stats[1]).toMatchObject({ name: "a", pixels: 0, share: 0, meanConfidence: 0 });
    expect(stats[300]).toMatchObject({ name: "class 300", pixels: 2, share: 0.5, meanConfidence: 0.625 });
  });
});

describe("tables", () => {
  test("align their columns, wide characters and colours included", () => {
    const columns = [
      { title: "name", align: "left" },
      { title: "n", align: "right" },
    ] as const;
    const rows = [
      ["é", "1"],
      ["\x1b[31mred\x1b[0m", "100"],
    ];
    expect(formatTable(columns, rows)).toBe("name    n\n----  ---\né       1\n\x1b[31mred\x1b[0m   100");
  });

  test("show the classes that were found, the largest first", () => {
    const [titles, , ...rows] = classTable(stats, false).split("\n");
    expect(titles).toMatch(/^class +pixels +share +mean confidence +colour$/);
    expect(rows[0]).toMatch(/^class 300 +2 +50\.00 % +0\.625 +#[0-9a-f]{6}$/);
    expect(rows[1]).toMatch(/^background +1 +25\.00 % +0\.000 +transparent$/);
    expect(rows.at(-1)).toBe("(298 classes without a pixel)");
  });

  test("show colours only where asked", () => {
    expect(classTable(stats, false)).not.toContain("\x1b");
    expect(classTable(stats, true)).toContain("\x1b[48;2;");
  });

  test("show every stage in milliseconds", () => {
    const timings = { decode: 1, queue: 0, preprocess: 2.04, network: 30, postprocess: 4.06, total: 38 };
    const [titles, , values] = stageTable(timings).split("\n");
    expect(titles?.trim().split(/ +/)).toEqual(Object.keys(timings));
    expect(values).toContain("2.0 ms");
    expect(values).toContain("4.1 ms");
  });
});
