// Pictures whose headers lie, or that unpack to far more than they are: each with the error that it must be.

import { deflateSync } from "node:zlib";
import { oddPicture } from "./odd-pictures.js";
import { chunk } from "./png.js";

/** One file and what becomes of it. */
export interface HostilePicture {
  readonly name: string;
  readonly bytes: Buffer;
  /** An error's code, or the size of the picture that it is all the same. */
  readonly becomes: string;
  /** The size that an error of the limit must name. */
  readonly size?: readonly [width: number, height: number];
}

const mebibyte = 2 ** 20;
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface PngParts {
  readonly size: readonly [width: number, height: number];
  /** What IDAT unpacks to. */
  readonly data: Uint8Array;
  readonly interlaced?: boolean;
  readonly before?: readonly Buffer[];
}

/** An RGB PNG that may say anything of itself. */
export function anyPng({ size, data, interlaced = false, before = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size[0], 0);
  header.writeUInt32BE(size[1], 4);
  header.set([8, 2, 0, 0, interlaced ? 1 : 0], 8);
  const idat = chunk("IDAT", deflateSync(data));
  return Buffer.concat([
    pngSignature,
    chunk("IHDR", header),
    ...before,
    idat,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A copy with a few bytes written over those behind the first `mark`. */
function patched(file: Buffer, mark: Buffer | string, offset: number, bytes: readonly number[]): Buffer {
  const at = file.indexOf(mark);
  if (at < 0) throw new Error("the mark is not in the file");
  const copy = Buffer.from(file);
  copy.set(bytes, at + offset);
  return copy;
}

const big16 = (...values: number[]) => values.flatMap((value) => [value >> 8, value & 255]);
const big32 = (...values: number[]) =>
  values.flatMap((value) => big16(Math.floor(value / 65_536), value & 65_535));
const little32 = (value: number) => big32(value).reverse();

function pngs(): HostilePicture[] {
  const bomb = deflateSync(Buffer.alloc(64 * mebibyte));
  const text = deflateSync(Buffer.alloc(7 * mebibyte));
  const small = { size: [8, 8], data: Buffer.alloc(8 * 25) } as const;
  const compressed = (type: string, prefix: string, body: Uint8Array) =>
    chunk(type, Buffer.concat([Buffer.from(prefix, "latin1"), body]));
  const holding = (...before: Buffer[]) => anyPng({ ...small, before });
  return [
    {
      name: "PNG of 100,000²",
      bytes: anyPng({ size: [100_000, 100_000], data: small.data }),
      becomes: "IMAGE_TOO_LARGE",
      size: [100_000, 100_000],
    },
    {
      name: "PNG of one endless row",
      bytes: anyPng({ size: [2 ** 21, 1], data: small.data }),
      becomes: "IMAGE_TOO_LARGE",
      size: [2 ** 21, 1],
    },
    {
      name: "PNG of more rows than it has",
      bytes: anyPng({ ...small, size: [9999, 9999] }),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "PNG interlaced, of more than it has",
      bytes: anyPng({ ...small, size: [9999, 9999], interlaced: true }),
      becomes: "IMAGE_CORRUPT",
    },
    { name: "PNG of no width", bytes: anyPng({ ...small, size: [0, 8] }), becomes: "IMAGE_CORRUPT" },
    { name: "PNG that is a header only", bytes: pngSignature, becomes: "IMAGE_CORRUPT" },
    {
      name: "PNG whose pixels unpack to 64 MiB",
      bytes: anyPng({ ...small, data: Buffer.alloc(64 * mebibyte) }),
      becomes: "8×8",
    },
    {
      name: "PNG with a profile of 64 MiB",
      bytes: holding(compressed("iCCP", "x\0\0", bomb)),
      becomes: "8×8",
    },
    { name: "PNG with a text of 64 MiB", bytes: holding(compressed("zTXt", "x\0\0", bomb)), becomes: "8×8" },
    {
      name: "PNG with an international text of 64 MiB",
      bytes: holding(compressed("iTXt", "x\0\x01\0\0\0", bomb)),
      becomes: "8×8",
    },
    {
      name: "PNG with 40 texts of 7 MiB",
      bytes: holding(...Array(40).fill(compressed("zTXt", "x\0\0", text))),
      becomes: "8×8",
    },
  ];
}

function jpegs(): HostilePicture[] {
  const [baseline, progressive] = [oddPicture("jpeg-420.jpg"), oddPicture("jpeg-progressive-420.jpg")];
  const frame = Buffer.of(0xff, 0xc0);
  const progressiveFrame = Buffer.of(0xff, 0xc2);
  const sized = (width: number, height: number) => patched(baseline, frame, 5, big16(height, width));
  const scan = progressive.indexOf(Buffer.of(0xff, 0xda));
  const emptyScan = Buffer.concat([progressive.subarray(scan, scan + 14), Buffer.alloc(8)]);
  const cut = (file: Buffer) => file.subarray(0, Math.floor((file.length * 9) / 10));
  const restarts = oddPicture("jpeg-restart-420.jpg");
  return [
    {
      name: "JPEG of 65,535²",
      bytes: sized(65_535, 65_535),
      becomes: "IMAGE_TOO_LARGE",
      size: [65_535, 65_535],
    },
    {
      name: "JPEG of a side that is too long",
      bytes: sized(65_501, 8),
      becomes: "IMAGE_TOO_LARGE",
      size: [65_501, 8],
    },
    { name: "JPEG of more than it can hold", bytes: sized(9999, 9999), becomes: "IMAGE_CORRUPT" },
    { name: "JPEG of some more rows than it has", bytes: sized(37, 60), becomes: "IMAGE_CORRUPT" },
    { name: "JPEG of no height", bytes: sized(37, 0), becomes: "IMAGE_CORRUPT" },
    {
      name: "progressive JPEG of more than it can hold",
      bytes: patched(progressive, progressiveFrame, 5, big16(9999, 9999)),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "progressive JPEG of 200 passes",
      bytes: Buffer.concat([
        progressive.subarray(0, -2),
        ...Array(200).fill(emptyScan),
        Buffer.of(0xff, 0xd9),
      ]),
      becomes: "IMAGE_UNSUPPORTED",
    },
    { name: "JPEG cut near its end", bytes: cut(baseline), becomes: "IMAGE_CORRUPT" },
    { name: "progressive JPEG cut near its end", bytes: cut(progressive), becomes: "IMAGE_CORRUPT" },
    {
      name: "JPEG cut and closed again",
      bytes: Buffer.concat([cut(baseline), Buffer.of(0xff, 0xd9)]),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "JPEG whose restart markers are out of order",
      bytes: patched(restarts, Buffer.of(0xff, 0xd0), 1, [0xd3]),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "JPEG of a million empty segments",
      bytes: Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.from("fffe0002".repeat(1_000_000), "hex")]),
      becomes: "IMAGE_CORRUPT",
    },
  ];
}

function gifs(): HostilePicture[] {
  const plain = oddPicture("gif-plain.gif");
  const sized = (width: number, height: number) =>
    patched(plain, "GIF89a", 6, [...big16(width).reverse(), ...big16(height).reverse()]);
  const screen = plain.subarray(0, 13 + 64 * 3);
  const gifFrame = Buffer.from("2c00000000010001000002024c0100", "hex"); // 1×1
  return [
    {
      name: "GIF of 65,535²",
      bytes: sized(65_535, 65_535),
      becomes: "IMAGE_TOO_LARGE",
      size: [65_535, 65_535],
    },
    { name: "GIF whose frame is larger than its canvas", bytes: sized(8, 8), becomes: "IMAGE_CORRUPT" },
    {
      name: "GIF without a frame",
      bytes: Buffer.concat([screen, Buffer.from(";")]),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "GIF of a million blocks before its frame",
      bytes: Buffer.concat([
        screen,
        Buffer.from("21fe", "hex"),
        Buffer.from("0141".repeat(1_000_000), "hex"),
      ]),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "GIF of three million frames",
      bytes: Buffer.concat([
        plain.subarray(0, -1),
        Buffer.alloc(3_000_000 * gifFrame.length, gifFrame),
        Buffer.from(";"),
      ]),
      becomes: "37×23",
    },
    { name: "GIF cut in its frame", bytes: plain.subarray(0, 400), becomes: "IMAGE_CORRUPT" },
  ];
}

/** A little-endian TIFF with the first entry of a tag replaced by one number, or by a list elsewhere. */
function withTag(file: Buffer, tag: number, value: number, count = 1): Buffer {
  const copy = Buffer.from(file);
  const directory = copy.readUInt32LE(4);
  for (let at = directory + 2; at < directory + 2 + copy.readUInt16LE(directory) * 12; at += 12) {
    if (copy.readUInt16LE(at) !== tag) continue;
    copy.writeUInt16LE(4, at + 2);
    copy.writeUInt32LE(count, at + 4);
    copy.writeUInt32LE(value, at + 8);
    return copy;
  }
  throw new Error(`the TIFF has no tag ${tag}`);
}

const [imageWidth, imageLength, stripOffsets, rowsPerStrip, stripCounts] = [256, 257, 273, 278, 279] as const;
const [tileWidth, tileLength] = [322, 323] as const;

function tiffs(): HostilePicture[] {
  const [strips, tiles] = [oddPicture("tiff-rgb8.tif"), oddPicture("tiff-rgb8-tiled.tif")];
  const sized = (side: number) => withTag(withTag(strips, imageWidth, side), imageLength, side);
  const tiled = (side: number) => withTag(withTag(tiles, tileWidth, side), tileLength, side);
  return [
    { name: "TIFF of 100,000²", bytes: sized(100_000), becomes: "IMAGE_TOO_LARGE", size: [100_000, 100_000] },
    {
      name: "TIFF of more than it has",
      bytes: withTag(sized(9999), rowsPerStrip, 9999),
      becomes: "IMAGE_CORRUPT",
    },
    {
      name: "TIFF of 268 million strips",
      bytes: withTag(withTag(strips, stripOffsets, 8, 2 ** 28), stripCounts, 8, 2 ** 28),
      becomes: "IMAGE_CORRUPT",
    },
    { name: "TIFF with tiles of (2³⁰)²", bytes: tiled(2 ** 30), becomes: "IMAGE_UNSUPPORTED" },
    { name: "TIFF with tiles of 65,536²", bytes: tiled(65_536), becomes: "IMAGE_UNSUPPORTED" },
    { name: "TIFF with tiles of nothing", bytes: tiled(0), becomes: "IMAGE_CORRUPT" },
    {
      name: "TIFF cut in its pixels",
      bytes: withTag(strips, stripOffsets, strips.length - 100),
      becomes: "IMAGE_CORRUPT",
    },
  ];
}

function others(): HostilePicture[] {
  const [webp, animated, avif] = ["webp-lossless.webp", "webp-animated.webp", "avif-444.avif"].map(
    oddPicture,
  ) as [Buffer, Buffer, Buffer];
  const canvas = (side: number) =>
    patched(animated, "VP8X", 12, [...little32(side - 1).slice(0, 3), ...little32(side - 1).slice(0, 3)]);
  return [
    { name: "WebP of 16,000²", bytes: canvas(16_000), becomes: "IMAGE_TOO_LARGE", size: [16_000, 16_000] },
    { name: "WebP cut in half", bytes: webp.subarray(0, webp.length / 2), becomes: "IMAGE_CORRUPT" },
    {
      name: "AVIF of 100,000²",
      bytes: patched(avif, "ispe", 8, big32(100_000, 100_000)),
      becomes: "IMAGE_TOO_LARGE",
      size: [100_000, 100_000],
    },
    { name: "AVIF cut in half", bytes: avif.subarray(0, avif.length / 2), becomes: "IMAGE_CORRUPT" },
  ];
}

/** All of them. */
export function hostilePictures(): HostilePicture[] {
  return [...pngs(), ...jpegs(), ...gifs(), ...tiffs(), ...others()];
}
