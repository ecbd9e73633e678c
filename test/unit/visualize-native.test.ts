// Counting and painting in native code equal plain loops, take no memory away from under anybody, and leave the event
// loop free.

import { setImmediate } from "node:timers/promises";
import { overlay as overlayOf } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { classStats } from "../../dist/class-stats.js";
import { fromRaw } from "../../dist/image/raw.js";
import { type NativeOverlay, native } from "../../dist/native.js";
import { imageNumbers } from "../../dist/native-request.js";
import { noLegend } from "../../dist/visualize/legend.js";
import { nv12ToRgb } from "../oracle/nv12.js";
import { bytesPerPixel, toRgb } from "../oracle/preprocess.js";
import { randomNv12 } from "../oracle/random-case.js";
import { Random } from "../support/random.js";

type Ids = Uint8Array | Uint16Array;

/** Regions, and noise between them. */
function randomMap(random: Random, length: number, ids: number): Ids {
  const map = ids > 256 ? new Uint16Array(length) : new Uint8Array(length);
  for (let i = 0; i < length; ) {
    const end = i + (random.chance(0.3) ? random.integer(1, 400) : 1);
    map.fill(random.integer(0, ids - 1), i, end);
    i = end;
  }
  return map;
}

function countPlainly(map: Ids, confidence: Float32Array, idCount: number) {
  const pixels = new Float64Array(idCount);
  const sums = new Float64Array(idCount);
  map.forEach((id, i) => {
    pixels[id] = (pixels[id] as number) + 1;
    sums[id] = (sums[id] as number) + (confidence[i] as number);
  });
  return { pixels, sums };
}

const ofMap = (segmentationMap: Ids, width: number, height: number, idCount: number) => ({
  segmentationMap,
  width,
  height,
  classNames: [],
  idCount,
  backgroundClassId: 0,
});

const bytesOf = (map: Ids) => new Uint8Array(map.buffer, map.byteOffset, map.byteLength);

