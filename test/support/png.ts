// PNG files of every kind, written byte by byte: what a decoder gives back is known exactly.

import { crc32, deflateSync } from "node:zlib";

/** What an IHDR says, and the chunks that go with it. */
export interface PngKind {
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  readonly palette?: Uint8Array;
  readonly transparency?: Uint8Array;
}

const samplesPerPixel = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** A PNG file of these samples (`width · height · samples a pixel`, row by row). */
export function png(width: number, height: number, kind: PngKind, samples: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([kind.bitDepth, kind.colorType, 0, 0, 0], 8);
  const perRow = width * samplesPerPixel[kind.colorType];
  const rows = Array.from({ length: height }, (_, y) =>
    packRow(
      Array.from({ length: perRow }, (_, i) => samples[y * perRow + i] ?? 0),
      kind.bitDepth,
    ),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    ...(kind.palette ? [chunk("PLTE", kind.palette)] : []),
    ...(kind.transparency ? [chunk("tRNS", kind.transparency)] : []),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

// One filter byte, then the samples from the highest bit down.
function packRow(samples: readonly number[], bitDepth: number): Buffer {
  const bits = samples.map((sample) => sample.toString(2).padStart(bitDepth, "0")).join("");
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0").match(/.{8}/g) ?? [];
  return Buffer.from([0, ...bytes.map((byte) => Number.parseInt(byte, 2))]);
}

/** One chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
