// Pictures to compare two networks on where there are no better ones: the same ones every time, with edges, textures
// and flat parts of several sizes, so that a network has something to tell apart.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { RawImage } from "../image/raw.js";

// Of each kind; a handful shows a wrong engine, more only takes longer.
const count = 6;

// Milliseconds of one go: what else this thread has to do waits no longer than this and one row.
const goTime = 1;

/**
 * Pictures of this size, drawn row by row: the event loop turns in between.
 * @throws `signal.reason`
 */
export async function generatedPictures(
  width: number,
  height: number,
  signal?: AbortSignal,
): Promise<RawImage[]> {
  const pictures: RawImage[] = [];
  for (let index = 0; index < count; index++)
    pictures.push(await generatedPicture(index, width, height, signal));
  return pictures;
}

/** One of them; each index shows something else. */
export async function generatedPicture(
  index: number,
  width: number,
  height: number,
  signal: AbortSignal | undefined,
): Promise<RawImage> {
  const motif = newMotif(index);
  const data = new Uint8Array(width * height * 3);
  let start = performance.now();
  for (let y = 0; y < height; y++) {
    drawRow(motif, data, { width, height, y });
    if (performance.now() - start < goTime) continue;
    await nextTurn();
    signal?.throwIfAborted();
    start = performance.now();
  }
  return { data, width, height, channels: 3, colorFormat: "rgb" };
}

/** What a picture shows: sums of smooth noise over three octaves, with discs and stripes of other colours in it. */
type Motif = ReturnType<typeof newMotif>;

function newMotif(index: number) {
  const random = generator(index + 1);
  return {
    octaves: [4, 16, 64].map((cells) => new NoiseGrid(cells, random)),
    discs: Array.from({ length: 3 + index }, () => disc(random)),
    stripe: { angle: random() * Math.PI, period: 8 + random() * 40, strength: index % 2 === 0 ? 40 : 0 },
    tint: [0.4 + random() * 0.6, 0.4 + random() * 0.6, 0.4 + random() * 0.6],
  };
}

interface Row {
  readonly width: number;
  readonly height: number;
  readonly y: number;
}

function drawRow({ octaves, discs, stripe, tint }: Motif, data: Uint8Array, { width, height, y }: Row): void {
  for (let x = 0; x < width; x++) {
    const [u, v] = [x / width, y / height];
    const noise = octaves.reduce((sum, grid, i) => sum + grid.at(u, v) / 2 ** i, 0) / 1.75;
    const wave = Math.sin(
      ((x * Math.cos(stripe.angle) + y * Math.sin(stripe.angle)) * 2 * Math.PI) / stripe.period,
    );
    const inside = discs.find((one) => (u - one.x) ** 2 + (v - one.y) ** 2 < one.radius ** 2);
    for (let c = 0; c < 3; c++) {
      const base = inside === undefined ? noise * 255 * (tint[c] ?? 1) : (inside.color[c] ?? 0) + noise * 50;
      data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(base + wave * stripe.strength)));
    }
  }
}

function disc(random: () => number) {
  return {
    x: random(),
    y: random(),
    radius: 0.05 + random() * 0.2,
    color: [random() * 205, random() * 205, random() * 205],
  };
}

/** Random values on a grid, and linear interpolation between them. */
class NoiseGrid {
  readonly #cells: number;
  readonly #values: Float32Array;

  constructor(cells: number, random: () => number) {
    this.#cells = cells;
    this.#values = Float32Array.from({ length: (cells + 1) ** 2 }, random);
  }

  /** Of a place from 0 to 1. */
  at(u: number, v: number): number {
    const [x, y] = [u * this.#cells, v * this.#cells];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const upper = mix(this.#value(left, top), this.#value(left + 1, top), x - left);
    const lower = mix(this.#value(left, top + 1), this.#value(left + 1, top + 1), x - left);
    return mix(upper, lower, y - top);
  }

  #value(x: number, y: number): number {
    return this.#values[y * (this.#cells + 1) + x] ?? 0;
  }
}

const mix = (a: number, b: number, t: number) => a + (b - a) * t;

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
