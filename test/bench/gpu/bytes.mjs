// Bytes that one request has to move on a GPU, stage by stage: what is read is read once, what is written is written
// once, and what is not needed is not read. Kernels that move more are further from the floor.

/** Bytes of one value of a tensor. */
export const BYTES_OF = { float32: 4, float16: 2 };

const CHANNELS_OF = { rgb: 3, bgr: 3, rgba: 4, bgra: 4, gray: 1 };

/** Bytes of a whole picture, its rows without gaps. */
export const pictureBytes = ({ width, height, format }) =>
  width * height * (format === "nv12" ? 1.5 : CHANNELS_OF[format]);

/** Which rows of `size` linear interpolation to `count` reads, half-pixel centres: OpenCV's. */
export function rowsRead(size, count) {
  const read = new Set();
  for (let index = 0; index < count; index += 1) {
    const at = Math.min(Math.max(((index + 0.5) * size) / count - 0.5, 0), size - 1);
    read.add(Math.floor(at));
    read.add(Math.ceil(at));
  }
  return [...read];
}

/** Bytes of these rows of a picture: a line of memory holds several pixels, so of a row that is read, all of it is. */
function bytesOfRows(rows, { width, format }) {
  if (format !== "nv12") return rows.length * width * CHANNELS_OF[format];
  const chroma = new Set(rows.map((row) => row >> 1));
  return (rows.length + chroma.size) * width;
}

/**
 * Rows (or columns) of logits behind the rows `from` to `to` of the network's input. `logits` is how many the network
 * answers for `input`: as many, or fewer where its last interpolation (align_corners) was cut off.
 */
export function logitRows(from, to, input, logits) {
  const scale = input === 1 ? 0 : (logits - 1) / (input - 1);
  const last = Math.min(Math.ceil((to - 1) * scale), logits - 1);
  return last - Math.floor(from * scale) + 1;
}

/**
 * @typedef {object} Request one picture and what is made of it
 * @property {{ width: number, height: number, format: string }} picture
 * @property {{ width: number, height: number, dtype: string, left: number, top: number, right: number, bottom: number }}
 *   input of the network, and its pads
 * @property {{ channels: number, width: number, height: number, dtype: string }} logits
 * @property {{ width: number, height: number, bytesPerPixel: number }} maps 5: a byte of class, four of confidence
 */

/** @param {Request} request */
export function requestBytes({ picture, input, logits, maps }) {
  const placed = {
    width: input.width - input.left - input.right,
    height: input.height - input.top - input.bottom,
  };
  const up = pictureBytes(picture);
  const pixels = bytesOfRows(rowsRead(picture.height, placed.height), picture);
  const tensor = 3 * input.width * input.height * BYTES_OF[input.dtype];
  const rows = logitRows(input.top, input.height - input.bottom, input.height, logits.height);
  const columns = logitRows(input.left, input.width - input.right, input.width, logits.width);
  const down = maps.width * maps.height * maps.bytesPerPixel;
  return {
    up,
    preprocess: { read: pixels, written: tensor },
    postprocess: { read: logits.channels * rows * columns * BYTES_OF[logits.dtype], written: down },
    down,
  };
}
