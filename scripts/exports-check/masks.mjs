// Class maps that are hard on exports: single pixels, diagonals, nested rings, borders, noise. Made from a seed, so that
// every run and every machine has the same.

export const classNames = ["background", "road", "car", "tree house"];

/** Numbers from 0 to 1; the same for the same seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function make(name, width, height, idAt) {
  const segmentationMap = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) segmentationMap[y * width + x] = idAt(x, y);
  return { name, width, height, segmentationMap };
}

function noise(name, width, height, seed, share) {
  const random = generator(seed);
  return make(name, width, height, () => (random() < share ? 1 + Math.floor(random() * 3) : 0));
}

/** Discs over each other, some with holes. */
function discs(name, width, height, seed, count) {
  const random = generator(seed);
  const list = Array.from({ length: count }, (_, i) => ({
    x: random() * width,
    y: random() * height,
    outer: (0.05 + random() * 0.3) * Math.min(width, height),
    inner: random() * 0.15 * Math.min(width, height),
    id: i % 4,
  }));
  return make(name, width, height, (x, y) => {
    const over = list.findLast((disc) => {
      const far = Math.hypot(x - disc.x, y - disc.y);
      return far <= disc.outer && far >= disc.inner;
    });
    return over?.id ?? 0;
  });
}

const ring = (x, y, width, height) => Math.min(x, y, width - 1 - x, height - 1 - y);

/** Every map, as `{ name, width, height, segmentationMap }`. */
export function masks() {
  return [
    make("one-pixel", 1, 1, () => 1),
    make("one-of-nine", 3, 3, (x, y) => (x === 1 && y === 1 ? 2 : 0)),
    make("empty", 5, 4, () => 0),
    make("full", 7, 6, () => 3),
    make("line-across", 9, 1, (x) => (x % 3 === 0 ? 0 : 1)),
    make("line-down", 1, 11, (_, y) => (y % 4 === 0 ? 2 : 0)),
    make("chessboard", 12, 9, (x, y) => (x + y) % 2),
    make("diagonal", 10, 10, (x, y) => (x === y ? 1 : x + y === 9 ? 2 : 0)),
    make("frames", 25, 21, (x, y) => ring(x, y, 25, 21) % 2),
    make("frames-of-three", 31, 27, (x, y) => ring(x, y, 31, 27) % 4),
    make("touching-corners", 14, 14, (x, y) => ((x >> 1) + (y >> 1)) % 2),
    make("comb", 33, 12, (x, y) => (y === 0 || x % 2 === 0 ? 1 : 0)),
    noise("sparse", 41, 37, 1, 0.1),
    noise("half", 64, 48, 2, 0.5),
    noise("dense", 53, 67, 3, 0.9),
    discs("discs", 160, 120, 4, 30),
    discs("large", 640, 360, 5, 120),
  ];
}
