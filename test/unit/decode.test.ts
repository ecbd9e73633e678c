// Encoded pictures: the pixels that OpenCV's imread would give, and errors instead of guesses.

import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePixels } from "../../dist/image/decode.js";
import { chunk, type PngKind, png } from "../support/png.js";
import { Random } from "../support/random.js";

const [width, height] = [13, 7];
const random = new Random(3);
const samples = (perPixel: number, depth: number) =>
  Array.from({ length: width * height * perPixel }, () => random.integer(0, 2 ** depth - 1));

/** Decoded pixels as RGB, whatever the decoder's own layout. */
async function rgb(file: Uint8Array): Promise<number[]> {
  const { data, colorFormat } = await decodePixels(file);
  expect(["rgb", "gray"]).toContain(colorFormat);
  return colorFormat === "rgb" ? [...data] : [...data].flatMap((value) => [value, value, value]);
}

/** Samples of a pixel → its RGB. */
function expected(values: number[], perPixel: number, toRgb: (pixel: number[]) => number[]): number[] {
  return Array.from({ length: values.length / perPixel }, (_, i) =>
    toRgb(values.slice(i * perPixel, (i + 1) * perPixel)),
  ).flat();
}

const gray =
  (to8: (value: number) => number) =>
  ([value = 0]: number[]) =>
    Array(3).fill(to8(value)) as number[];
const same = (value: number) => value;
const upperByte = (value: number) => value >> 8;

const palette = Uint8Array.from({ length: 768 }, () => random.integer(0, 255));
const fromPalette = ([index = 0]: number[]) => [...palette.subarray(index * 3, index * 3 + 3)];

const kinds: [name: string, kind: PngKind, perPixel: number, toRgb: (pixel: number[]) => number[]][] = [
  ["8-bit RGB", { colorType: 2, bitDepth: 8 }, 3, (pixel) => pixel],
  ["8-bit RGBA, alpha dropped", { colorType: 6, bitDepth: 8 }, 4, (pixel) => pixel.slice(0, 3)],
  ["8-bit grey", { colorType: 0, bitDepth: 8 }, 1, gray(same)],
  ["8-bit grey and alpha", { colorType: 4, bitDepth: 8 }, 2, gray(same)],
  ["1-bit grey", { colorType: 0, bitDepth: 1 }, 1, gray((value) => value * 255)],
  ["2-bit grey", { colorType: 0, bitDepth: 2 }, 1, gray((value) => value * 85)],
  ["4-bit grey", { colorType: 0, bitDepth: 4 }, 1, gray((value) => value * 17)],
  ["16-bit grey, upper byte", { colorType: 0, bitDepth: 16 }, 1, gray(upperByte)],
  ["16-bit grey and alpha", { colorType: 4, bitDepth: 16 }, 2, gray(upperByte)],
  ["16-bit RGB, upper bytes", { colorType: 2, bitDepth: 16 }, 3, (pixel) => pixel.map(upperByte)],
  ["16-bit RGBA", { colorType: 6, bitDepth: 16 }, 4, (pixel) => pixel.slice(0, 3).map(upperByte)],
  ["8-bit palette", { colorType: 3, bitDepth: 8, palette }, 1, fromPalette],
  ["2-bit palette", { colorType: 3, bitDepth: 2, palette: palette.subarray(0, 12) }, 1, fromPalette],
  [
    "palette with transparency, dropped",
    { colorType: 3, bitDepth: 8, palette, transparency: new Uint8Array(256).fill(7) },
    1,
    fromPalette,
  ],
  [
    "RGB with a transparent colour, kept",
    { colorType: 2, bitDepth: 8, transparency: Uint8Array.of(0, 1, 0, 2, 0, 3) },
    3,
    (pixel) => pixel,
  ],
];

describe("PNG", () => {
  test.each(kinds)("%s", async (_, kind, perPixel, toRgb) => {
    const values = samples(perPixel, kind.bitDepth);
    expect(await rgb(png(width, height, kind, values))).toEqual(expected(values, perPixel, toRgb));
  });

  test("decoded pixels are tight rows that native code may read in place", async () => {
    const image = await decodePixels(png(width, height, { colorType: 2, bitDepth: 8 }, samples(3, 8)));
    expect(image).toMatchObject({ width, height, stride: width * 3, colorFormat: "rgb", borrow: true });
    expect(image.data.length).toBe(width * height * 3);
  });
});

/** A 2×3 picture whose pixels are all different. */
const corners = { raw: { width: 2, height: 3, channels: 3 } } as const;
const cornerPixels = Uint8Array.from([
  255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 255, 255, 255, 0, 255,
]);

