// The "plain JavaScript" rival's way out: bilinear growth of the logits, softmax, arg max and threshold, row by
// row, so that full-size planes of all classes never exist. Each logits row is stretched once.
import { linearTaps } from "./javascript-preprocess.mjs";

function stretchRow(logits, shape, y, columns, width, out) {
  for (let k = 0; k < shape.channels; k += 1) {
    const from = (k * shape.height + y) * shape.width;
    for (let x = 0, to = k * width; x < width; x += 1, to += 1) {
      const a = logits[from + columns.first[x]];
      out[to] = a + columns.weight[x] * (logits[from + columns.second[x]] - a);
    }
  }
}

/** Two stretched rows are enough: the next output row needs the same or the next source row. */
function makeRowCache(shape, columns, width) {
  const slots = [0, 1].map(() => ({ y: -1, row: new Float32Array(shape.channels * width) }));
  return {
    reset: () =>
      slots.forEach((slot) => {
        slot.y = -1;
      }),
    get(logits, y, keep) {
      const known = slots.find((slot) => slot.y === y);
      if (known) return known;
      const slot = slots[0] === keep ? slots[1] : slots[0];
      stretchRow(logits, shape, y, columns, width, slot.row);
      slot.y = y;
      return slot;
    },
  };
}

function blend(top, bottom, weight, out) {
  for (let i = 0; i < out.length; i += 1) out[i] = top[i] + weight * (bottom[i] - top[i]);
}

/** Arg max and softmax of one row of `channels` planes; class by class, so that memory is read in order. */
function classifyRow(row, channels, width, scratch, target, offset, threshold) {
  const { best, sum } = scratch;
  const { map, confidence } = target;
  for (let x = 0; x < width; x += 1) {
    best[x] = row[x];
    sum[x] = 0;
    map[offset + x] = 0;
  }
  for (let k = 1; k < channels; k += 1) {
    for (let x = 0, i = k * width; x < width; x += 1, i += 1) {
      if (row[i] > best[x]) {
        best[x] = row[i];
        map[offset + x] = k;
      }
    }
  }
  for (let k = 0; k < channels; k += 1) {
    for (let x = 0, i = k * width; x < width; x += 1, i += 1) sum[x] += Math.exp(row[i] - best[x]);
  }
  for (let x = 0; x < width; x += 1) {
    const probability = 1 / sum[x];
    const kept = probability >= threshold;
    confidence[offset + x] = kept ? probability : 0;
    if (!kept) map[offset + x] = 0;
  }
}

/** A function `(logits) → { map, confidence }` for logits of `shape` and a picture of `size`. */
export function makePostprocess(shape, size, threshold) {
  const { width, height } = size;
  const columns = linearTaps(shape.width, width);
  const rows = linearTaps(shape.height, height);
  const cache = makeRowCache(shape, columns, width);
  const row = new Float32Array(shape.channels * width);
  const scratch = { best: new Float32Array(width), sum: new Float32Array(width) };
  return (logits) => {
    const target = { map: new Uint8Array(width * height), confidence: new Float32Array(width * height) };
    cache.reset();
    for (let y = 0; y < height; y += 1) {
      const top = cache.get(logits, rows.first[y], null);
      const bottom = cache.get(logits, rows.second[y], top);
      blend(top.row, bottom.row, rows.weight[y], row);
      classifyRow(row, shape.channels, width, scratch, target, y * width, threshold);
    }
    return target;
  };
}
