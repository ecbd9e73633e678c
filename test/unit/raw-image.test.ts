// Raw pixels: every length is checked before native code sees them.

import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { loadImages, readyImages, takeImages } from "../../dist/image/load-all.js";
import { fromRaw, type RawImage } from "../../dist/image/raw.js";
import { ownPixels, takeImage } from "../../dist/image/source.js";
import { noUrls } from "../../dist/image/url-rules.js";

const raw = (fields: object) => fromRaw(fields as unknown as RawImage);
const bytes = (length: number) => new Uint8Array(length);
const rules = { urls: noUrls, limitInputPixels: 100_000_000 };
const settings = { copyInput: true, rules };
const loading = { rules, stop: new AbortController().signal };

describe("raw pixels", () => {
  test.each([
    [{ data: bytes(24), width: 4, height: 2 }, "rgb", 12],
    [{ data: bytes(32), width: 4, height: 2 }, "rgba", 16],
    [{ data: bytes(8), width: 4, height: 2 }, "gray", 4],
    [{ data: bytes(24), width: 4, height: 2, colorFormat: "bgr" }, "bgr", 12],
    [{ data: bytes(32), width: 4, height: 2, colorFormat: "bgra", channels: 4 }, "bgra", 16],
    [{ data: bytes(40), width: 4, height: 2, channels: 3, stride: 20 }, "rgb", 20],
    [{ data: bytes(32), width: 4, height: 2, channels: 3, stride: 20 }, "rgb", 20],
  ])("%j are %s with %i bytes a row", (fields, colorFormat, stride) => {
    expect(raw(fields)).toEqual({
      data: fields.data,
      width: 4,
      height: 2,
      stride,
      colorFormat,
      borrow: false,
      matrix: "bt601",
      range: "limited",
    });
  });

  test("may lie in a Buffer, a clamped array, an ArrayBuffer or shared memory, without a copy", () => {
    const buffer = new ArrayBuffer(20);
    const view = new Uint8ClampedArray(buffer, 8, 12);
    expect(raw({ data: view, width: 2, height: 2 }).data).toMatchObject({ byteOffset: 8, byteLength: 12 });
    expect(raw({ data: view, width: 2, height: 2 }).data.buffer).toBe(buffer);
    expect(raw({ data: Buffer.alloc(12), width: 2, height: 2 }).data.length).toBe(12);
    expect(raw({ data: new SharedArrayBuffer(12), width: 2, height: 2 }).data.length).toBe(12);
    expect(raw({ data: new ArrayBuffer(12), width: 2, height: 2 }).data.length).toBe(12);
  });

  test.each([
    [{ data: bytes(23), width: 4, height: 2 }, "IMAGE_INVALID", /4·2·\(1, 3 or 4\) bytes.*23 bytes/],
    [{ data: bytes(25), width: 4, height: 2, channels: 3 }, "IMAGE_INVALID", /4·2·3 = 24 bytes.*25 bytes/],
    [{ data: bytes(16), width: 4, height: 2 }, "IMAGE_INVALID", /data/],
    [
      { data: bytes(16), width: 4, height: 2, channels: 2 },
      "IMAGE_INVALID",
      /channels to be 1, 3 or 4 but received 2/,
    ],
    [
      { data: bytes(24), width: 4, height: 2, channels: 4, colorFormat: "rgb" },
      "IMAGE_INVALID",
      /3 with colorFormat "rgb"/,
    ],
    [{ data: bytes(24), width: 4, height: 2, colorFormat: "rbg" }, "IMAGE_INVALID", /Did you mean "rgb"\?/],
    [{ data: bytes(24), width: 4, height: 2, colorFormat: "toString" }, "IMAGE_INVALID", /colorFormat/],
    // Objects that cannot become text: no TypeError of the language.
    [
      { data: bytes(24), width: 4, height: 2, colorFormat: Object.create(null) },
      "IMAGE_INVALID",
      /colorFormat/,
    ],
    [{ data: bytes(24), width: 4, height: 2, channels: Object.create(null) }, "IMAGE_INVALID", /channels/],
    [
      { data: bytes(6), width: 2, height: 2, colorFormat: "nv12", matrix: Object.create(null) },
      "IMAGE_INVALID",
      /matrix/,
    ],
    [
      { data: bytes(24), width: 4, height: 2, channels: 3, stride: 11 },
      "IMAGE_INVALID",
      /at least width · channels = 12/,
    ],
    [
      { data: bytes(41), width: 4, height: 2, channels: 3, stride: 20 },
      "IMAGE_INVALID",
      /from 32 to 40 bytes/,
    ],
    [
      { data: bytes(31), width: 4, height: 2, channels: 3, stride: 20 },
      "IMAGE_INVALID",
      /from 32 to 40 bytes/,
    ],
    [
      { data: bytes(24), width: 4, height: 2, stride: 12 },
      "IMAGE_INVALID",
      /channels or colorFormat to be given/,
    ],
    [{ data: bytes(0), width: 0, height: 2 }, "IMAGE_EMPTY", /0×2/],
    [{ data: bytes(0), width: 4, height: 0 }, "IMAGE_EMPTY", /4×0/],
    [{ data: bytes(24), width: 4.5, height: 2 }, "IMAGE_INVALID", /width.*4.5/],
    [{ data: bytes(24), width: -4, height: 2 }, "IMAGE_INVALID", /width/],
    [{ data: bytes(24), height: 2 }, "IMAGE_INVALID", /width.*undefined/],
    [{ data: bytes(24), width: 2 ** 15, height: 2 ** 14 }, "IMAGE_TOO_LARGE", /at most 268435456 pixels/],
    [{ data: bytes(24), width: 2 ** 21, height: 1 }, "IMAGE_TOO_LARGE", /1048576 a side/],
    [{ data: new Float32Array(24), width: 4, height: 2 }, "IMAGE_INVALID", /8-bit pixels/],
    [{ data: [1, 2, 3], width: 1, height: 1 }, "IMAGE_INVALID", /8-bit pixels/],
    [
      { data: bytes(24), width: 4, height: 2, colourFormat: "rgb" },
      "IMAGE_INVALID",
      /Did you mean "colorFormat"\?/,
    ],
  ])("%j are %s", (fields, code, message) => {
    expect(() => raw(fields)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe("NV12", () => {
  const nv12 = (length: number, width: number, height: number, more = {}) =>
    fromRaw({ data: bytes(length), width, height, colorFormat: "nv12", ...more });

  test("has half as many rows of chroma below those of the luma, rounded up to pairs", () => {
    expect(nv12(12, 4, 2)).toMatchObject({
      stride: 4,
      colorFormat: "nv12",
      matrix: "bt601",
      range: "limited",
    });
    expect(nv12(6 * 5, 5, 3)).toMatchObject({ stride: 6 });
    expect(nv12(3 * 10 - 6, 4, 2, { stride: 10 })).toMatchObject({ stride: 10 });
    expect(nv12(12, 4, 2, { matrix: "bt709", range: "full" })).toMatchObject({
      matrix: "bt709",
      range: "full",
    });
  });

  test.each([
    [11, {}, /4·3·1 = 12 bytes.*11 bytes/],
    [12, { matrix: "bt708" }, /matrix.*"bt601" or "bt709".*Did you mean "bt709"\?/],
    [12, { range: 5 }, /range.*received 5/],
    [12, { channels: 3 }, /channels to be 1/],
    [8, { colorFormat: "gray", matrix: "bt709" }, /matrix to be left out, but for colorFormat "nv12"/],
  ])("of %i bytes with %j is IMAGE_INVALID", (length, more, message) => {
    expect(() => nv12(length, 4, 2, more)).toThrow(
      expect.objectContaining({ code: "IMAGE_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

describe("taking images at the call", () => {
  const picture = () => ({ data: bytes(3), width: 1, height: 1 });

  test("raw pixels alone are ready in the same tick, for native code to copy", () => {
    const sources = [picture(), picture()];
    const ready = readyImages(takeImages({ sources, isList: true }, settings));
    expect(ready?.[1]?.image).toMatchObject({ borrow: false });
    expect(ready?.[1]?.image.data).toBe(sources[1]?.data);
    const mixed = takeImages({ sources: [picture(), "/a/path.png"], isList: true }, settings);
    expect(readyImages(mixed)).toBeUndefined();
  });

  test("raw pixels that wait for others are copied", () => {
    const data = Buffer.from([1, 2, 3]);
    const own = ownPixels(takeImage({ data, width: 1, height: 1 }));
    data.fill(9);
    expect(own).toMatchObject({ kind: "pixels", image: { data: Uint8Array.of(1, 2, 3), borrow: true } });
  });

  test("shared memory is read in place, ordinary memory only where that is asked for", () => {
    const inPlace = (data: Uint8Array, copyInput: boolean) =>
      fromRaw({ data, width: 1, height: 1 }, copyInput).borrow;
    expect(inPlace(new Uint8Array(new SharedArrayBuffer(3)), true)).toBe(true);
    expect(inPlace(bytes(3), true)).toBe(false);
    expect(inPlace(bytes(3), false)).toBe(true);
    // Its memory may vanish while the view lives.
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    expect(inPlace(new Uint8Array(new Resizable(3, { maxByteLength: 9 })), false)).toBe(false);
    const taken = takeImage({ data: bytes(3), width: 1, height: 1 }, { ...settings, copyInput: false });
    expect(ownPixels(taken)).toBe(taken);
  });

  test("encoded bytes are copied", () => {
    const data = Uint8Array.of(1, 2, 3);
    const taken = takeImage(data);
    data.fill(9);
    expect(taken).toMatchObject({ kind: "encoded", bytes: Buffer.from([1, 2, 3]) });
  });

  test.each([[null], [undefined], [5], [{}], [[1, 2]], [new Float32Array(3)], [true]])(
    "%j is no image",
    (source) => {
      expect(() => takeImage(source as never)).toThrow(expect.objectContaining({ code: "IMAGE_INVALID" }));
      expect(() => takeImages({ sources: [picture(), source as never], isList: true }, settings)).toThrow(
        expect.objectContaining({ code: "IMAGE_INVALID", detail: expect.objectContaining({ index: 1 }) }),
      );
    },
  );

  test("the first bad image of a list is named, even if a later one fails sooner", async () => {
    const sources = [picture(), "/no/such/picture.png", Uint8Array.of(1, 2, 3, 4)];
    await expect(loadImages(takeImages({ sources, isList: true }, settings), loading)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      detail: { index: 1 },
      message: expect.stringContaining("Image 1 of the list: "),
    });
    const alone = takeImages({ sources: ["/no/such/picture.png"], isList: false }, settings);
    await expect(loadImages(alone, loading)).rejects.toMatchObject({
      detail: { file: "/no/such/picture.png" },
      message: expect.not.stringContaining("of the list"),
    });
  });

  test("nothing more is read once nobody wants it", async () => {
    const picture = fs.readFileSync(new URL("../../docs/images/sample.jpg", import.meta.url));
    const controller = new AbortController();
    const stop = new Error("stop");
    let begun = 0;
    const read = async () => {
      if (++begun === 5) controller.abort(stop);
      return picture;
    };
    const images = Array.from({ length: 12 }, () => ({ kind: "later" as const, read }));
    const loaded = loadImages({ images, isList: true }, { ...loading, stop: controller.signal });
    await expect(loaded).rejects.toBe(stop);
    expect(begun).toBeGreaterThanOrEqual(5);
    expect(begun).toBeLessThanOrEqual(8); // each of four at most once after that
  });
});
