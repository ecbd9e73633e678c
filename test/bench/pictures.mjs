// The pictures of the benchmark: drawn, not stored; the same on every machine.

/** Sizes by name: the network's own, and two common ones it has to grow to. */
export const SIZES = {
  "512x512": { width: 512, height: 512 },
  "720p": { width: 1280, height: 720 },
  "1080p": { width: 1920, height: 1080 },
};

/** Smooth colours with hard edges and a little noise, RGB, 8 bits. */
export function drawPicture({ width, height }) {
  const data = new Uint8Array(width * height * 3);
  let noise = 12345;
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 3) {
      noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
      const edge = ((x >> 6) + (y >> 6)) & 1 ? 60 : 0;
      data[i] = ((x * 160) / width + edge + (noise >>> 28)) & 255;
      data[i + 1] = ((y * 160) / height + edge + ((noise >>> 24) & 15)) & 255;
      data[i + 2] = (((x + y) * 100) / (width + height) + edge + ((noise >>> 20) & 15)) & 255;
    }
  }
  return { data, width, height };
}