describe("other facts of imread", () => {
  // Where the pixel of (x, y) comes from, for each EXIF orientation.
  test.each([
    [1, (x: number, y: number) => [x, y]],
    [2, (x: number, y: number) => [1 - x, y]],
    [3, (x: number, y: number) => [1 - x, 2 - y]],
    [4, (x: number, y: number) => [x, 2 - y]],
    [5, (x: number, y: number) => [y, x]],
    [6, (x: number, y: number) => [y, 2 - x]],
    [7, (x: number, y: number) => [1 - y, 2 - x]],
    [8, (x: number, y: number) => [1 - y, x]],
  ])("EXIF orientation %i is applied", async (orientation, from) => {
    const file = await sharp(cornerPixels, corners).withMetadata({ orientation }).png().toBuffer();
    const image = await decodePixels(file);
    const turned = orientation > 4;
    expect([image.width, image.height]).toEqual(turned ? [3, 2] : [2, 3]);
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const [sx = 0, sy = 0] = from(x, y);
        const at = (y * image.width + x) * 3;
        expect([...image.data.subarray(at, at + 3)]).toEqual([
          ...cornerPixels.subarray((sy * 2 + sx) * 3).subarray(0, 3),
        ]);
      }
    }
  });

  test("a colour profile changes nothing", async () => {
    const file = await sharp(cornerPixels, corners).withIccProfile("p3").png().toBuffer();
    expect((await sharp(file).metadata()).hasProfile).toBe(true);
    const direct = await sharp(file, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
    expect(await rgb(file)).toEqual([...direct]);
    expect(await rgb(file)).not.toEqual([...(await sharp(file).removeAlpha().raw().toBuffer())]);
  });

  test("of an animation the first frame is taken", async () => {
    const frames = Buffer.alloc(4 * 8 * 3);
    frames.fill(255, 0, 4 * 4 * 3);
    const file = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .gif()
      .toBuffer();
    const image = await decodePixels(file);
    expect([image.width, image.height]).toEqual([4, 4]);
    expect(image.data.every((value) => value === 255)).toBe(true);
  });

  test.each(["jpeg", "webp", "avif", "tiff"] as const)("%s is decoded", async (format) => {
    const gray = sharp({
      create: { width: 16, height: 8, channels: 3, background: { r: 90, g: 90, b: 90 } },
    });
    const image = await decodePixels(await gray.toFormat(format).toBuffer());
    expect([image.width, image.height]).toEqual([16, 8]);
    expect(image.data.every((value) => Math.abs(value - 90) < 4)).toBe(true);
  });
});

describe("what cannot be decoded says why", () => {
  const photo = () => sharp(random.bytes(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } });

  test.each([
    [new Uint8Array(0), "IMAGE_EMPTY", /0 bytes/],
    [Buffer.from("hello, world"), "IMAGE_UNSUPPORTED", /begins with 68 65 6c 6c 6f/],
    [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "IMAGE_UNSUPPORTED", /is SVG/],
    [Buffer.from("BM......"), "IMAGE_UNSUPPORTED", /is BMP/],
    [Buffer.from("%PDF-1.7"), "IMAGE_UNSUPPORTED", /is PDF/],
    [Buffer.from([0xff, 0xd8, 0xff]), "IMAGE_CORRUPT", /JPEG/],
    [Buffer.from("GIF89a"), "IMAGE_CORRUPT", /GIF/],
  ])("%j: %s", async (bytes, code, message) => {
    await expect(decodePixels(bytes)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each(["jpeg", "png", "webp"] as const)("a %s cut in half is IMAGE_CORRUPT", async (format) => {
    const file = await photo().toFormat(format).toBuffer();
    await expect(decodePixels(file.subarray(0, file.length / 2))).rejects.toMatchObject({
      code: "IMAGE_CORRUPT",
    });
  });

  test("a PNG with a damaged byte is IMAGE_CORRUPT", async () => {
    const file = await photo().png().toBuffer();
    file[file.length >> 1] = (file[file.length >> 1] ?? 0) ^ 255;
    await expect(decodePixels(file)).rejects.toMatchObject({ code: "IMAGE_CORRUPT" });
  });

  test("bytes after the end of a JPEG do no harm", async () => {
    const file = await photo().jpeg().toBuffer();
    const [clean, longer] = [await rgb(file), await rgb(Buffer.concat([file, Buffer.from("trailing")]))];
    expect(longer).toEqual(clean);
  });

  test("a small file of a huge picture is IMAGE_TOO_LARGE, before any memory is taken", async () => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(30_000, 0);
    header.writeUInt32BE(30_000, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const signature = png(1, 1, { colorType: 0, bitDepth: 8 }, [0]).subarray(0, 8);
    const bomb = Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", Buffer.alloc(20))]);
    await expect(decodePixels(bomb)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      detail: { allowed: 100_000_000 },
    });
  });
});
