// Pixels → PNG file, by sharp on libuv's threads.

import type { RgbaImage } from "../visualize/overlay.js";

/** The bytes of a PNG file with these pixels. */
export async function encodePng({ data, width, height }: RgbaImage): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}
