// The pictures of the benchmark: drawn, not stored; the same on every machine.
import fs from "node:fs";
import path from "node:path";
import { inScratch } from "./scratch.mjs";

/** Sizes by name: the overhead's, the network's own, and three that it has to grow to. */
export const SIZES = {
  "64×64": { width: 64, height: 64 },
  "512×512": { width: 512, height: 512 },
  "720p": { width: 1280, height: 720 },
  "1080p": { width: 1920, height: 1080 },
  "4K": { width: 3840, height: 2160 },
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

const drawn = new Map();

/** The picture of that name, drawn once a process. */
export function picture(name) {
  if (!drawn.has(name)) drawn.set(name, drawPicture(SIZES[name]));
  return drawn.get(name);
}

/** Writes the pictures as raw RGB files for the contenders that are not written in JavaScript. */
export function writePictures() {
  const folder = inScratch("pictures");
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, { width, height }] of Object.entries(SIZES)) {
    const file = path.join(folder, `${width}x${height}.rgb`);
    if (!fs.existsSync(file)) fs.writeFileSync(file, drawPicture(SIZES[name]).data);
  }
  return folder;
}
