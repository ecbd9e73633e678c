// The least time that a request's bytes can take: bytes divided by what the memory or the link carries. The network is
// left out: its floor is its own.

const MEGA = 1e6; // GB/s are bytes a nanosecond; floors are in milliseconds

const sum = ({ read, written }) => read + written;

/**
 * Milliseconds of each step for one request.
 *
 * - `"copied"`: pixels cross the link, kernels work on the device's memory, maps cross the link back. Where both sides
 *   share one memory, a copy reads and writes it.
 * - `"mapped"`: kernels read the pixels and write the maps where the host has them, over the link if there is one.
 *
 * @param {ReturnType<import("./bytes.mjs").requestBytes>} bytes
 * @param {{ memory: number, link: { up: number, down: number } | null }} bandwidth GB/s; no link: integrated
 * @param {"copied" | "mapped"} mode
 */
export function floors(bytes, { memory, link }, mode) {
  const inMemory = (count) => count / memory / MEGA;
  const { up, down, preprocess, postprocess } = bytes;
  if (mode === "copied") {
    const copy = (count, way) => (link === null ? inMemory(2 * count) : count / link[way] / MEGA);
    return {
      up: copy(up, "up"),
      preprocess: inMemory(sum(preprocess)),
      postprocess: inMemory(sum(postprocess)),
      down: copy(down, "down"),
    };
  }
  const both = (outside, way, inside) =>
    link === null ? inMemory(outside + inside) : Math.max(outside / link[way] / MEGA, inMemory(inside));
  return {
    up: 0,
    preprocess: both(preprocess.read, "up", preprocess.written),
    postprocess: both(postprocess.written, "down", postprocess.read),
    down: 0,
  };
}

/** All steps one after another: the least a single request can wait, its network apart. */
export const latency = ({ up, preprocess, postprocess, down }) => up + preprocess + postprocess + down;

/**
 * The busiest of the link up, the link down and the memory: the least a picture can cost where requests overlap. Copies
 * over a link pass through the memory as well; without a link everything is the memory.
 */
export function throughput(bytes, { memory, link }, mode) {
  if (link === null) return latency(floors(bytes, { memory, link }, mode));
  const { up, down, preprocess, postprocess } = bytes;
  const isCopied = mode === "copied";
  const inside = isCopied
    ? sum(preprocess) + sum(postprocess) + up + down
    : preprocess.written + postprocess.read;
  const goesUp = isCopied ? up : preprocess.read;
  return Math.max(goesUp / link.up, down / link.down, inside / memory) / MEGA;
}
