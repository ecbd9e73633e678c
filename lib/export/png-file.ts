// PNG files (ISO/IEC 15948): the chunks around compressed rows. Rows are filtered in native code and deflated by zlib
// on libuv's threads.

import { promisify } from "node:util";
import zlib, { crc32 } from "node:zlib";
import { type NativePngRows, native } from "../native.js";

/** What the rows of a file are. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly colorType: "gray" | "rgb" | "palette" | "rgba";
}

/** What a file holds beside its pixels. */
export interface PngExtras {
  /** Red, green and blue of each palette entry. */
  readonly palette?: Uint8Array;
  /** Alpha of the first palette entries. */
  readonly transparency?: Uint8Array;
  /** Texts by keyword. */
  readonly texts?: Readonly<Record<string, string>>;
}

const colorTypes = { gray: 0, rgb: 2, palette: 3, rgba: 6 } as const;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const deflate = promisify(zlib.deflate) as (rows: Uint8Array, options: zlib.ZlibOptions) => Promise<Buffer>;

// Maps are long runs once they are filtered: matching runs alone is several times as fast as the search for other
// repetitions, and what it leaves out saves little (docs/benchmarks.md). Photographs under an overlay are no runs: the
// quickest search finds what there is.
const forMaps: zlib.ZlibOptions = {
  level: 1,
  strategy: zlib.constants.Z_RLE,
  memLevel: 9,
  chunkSize: 1 << 18,
};
const forPictures: zlib.ZlibOptions = { level: 1, memLevel: 9, chunkSize: 1 << 20 };

/**
 * The bytes of a PNG file with these samples.
 * @throws DeepLabError OUT_OF_MEMORY
 */
export async function pngFile(
  header: PngHeader,
  rows: NativePngRows,
  extras: PngExtras = {},
): Promise<Buffer> {
  const filtered = new Uint8Array(await native().filterPngRows(rows));
  const isMap = header.colorType === "gray" || header.colorType === "palette";
  const data = await deflate(filtered, isMap ? forMaps : forPictures);
  const { palette, transparency, texts = {} } = extras;
  return Buffer.concat([
    signature,
    ...chunk("IHDR", headerBytes(header)),
    ...(palette === undefined ? [] : chunk("PLTE", palette)),
    ...(transparency === undefined ? [] : chunk("tRNS", transparency)),
    ...Object.entries(texts).flatMap(([keyword, text]) => chunk("iTXt", textBytes(keyword, text))),
    ...dataChunks(data),
    ...chunk("IEND", Buffer.alloc(0)),
  ]);
}

function headerBytes({ width, height, bitDepth, colorType }: PngHeader): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([bitDepth, colorTypes[colorType], 0, 0, 0], 8);
  return bytes;
}

// Keyword, not compressed, no language, no translated keyword, the text as UTF-8.
function textBytes(keyword: string, text: string): Buffer {
  return Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, "latin1"), Buffer.from(text, "utf8")]);
}

// A chunk's length has 31 bits.
function dataChunks(data: Buffer): Buffer[] {
  const most = 2 ** 30;
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += most) parts.push(...chunk("IDAT", data.subarray(at, at + most)));
  return parts;
}

// Length, type, data, and the checksum of type and data.
function chunk(type: string, data: Uint8Array): Buffer[] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, "latin1");
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data, crc32(head.subarray(4))), 0);
  return [head, Buffer.from(data.buffer, data.byteOffset, data.byteLength), sum];
}
