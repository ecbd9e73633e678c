// The canvas of a GIF and the place of its first frame, from its first blocks: the decoder leaves what a frame does
// not cover black, while imread shows the canvas's background colour there.

import { setImmediate as nextTurn } from "node:timers/promises";
import { corrupt, type PictureSize } from "./decode-errors.js";

/** Where the first frame lies on the canvas, in pixels, and what is behind it. */
export interface GifFrame {
  readonly canvas: PictureSize;
  readonly left: number;
  readonly top: number;
  readonly frame: PictureSize;
  readonly background: { readonly r: number; readonly g: number; readonly b: number };
  /** Bytes of the file up to the frame's end: of further frames the decoder would keep an account, of every one. */
  readonly end: number;
}

// Blocks of extensions before the first frame: each costs a step here, on the event loop.
const mostBlocks = 65_536;
// Blocks of the frame itself, with a turn of the event loop after so many.
const blocksATurn = 65_536;

/**
 * Reads up to the first frame, and passes over its pixels.
 * @throws DeepLabError IMAGE_CORRUPT
 */
export async function readGifFrame(file: Buffer): Promise<GifFrame> {
  if (file.length < 13) throw noFrame();
  const canvas = { width: file.readUInt16LE(6), height: file.readUInt16LE(8) };
  const flags = file[10] ?? 0;
  const colors = colorCount(flags);
  const index = file[11] ?? 0;
  const [r = 0, g = 0, b = 0] = index < colors ? file.subarray(13 + index * 3, 16 + index * 3) : [];
  const at = firstFrame(file, 13 + colors * 3);
  const [left, top] = [file.readUInt16LE(at + 1), file.readUInt16LE(at + 3)];
  const frame = { width: file.readUInt16LE(at + 5), height: file.readUInt16LE(at + 7) };
  const fits = left + frame.width <= canvas.width && top + frame.height <= canvas.height;
  if (!fits || frame.width === 0 || frame.height === 0) {
    const place = `${frame.width}×${frame.height} at ${left}, ${top}`;
    throw corrupt(
      "GIF",
      `its first frame (${place}) is not within its ${canvas.width}×${canvas.height} canvas`,
    );
  }
  return { canvas, left, top, frame, background: { r, g, b }, end: await frameEnd(file, at) };
}

// Of its own or the canvas's table.
function colorCount(flags: number): number {
  return flags & 0x80 ? 2 << (flags & 7) : 0;
}

// After its place, its colours and the size of its codes come blocks, up to an empty one. A cut file ends before.
async function frameEnd(file: Buffer, frame: number): Promise<number> {
  let at = frame + 10 + colorCount(file[frame + 9] ?? 0) * 3 + 1;
  for (let blocks = 1; ; blocks++) {
    const length = file[at] ?? 0;
    at += length + 1;
    if (length === 0) return Math.min(at, file.length);
    if (blocks % blocksATurn === 0) await nextTurn();
  }
}

// Passes over extensions: "!", a kind, and blocks that begin with their length, up to an empty one.
function firstFrame(file: Buffer, start: number): number {
  let at = start;
  let blocks = 0;
  while (file[at] === 0x21) {
    at += 2;
    for (let length = file[at] ?? 0; length > 0; length = file[at] ?? 0) {
      at += length + 1;
      if (++blocks > mostBlocks) throw noFrame();
    }
    at += 1;
  }
  if (file[at] !== 0x2c || at + 10 > file.length) throw noFrame();
  return at;
}

const noFrame = () => corrupt("GIF", "its header ends without a frame");
