// Raw pixels: every length is checked before native code sees them.

import { describe, expect, test } from "vitest";
import { loadImages } from "../../dist/image/load-all.js";
import { fromRaw, type RawImage } from "../../dist/image/raw.js";
import { ownPixels, takeImage } from "../../dist/image/source.js";

const raw = (fields: object) => fromRaw(fields as unknown as RawImage);
const bytes = (length: number) => new Uint8Array(length);

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

describe("taking images at the call", () => {
  const picture = () => ({ data: bytes(3), width: 1, height: 1 });

  test("raw pixels alone are ready in the same tick, for native code to copy", () => {
    const sources = [picture(), picture()];
    const ready = loadImages({ sources, isList: true });
    expect(ready).not.toBeInstanceOf(Promise);
    expect((ready as readonly { image: { data: Uint8Array } }[])[1]?.image.data).toBe(sources[1]?.data);
  });

  test("raw pixels that wait for others are copied", () => {
    const data = Buffer.from([1, 2, 3]);
    const own = ownPixels(takeImage({ data, width: 1, height: 1 }));
    data.fill(9);
    expect(own).toMatchObject({ kind: "pixels", image: { data: Uint8Array.of(1, 2, 3), borrow: true } });
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
      expect(() => loadImages({ sources: [picture(), source as never], isList: true })).toThrow(
        expect.objectContaining({ code: "IMAGE_INVALID", detail: expect.objectContaining({ index: 1 }) }),
      );
    },
  );

  test("the first bad image of a list is named, even if a later one fails sooner", async () => {
    const sources = [picture(), "/no/such/picture.png", Uint8Array.of(1, 2, 3, 4)];
    await expect(loadImages({ sources, isList: true })).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      detail: { index: 1 },
      message: expect.stringContaining("Image 1 of the list: "),
    });
    await expect(loadImages({ sources: ["/no/such/picture.png"], isList: false })).rejects.toMatchObject({
      detail: { file: "/no/such/picture.png" },
      message: expect.not.stringContaining("of the list"),
    });
  });
});
