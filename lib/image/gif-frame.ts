// The canvas of a GIF and the place of its first frame, from its first blocks: the decoder leaves what a frame does
// not cover black, while imread shows the canvas's background colour there.

import { corrupt, type PictureSize } from "./decode-errors.js";

/** Where the first frame lies on the canvas, in pixels, and what is behind it. */
export interface GifFrame {
  readonly canvas: PictureSize;
  readonly left: number;
  readonly top: number;
  readonly frame: PictureSize;
  readonly background: { readonly r: number; readonly g: number; readonly b: number };
}

// Blocks of extensions before the first frame: each costs a step here, on the event loop.
const mostBlocks = 65_536;

/**
 * Reads up to the first frame.
 * @throws DeepLabError IMAGE_CORRUPT
 */
export function readGifFrame(file: Buffer): GifFrame {
  if (file.length < 13) throw noFrame();
  const canvas = { width: file.readUInt16LE(6), height: file.readUInt16LE(8) };
  const flags = file[10] ?? 0;
  const colors = flags & 0x80 ? 2 << (flags & 7) : 0;
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
  return { canvas, left, top, frame, background: { r, g, b } };
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
