// Inks → RGB, the very sums of imread (no colour profile is asked). In slices: a picture of inks is rare, and its
// conversion must not hold the event loop for a millisecond.

import { setImmediate as nextTurn } from "node:timers/promises";

/** Whose sums: OpenCV's for JPEG, and those of the TIFF library that it leaves TIFF to. */
export type InkFormula = "JPEG" | "TIFF";

const slice = 16_384;

/** RGB of CMYK pixels (0 no ink, 255 full). */
export async function inksToRgb(inks: Uint8Array, formula: InkFormula): Promise<Uint8Array> {
  const pixels = inks.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  const convert = formula === "JPEG" ? convertJpeg : convertTiff;
  for (let from = 0; from < pixels; from += slice) {
    if (from > 0) await nextTurn();
    convert(inks, rgb, from, Math.min(from + slice, pixels));
  }
  return rgb;
}

// With k' = 255 − k: k' − (ink · k' >> 8).
function convertJpeg(inks: Uint8Array, rgb: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const white = 255 - (inks[i * 4 + 3] as number);
    rgb[i * 3] = white - (((inks[i * 4] as number) * white) >> 8);
    rgb[i * 3 + 1] = white - (((inks[i * 4 + 1] as number) * white) >> 8);
    rgb[i * 3 + 2] = white - (((inks[i * 4 + 2] as number) * white) >> 8);
  }
}

// (255 − k) · (255 − ink) / 255, cut.
function convertTiff(inks: Uint8Array, rgb: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const white = 255 - (inks[i * 4 + 3] as number);
    rgb[i * 3] = (white * (255 - (inks[i * 4] as number))) / 255;
    rgb[i * 3 + 1] = (white * (255 - (inks[i * 4 + 1] as number))) / 255;
    rgb[i * 3 + 2] = (white * (255 - (inks[i * 4 + 2] as number))) / 255;
  }
}
