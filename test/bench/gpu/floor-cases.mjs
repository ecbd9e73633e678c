// The requests whose floors docs/gpu-performance.md states: a network of 512×512 and 21 classes, stretched to or
// letterboxed, its head cut (128×128 logits) or whole, in single and half precision.
import { requestBytes } from "./bytes.mjs";

const SIZE = 512;
const CHANNELS = 21;
const SQUARE = { left: 0, top: 0, right: 0, bottom: 0 };
/** 1920×1080 becomes 512×288. */
const WIDE = { left: 0, top: 112, right: 0, bottom: 112 };

/** Pictures by what tables call them. */
export const PICTURES = [
  { name: "512×512 RGB", width: 512, height: 512, format: "rgb", pads: SQUARE },
  { name: "1920×1080 RGB", width: 1920, height: 1080, format: "rgb", pads: WIDE },
  { name: "1920×1080 NV12", width: 1920, height: 1080, format: "nv12", pads: WIDE },
];

/** Networks likewise: what the engine takes and answers. */
export const NETWORKS = [
  { name: "float32, head cut", dtype: "float32", logits: 128 },
  { name: "float32, whole", dtype: "float32", logits: SIZE },
  { name: "float16, head cut", dtype: "float16", logits: 128 },
  { name: "float16, whole", dtype: "float16", logits: SIZE },
];

/** One request: a byte of class and a float of confidence for every pixel of the picture. */
export function requestOf({ width, height, format, pads }, { dtype, logits }) {
  return requestBytes({
    picture: { width, height, format },
    input: { width: SIZE, height: SIZE, dtype, ...pads },
    logits: { channels: CHANNELS, width: logits, height: logits, dtype },
    maps: { width, height, bytesPerPixel: 5 },
  });
}