describe("counting classes", () => {
  test.each([
    [1, 1, 2],
    [7, 11, 21],
    [701, 431, 21],
    [300_001, 1, 256],
    [640, 313, 301],
  ])("%i by %i pixels of %i ids", async (width, height, idCount) => {
    const length = width * height;
    const random = new Random(length + idCount);
    const map = randomMap(random, length, idCount);
    const confidence = random.floats(length, 0, 1);
    const expected = countPlainly(map, confidence, idCount);
    const stats = await classStats({ ...ofMap(map, width, height, idCount), confidence });
    expect(stats.map(({ pixels }) => pixels)).toEqual([...expected.pixels]);
    for (const { id, pixels, share, meanConfidence } of stats) {
      const mean = pixels === 0 ? 0 : (expected.sums[id] as number) / pixels;
      expect(Math.abs(meanConfidence - mean)).toBeLessThan(1e-9);
      expect(share).toBe(pixels / length);
    }
  });

  test("copies maps that could be transferred away", async () => {
    const map = new Uint8Array(1 << 20).fill(3);
    const confidence = new Float32Array(map.length).fill(0.5);
    const working = classStats({ ...ofMap(map, 1024, 1024, 5), confidence });
    structuredClone(map, { transfer: [map.buffer] });
    confidence.fill(0);
    expect((await working)[3]).toMatchObject({ pixels: 1 << 20, meanConfidence: 0.5 });
  });

  test("reads shared memory, and answers calls in their order", async () => {
    const map = new Uint8Array(new SharedArrayBuffer(1000)).fill(1);
    const confidence = new Float32Array(new SharedArrayBuffer(4000)).fill(0.25);
    const ended: number[] = [];
    const calls = Array.from({ length: 20 }, async (_, i) => {
      const stats = await classStats({ ...ofMap(map, 100, 10, 2), confidence });
      ended.push(i);
      return stats[1];
    });
    for (const stats of await Promise.all(calls))
      expect(stats).toMatchObject({ pixels: 1000, meanConfidence: 0.25 });
    expect(ended).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("leaves the event loop free", async () => {
    // Shared: other memory would be copied first, on this thread.
    const map = new Uint8Array(new SharedArrayBuffer(1 << 25));
    const confidence = new Float32Array(new SharedArrayBuffer(map.length * 4));
    let done = false;
    let turns = 0;
    const source = { ...ofMap(map, 1 << 13, 1 << 12, 2), confidence };
    const working = classStats(source).then(() => {
      done = true;
    });
    while (!done) {
      await setImmediate();
      turns++;
    }
    await working;
    expect(turns).toBeGreaterThan(5);
  });
});

/** `(picture · (256 - w) + colour · w + 128) >> 8`, from the definition. */
function paintPlainly(overlay: NativeOverlay, map: Ids, rgb: Uint8Array, pictureWidth: number): Uint8Array {
  const { width, pictureX, pictureY, colors, weight } = overlay;
  const out = new Uint8Array(map.length * 4).fill(255);
  map.forEach((id, i) => {
    const at = (pictureY + Math.floor(i / width)) * pictureWidth + pictureX + (i % width);
    const w = colors[id * 4 + 3] === 0 ? 0 : weight;
    for (let c = 0; c < 3; c++) {
      const under = rgb[at * 3 + c] as number;
      out[i * 4 + c] = (under * (256 - w) + (colors[id * 4 + c] as number) * w + 128) >> 8;
    }
  });
  return out;
}

const plain = { outlineWidth: 0, legend: noLegend };
const formats = ["rgb", "bgr", "rgba", "bgra", "gray"] as const;

describe("painting an overlay", () => {
  test.each(formats)("over %s pixels, in every place", async (colorFormat) => {
    const random = new Random(colorFormat.length);
    for (const [idCount, borrow] of [
      [21, false],
      [300, true],
    ] as const) {
      const [width, height] = [random.integer(60, 200), random.integer(60, 200)];
      const stride = width * bytesPerPixel(colorFormat) + random.integer(0, 9);
      const data = random.bytes(stride * height);
      const picture = { ...fromRaw({ data, width, height, stride, colorFormat }), borrow };
      const [pictureX, pictureY] = [random.integer(0, 30), random.integer(0, 30)];
      const mapWidth = width - pictureX - random.integer(0, 20);
      const map = randomMap(random, mapWidth * (height - pictureY), idCount);
      const colors = random.bytes(idCount * 4).map((value, i) => (i % 4 === 3 && i % 16 < 8 ? 0 : value));
      const overlay: NativeOverlay = {
        map: bytesOf(map),
        idBytes: map.BYTES_PER_ELEMENT,
        width: mapWidth,
        height: height - pictureY,
        picture: data,
        pictureNumbers: imageNumbers(picture),
        pictureX,
        pictureY,
        colors,
        weight: random.integer(0, 256),
        ...plain,
        outlineColors: colors,
      };
      const rgb = toRgb(data, width, height, stride, colorFormat);
      const painted = native().paintOverlay(overlay);
      if (!borrow) data.fill(0); // it was copied in the call
      expect(new Uint8Array(await painted)).toEqual(paintPlainly(overlay, map, rgb.data, width));
    }
  });

  test("over NV12 shows the picture as RGB", async () => {
    const random = new Random(5);
    for (let i = 0; i < 20; i++) {
      const image = randomNv12(random);
      const { width, height } = image;
      // All background: nothing is painted.
      const { data } = await overlayOf(image, ofMap(new Uint8Array(width * height), width, height, 2));
      const rgb = nv12ToRgb(image).data;
      const expected = Uint8Array.from(data, (_, at) =>
        at % 4 === 3 ? 255 : (rgb[Math.floor(at / 4) * 3 + (at % 4)] as number),
      );
      expect(data).toEqual(expected);
    }
  });

  test("out of its picture is an error", async () => {
    const data = new Uint8Array(12);
    const picture = fromRaw({ data, width: 2, height: 2, colorFormat: "rgb" });
    const overlay = {
      map: new Uint8Array(4),
      idBytes: 1,
      width: 2,
      height: 2,
      picture: data,
      pictureNumbers: imageNumbers(picture),
      pictureX: 1,
      pictureY: 0,
      colors: new Uint8Array(4),
      weight: 128,
      ...plain,
      outlineColors: new Uint8Array(4),
    };
    await expect(native().paintOverlay(overlay)).rejects.toMatchObject({ code: "INTERNAL" });
  });

  test.each([
    ["a map that was transferred", { map: new Uint8Array(0) }],
    ["ids of three bytes", { idBytes: 3 }],
    ["a weight of more than one", { weight: 257 }],
    ["a negative size", { width: -2, height: -2 }],
    ["an outline wider than any", { outlineWidth: 65 }],
    ["outlines of other classes", { outlineColors: new Uint8Array(4) }],
    ["a legend of names without colours", { legend: { ...noLegend, textHeight: 9, names: ["a"] } }],
    ["a legend in no corner", { legend: { ...noLegend, textHeight: 9, corner: "middle" } }],
    ["half a picture", { pictureNumbers: Float64Array.of(2, 2, 6) }],
    ["pixels in an unknown order", { pictureNumbers: Float64Array.of(2, 2, 6, 6, 0, 0, 0) }],
    ["half pixels", { pictureNumbers: Float64Array.of(2, 2.5, 6, 0, 0, 0, 0) }],
  ])("with %s is refused", (_, wrong) => {
    const overlay = {
      map: new Uint8Array(4),
      idBytes: 1,
      width: 2,
      height: 2,
      picture: new Uint8Array(0),
      pictureNumbers: new Float64Array(0),
      pictureX: 0,
      pictureY: 0,
      colors: new Uint8Array(8),
      weight: 0,
      ...plain,
      outlineColors: new Uint8Array(8),
    };
    expect(() => native().paintOverlay({ ...overlay, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: "INTERNAL" }),
    );
  });
});
