// From measured times and counted bytes to rates, shares and "× the floor".
import { floors } from "./floors.mjs";

const MEGA = 1e6; // bytes in a millisecond → GB/s
const sum = ({ read, written }) => read + written;

/** `null` where either is not known. */
const ratio = (above, below) => (above === null || below === null || below === 0 ? null : above / below);

/** Bytes that a stage moves over the link and through the GPU's memory. Copies pass through both. */
function traffic(bytes, mode, hasLink) {
  const { up, down, preprocess, postprocess } = bytes;
  if (mode === "copied") {
    const passes = hasLink ? 1 : 2;
    return {
      preprocess: { link: hasLink ? up : 0, memory: passes * up + sum(preprocess) },
      postprocess: { link: hasLink ? down : 0, memory: passes * down + sum(postprocess) },
    };
  }
  if (!hasLink) {
    return {
      preprocess: { link: 0, memory: sum(preprocess) },
      postprocess: { link: 0, memory: sum(postprocess) },
    };
  }
  return {
    preprocess: { link: preprocess.read, memory: preprocess.written },
    postprocess: { link: postprocess.written, memory: postprocess.read },
  };
}

function stage(ms, moved, floor, memory, link) {
  const rate = (bytes) => (ms > 0 ? bytes / ms / MEGA : null);
  return {
    ms,
    floorMs: floor,
    timesFloor: ratio(ms, floor),
    linkBytes: moved.link,
    memoryBytes: moved.memory,
    linkShare: moved.link === 0 ? null : ratio(rate(moved.link), link),
    memoryShare: ratio(rate(moved.memory), memory),
  };
}

/**
 * The stages of one measured picture. A stage's events enclose its copy and its kernel, so both count: pre-processing
 * with the way up, post-processing with the way down. Managed memory is counted as mapped.
 *
 * @param {{ bytes: ReturnType<import("./bytes.mjs").requestBytes>, times: Record<string, { median: number }> }} measured
 * @param {string} memoryMode
 * @param {{ memory: { gbPerSecond: number | null }, link: { up: number | null, down: number | null } }} bandwidth
 * @param {boolean} isIntegrated
 */
export function analyse({ bytes, times }, memoryMode, { memory, link }, isIntegrated) {
  const mode = memoryMode === "copied" ? "copied" : "mapped";
  const moved = traffic(bytes, mode, !isIntegrated);
  const isKnown = memory.gbPerSecond !== null && (isIntegrated || link.up !== null);
  const least = isKnown
    ? floors(bytes, { memory: memory.gbPerSecond, link: isIntegrated ? null : link }, mode)
    : null;
  const of = (name, floor, linkRate) =>
    stage(times[name].median, moved[name], floor, memory.gbPerSecond, linkRate);
  return {
    preprocess: of("preprocess", least && least.up + least.preprocess, link.up),
    network: { ms: times.network.median },
    postprocess: of("postprocess", least && least.postprocess + least.down, link.down),
    request: { ms: times.total.median },
  };
}
