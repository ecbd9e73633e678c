// Encoded pictures with damage of every kind: decoded, or refused by name; never a crash, and never long.

import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { expect } from "vitest";
import { Random } from "../support/random.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { fuzz } from "./harness.js";

const { model } = await loadTinyModel({ device: "cpu" });

const noise = () =>
  sharp(Buffer.from(new Random(7).bytes(37 * 23 * 4)), { raw: { width: 37, height: 23, channels: 4 } });
const seeds = await Promise.all([
  noise().removeAlpha().jpeg({ quality: 80 }).toBuffer(),
  noise()
    .removeAlpha()
    .jpeg({ progressive: true })
    .withExif({ IFD0: { Artist: "a" } })
    .toBuffer(),
  noise().png().toBuffer(),
  noise().png({ palette: true }).toBuffer(),
  noise().png({ adaptiveFiltering: true, progressive: true }).toBuffer(),
  noise().webp({ quality: 50 }).toBuffer(),
  noise().webp({ lossless: true }).toBuffer(),
  noise().gif().toBuffer(),
  noise().tiff({ compression: "lzw" }).toBuffer(),
  noise().tiff({ compression: "jpeg", tile: true, tileWidth: 16, tileHeight: 16 }).removeAlpha().toBuffer(),
  noise().avif({ effort: 0 }).toBuffer(),
]);
// One of the shipped pictures too: long enough for markers in its middle.
const all = [...seeds, readFileSync(path.join(import.meta.dirname, "../../assets/samples/wood.jpg"))];

type Damage = (bytes: Uint8Array, at: number, value: number) => Uint8Array;
const overwrite: Damage = (bytes, at, value) => {
  const copy = Uint8Array.from(bytes);
  copy[at % copy.length] = value;
  return copy;
};
const damages: readonly Damage[] = [
  overwrite,
  (bytes, at) => overwrite(bytes, at, (bytes[at % bytes.length] ?? 0) ^ (1 << (at % 8))),
  // Headers are where the lies are.
  (bytes, at, value) => overwrite(bytes, at % 64, value),
  (bytes, at) => bytes.slice(0, at % bytes.length),
  (bytes, at, value) =>
    Uint8Array.from([...bytes.slice(0, at % bytes.length), value, ...bytes.slice(at % bytes.length)]),
  (bytes, at, value) =>
    bytes.filter((_, i) => i < at % bytes.length || i >= (at % bytes.length) + (value % 16)),
  (bytes, at, value) =>
    bytes.copyWithin(at % bytes.length, value % bytes.length, (value % bytes.length) + 32).slice(),
  (bytes, at) => overwrite(overwrite(bytes, at, 0xff), at + 1, 0xff),
];

const damaged = fc
  .record({
    seed: fc.nat({ max: all.length - 1 }),
    steps: fc.array(
      fc.record({
        kind: fc.nat({ max: damages.length - 1 }),
        at: fc.nat({ max: 2 ** 20 }),
        value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ seed, steps }) =>
    steps.reduce<Uint8Array>(
      (bytes, { kind, at, value }) =>
        bytes.length === 0 ? bytes : (damages[kind] as Damage)(Uint8Array.from(bytes), at, value),
      all[seed] as Uint8Array,
    ),
  );
const noPicture = fc.uint8Array({ maxLength: 64 });

fuzz({
  name: "damaged pictures of every format are decoded or refused by name",
  key: "decoding",
  inputs: fc.oneof({ weight: 30, arbitrary: damaged }, { weight: 1, arbitrary: noPicture }),
  holds: async (bytes, outcomes) => {
    const start = performance.now();
    const result = await outcomes.of(() => model.infer(bytes));
    if (result !== undefined) expect(result.segmentationMap.length).toBe(result.width * result.height);
    expect(performance.now() - start, "ms for one small file").toBeLessThan(20_000);
  },
  smokeRuns: 500,
  meets: ["ok", "IMAGE_CORRUPT", "IMAGE_UNSUPPORTED"],
  mebibytes: 200, // libvips' caches and glibc's arenas of its threads
});
