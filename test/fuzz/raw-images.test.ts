// Descriptors of raw pixels: any lie about a size, a stride or a length is refused, and what is accepted is answered.

import type { ImageSource } from "deeplab-rt";
import fc from "fast-check";
import { expect } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { fuzz } from "./harness.js";
import { anything, mostly, someOf } from "./values.js";

const { model } = await loadTinyModel({ device: "cpu" });

const formats = ["rgb", "bgr", "rgba", "bgra", "gray", "nv12"] as const;
const channels = { rgb: 3, bgr: 3, rgba: 4, bgra: 4, gray: 1, nv12: 1 };

const memories = [
  (bytes: number) => new Uint8Array(bytes),
  (bytes: number) => new Uint8ClampedArray(bytes),
  (bytes: number) => new ArrayBuffer(bytes),
  (bytes: number) => new SharedArrayBuffer(bytes),
  (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes)),
  (bytes: number) => Buffer.alloc(bytes),
  (bytes: number) => new Float32Array(bytes >> 2),
  (bytes: number) => new DataView(new ArrayBuffer(bytes)),
  (bytes: number) => new Uint8Array(new ArrayBuffer(bytes + 8), 5, bytes),
];

// Right in itself; then something of it is bent.
const described = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    format: fc.constantFrom(...formats),
    pad: fc.constantFrom(0, 0, 1, 7),
    memory: fc.constantFrom(...memories),
    short: fc.constantFrom(0, 0, 0, 1, -1, 100),
  })
  .map(({ width, height, format, pad, memory, short }) => {
    const rows = format === "nv12" ? height + Math.ceil(height / 2) : height;
    const stride = (format === "nv12" ? width + (width % 2) : width * channels[format]) + pad;
    return { data: memory(Math.max(0, stride * rows - short)), width, height, stride, colorFormat: format };
  });

const bent = fc
  .tuple(
    described,
    someOf({
      data: anything(),
      width: mostly(fc.integer({ min: -1, max: 2 ** 31 })),
      height: mostly(fc.integer({ min: -1, max: 2 ** 31 })),
      stride: mostly(fc.integer({ min: -1, max: 200 })),
      channels: mostly(fc.constantFrom(1, 3, 4)),
      colorFormat: mostly(fc.constantFrom(...formats)),
      matrix: mostly(fc.constantFrom("bt601", "bt709")),
      range: mostly(fc.constantFrom("limited", "full")),
    }),
    fc.boolean(),
  )
  .map(([right, wrong, isBent]): unknown => (isBent ? { ...right, ...wrong } : right));

fuzz({
  name: "raw pixels of any description are answered at their size, or refused by name",
  key: "raw-images",
  inputs: fc.oneof({ weight: 9, arbitrary: bent }, { weight: 1, arbitrary: anything() }),
  holds: async (source, outcomes) => {
    const result = await outcomes.of(() => model.infer(source as ImageSource));
    if (result === undefined) return;
    const { width, height } = source as { width: number; height: number };
    expect([result.width, result.height]).toEqual([width, height]);
    expect(result.segmentationMap.length).toBe(width * height);
  },
  smokeRuns: 1500,
  meets: ["ok", "IMAGE_INVALID", "IMAGE_TOO_LARGE"],
});
