// CVAT's folder: what lies in it, what its colours mean, and that it is whole or not there.

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type SegmentationMaps, toCVAT } from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { vocColor } from "../../dist/export/cvat-labels.js";
import { floodRegions, mapsOf, randomMaps } from "../support/class-maps.js";
import { Random } from "../support/random.js";

let root = "";
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "deeplab-cvat-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));
const place = () => path.join(root, `out-${count++}`);

async function pixels(...parts: string[]) {
  const { data, info } = await sharp(path.join(...parts))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const colors = Array.from({ length: info.width * info.height }, (_, i) =>
    data.subarray(3 * i, 3 * i + 3).join(),
  );
  return { colors, width: info.width, height: info.height };
}

/** The pixels' labels, as a reader of labelmap.txt finds them. */
async function labels(folder: string, name: string) {
  const text = await readFile(path.join(folder, "labelmap.txt"), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const byColor = new Map(lines.map((line) => [line.split(":")[1], line.split(":")[0]]));
  const { colors } = await pixels(folder, "SegmentationClass", `${name}.png`);
  return colors.map((color) => byColor.get(color));
}

const items = (maps: SegmentationMaps, fileName = "cam 1/0001.jpg") => [{ maps, fileName }];

describe("toCVAT", () => {
  test("writes the label map, the list and both pictures of each item", async () => {
    const folder = place();
    const maps = mapsOf(["0110", "2003"]);
    const report = await toCVAT(folder, [...items(maps), { maps, fileName: "b.png" }]);
    expect(report).toEqual({ folder, images: 2, labels: ["background", "road", "car", "tree"] });
    const files = (await readdir(folder, { recursive: true }))
      .filter((name) => path.extname(name) !== "")
      .sort();
    expect(files).toEqual([
      "ImageSets/Segmentation/default.txt",
      "SegmentationClass/b.png",
      "SegmentationClass/cam 1/0001.png",
      "SegmentationObject/b.png",
      "SegmentationObject/cam 1/0001.png",
      "labelmap.txt",
    ]);
    expect(await readFile(path.join(folder, files[0] as string), "utf8")).toBe("cam 1/0001\nb\n");
    expect(await readFile(path.join(folder, "labelmap.txt"), "utf8")).toBe(
      "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad:128,0,0::\ncar:0,128,0::\ntree:128,128,0::\n",
    );
    const names = ["background", "road", "car", "tree"];
    const expected = [...maps.segmentationMap].map((id) => names[id]);
    expect(await labels(folder, "cam 1/0001")).toEqual(expected);
    expect(await readdir(root)).toEqual(expect.not.arrayContaining([expect.stringContaining("building")]));
  });

  test.each([4, 300])("paints every class of %i in its label's colour, the background black", async (ids) => {
    const folder = place();
    const random = randomMaps(new Random(3), 40, 30, ids);
    const maps = { ...random, classNames: random.classNames.with(0, "class-0"), backgroundClassId: 2 };
    await toCVAT(folder, items(maps, "x.png"));
    expect(await labels(folder, "x")).toEqual(
      Array.from(maps.segmentationMap, (id) => (id === 2 ? "background" : maps.classNames[id])),
    );
  });

  test("numbers objects from 1 in Pascal VOC's colours: classes, or regions", async () => {
    const maps = mapsOf(["2202", "0002", "1001"]);
    const colors = (numbers: number[]) => numbers.map((number) => vocColor(number).join());
    const [classes, regions] = [place(), place()];
    await toCVAT(classes, items(maps, "x"));
    expect((await pixels(classes, "SegmentationObject", "x.png")).colors).toEqual(
      colors([2, 2, 0, 2, 0, 0, 0, 2, 1, 0, 0, 1]),
    );
    await toCVAT(regions, items(maps, "x"), { perComponent: true });
    expect((await pixels(regions, "SegmentationObject", "x.png")).colors).toEqual(
      colors([3, 3, 0, 4, 0, 0, 0, 4, 1, 0, 0, 2]),
    );
    const large = place();
    await toCVAT(large, items(maps, "x"), { perComponent: true, minArea: 2, classes: ["car"] });
    expect((await pixels(large, "SegmentationObject", "x.png")).colors).toEqual(
      colors([1, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0]),
    );
  });

  test("tells every region of a random map from every other", async () => {
    const folder = place();
    const maps = randomMaps(new Random(4), 24, 16);
    await toCVAT(folder, items(maps, "x"), { perComponent: true });
    const { colors } = await pixels(folder, "SegmentationObject", "x.png");
    const numbers = floodRegions(maps);
    const pairs = new Set(
      colors.map((color, i) => (maps.segmentationMap[i] === 0 ? "" : `${color} ${numbers[i]}`)),
    );
    pairs.delete("");
    const parts = [...pairs].map((pair) => pair.split(" "));
    expect(new Set(parts.map(([color]) => color)).size).toBe(parts.length);
    expect(new Set(parts.map(([, number]) => number)).size).toBe(parts.length);
    expect(colors.every((color, i) => (color === "0,0,0") === (maps.segmentationMap[i] === 0))).toBe(true);
  });

  test("leaves black what of the picture lies beyond the maps, and classes that are not chosen", async () => {
    const folder = place();
    const maps = mapsOf(["12", "21"], { imageMetadata: { sourceWidth: 3, sourceHeight: 4 } });
    const report = await toCVAT(folder, items(maps, "x"), { classes: ["car"] });
    expect(report.labels).toEqual(["background", "car"]);
    const { colors, width, height } = await pixels(folder, "SegmentationClass", "x.png");
    expect([width, height]).toEqual([3, 4]);
    const [off, on] = ["0,0,0", "128,0,0"];
    expect(colors).toEqual([off, on, off, on, off, off, ...Array(6).fill(off)]);
  });

  test("leaves nothing behind when an item fails or the signal is aborted", async () => {
    const folder = place();
    const before = await readdir(root);
    const controller = new AbortController();
    async function* failing() {
      yield* items(mapsOf(["01"]), "a");
      controller.abort(new Error("enough"));
      yield* items(mapsOf(["01"]), "b");
    }
    await expect(toCVAT(folder, failing(), { signal: controller.signal })).rejects.toThrow("enough");
    const two = [...items(mapsOf(["01"]), "a.png"), ...items(mapsOf(["01"]), "a.jpg")];
    await expect(toCVAT(folder, two)).rejects.toThrow(/same file name.*"a"/);
    expect(await readdir(root)).toEqual(before);
  });

  test.each([
    [{ sourceWidth: 100_000_001, sourceHeight: 3 }, "a.png", "IMAGE_TOO_LARGE", /1000000 pixels a side/],
    [undefined, `${"x".repeat(300)}.png`, "OPTION_INVALID", /250 bytes a name/],
    [undefined, `${`${"y".repeat(200)}/`.repeat(30)}a.png`, "OPTION_INVALID", /cannot write: ENAMETOOLONG/],
  ])("refuses what no file can hold: %j", async (imageMetadata, fileName, code, message) => {
    const before = await readdir(root);
    const maps = { ...mapsOf(["01"]), imageMetadata };
    await expect(toCVAT(place(), items(maps, fileName))).rejects.toMatchObject({
      name: "DeepLabError",
      code,
      message: expect.stringMatching(message),
    });
    expect(await readdir(root)).toEqual(before);
  });

  test.runIf(process.platform === "linux")("says that no folder can be made under /proc", async () => {
    await expect(toCVAT("/proc/abc/def", items(mapsOf(["01"])))).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/no folder can be made/),
    });
  });

  test("takes an empty folder, and never touches one that holds something", async () => {
    const folder = place();
    await mkdir(folder);
    await toCVAT(folder, items(mapsOf(["01"]), "a"));
    await expect(toCVAT(folder, items(mapsOf(["01"]), "a"))).rejects.toThrow(/it is not empty/);
    const file = place();
    await writeFile(file, "kept");
    await expect(toCVAT(file, items(mapsOf(["01"]), "a"))).rejects.toThrow(/it is a file/);
    expect(await readFile(file, "utf8")).toBe("kept");
    await expect(toCVAT("", [])).rejects.toThrow(/no path/);
  });

  test.each([
    ["A.jpg", "a.png", /same file name/],
    ["Caf\u00e9.jpg", "cafe\u0301.jpg", /same file name/],
    ["a.jpg", "A.png/b.jpg", /"A\.png\/b".*need one place/],
    ["x/a.png/b/c.jpg", "x/a.jpg", /"x\/a".*need one place/],
  ])("refuses %j with %j, which are one place on some systems", async (one, other, message) => {
    const maps = mapsOf(["01"]);
    const before = await readdir(root);
    const two = [...items(maps, one), ...items(maps, other)];
    await expect(toCVAT(place(), two)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(message),
    });
    expect(await readdir(root)).toEqual(before);
  });

  test("takes pictures of one name in several folders", async () => {
    const maps = mapsOf(["01"]);
    const three = ["a/x.jpg", "a/b/x.jpg", "x.jpg"].flatMap((name) => items(maps, name));
    expect(await toCVAT(place(), three)).toMatchObject({ images: 3 });
  });

  test.each([
    [2, 2],
    [3, 1],
  ])("refuses a picture of %i×%i that is smaller than its maps of 3×2", async (sourceWidth, sourceHeight) => {
    const maps = mapsOf(["011", "110"], { imageMetadata: { sourceWidth, sourceHeight } });
    await expect(toCVAT(place(), items(maps))).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/imageMetadata.*toCVAT\(\).*at least 3×2/),
    });
  });

  test("says which error it is where sharp cannot be loaded", () => {
    const hooks = `export function resolve(name, context, next) {
      if (name === "sharp") throw new Error("taken away");
      return next(name, context);
    }`;
    const program = `
      require("node:module").register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));
      const maps = { segmentationMap: Uint8Array.of(1), width: 1, height: 1, classNames: ["b", "x"], backgroundClassId: 0 };
      const { toCVAT } = require(${JSON.stringify(path.resolve("dist/index.js"))});
      toCVAT(${JSON.stringify(place())}, [{ maps, fileName: "a" }]).catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
    expect(stdout).toMatch(/^IMAGE_DECODER_UNAVAILABLE .*taken away/);
  });

  test("refuses more objects than the format holds", async () => {
    const maps = mapsOf(["01".repeat(256)]);
    await expect(toCVAT(place(), items(maps), { perComponent: true })).rejects.toThrow(
      /at most 255 objects.*256/,
    );
    const report = await toCVAT(place(), items(mapsOf(["01".repeat(255)])), { perComponent: true });
    expect(report.images).toBe(1);
  });

  test.each([
    [{ classNames: ["bg", "a:b"] }, /class name "a:b"/],
    [{ classNames: ["bg", "#a"] }, /class name "#a"/],
    [{ classNames: ["bg", "a\nb"] }, /class name/],
    [{ classNames: ["bg", "background"] }, /another label has it/],
    [{ classNames: ["bg", "a", "a"] }, /another label has it/],
    [{ classNames: ["bg"] }, /class id 1, which is beyond/],
  ])("refuses %j", async (more, message) => {
    await expect(toCVAT(place(), items(mapsOf(["01"], more)))).rejects.toThrow(message);
  });

  test.each([
    "../x.png",
    "/x.png",
    "a/../x",
    "a//x",
    "C:\\x.png",
    "a\u0000b",
    "x\n.png",
    "12:30.png",
    "a /x.png",
    "#1.png",
    "",
    7,
  ])("refuses the file name %j", async (fileName) => {
    await expect(toCVAT(place(), items(mapsOf(["01"]), fileName as string))).rejects.toThrow(/fileName/);
  });
});
