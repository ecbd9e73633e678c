// Inks become RGB by the formulas of imread, however large the picture, and without holding the event loop.

import { describe, expect, test } from "vitest";
import { inksToRgb } from "../../dist/image/cmyk.js";

const levels = Array.from({ length: 256 }, (_, i) => i);
// Every ink with every black: cyan; magenta and yellow are others.
const every = Uint8Array.from(levels.flatMap((k) => levels.flatMap((c) => [c, 255 - c, (c * 7) % 256, k])));

/** One channel of one pixel, as OpenCV's loadsave and libtiff's RGBA interface compute it from stored values. */
const formulas = {
  JPEG: (ink: number, black: number) => {
    const [stored, k] = [255 - ink, 255 - black]; // Adobe stores inks inverted
    return k - Math.floor(((255 - stored) * k) / 256);
  },
  TIFF: (ink: number, black: number) => Math.floor(((255 - black) * (255 - ink)) / 255),
} as const;

describe.each(["JPEG", "TIFF"] as const)("inks of %s", (kind) => {
  test("become RGB by its formula, all 65,536 pairs of ink and black", async () => {
    const rgb = await inksToRgb(every, kind);
    const expected = Uint8Array.from({ length: 65_536 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3) * 4;
      return formulas[kind](every[pixel + (i % 3)] as number, every[pixel + 3] as number);
    });
    expect(Buffer.compare(rgb, expected)).toBe(0);
  });

  test("give the event loop its turn in between", async () => {
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await inksToRgb(new Uint8Array(1_000_000 * 4), kind);
    isDone = true;
    expect(turns).toBeGreaterThan(50); // every 16,384 pixels
  });
});
