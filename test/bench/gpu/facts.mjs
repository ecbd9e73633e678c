// The GPU that is measured: what the driver says of it, what its memory and its link carry, and how that is known.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { runApart, wholeOutput } from "../../../scripts/gpu/run-apart.mjs";
import { inRoot } from "../../../scripts/setup/paths.mjs";
import { cmakeBuild, plainTree } from "../../../scripts/testing/native-tests.mjs";
import { gpuNamed, linkOf } from "./gpus.mjs";

const PROBE = "deeplab_gpu_facts";

/** What a Jetson's firmware calls the board; empty elsewhere. */
export function boardName(file = "/proc/device-tree/model") {
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\0", "").trim() : "";
}

/**
 * What the driver states and what copies of pinned memory measure (test/native/bench/gpu_facts.cc), or `{ problem }`.
 * It needs a compiler and the sources: `cannotProbe` where they are not here.
 */
export async function gpuFacts(ordinal, mebibytes = 64) {
  if (!existsSync(inRoot("test/native/bench/gpu_facts.cc"))) {
    return { problem: "the sources of the probe are not here", cannotProbe: true };
  }
  const tree = plainTree();
  const problem = await cmakeBuild(tree, {}, PROBE);
  if (problem !== null) {
    return { problem: `${PROBE} does not compile:\n${problem}`, cannotProbe: true };
  }
  const driver = process.env.DEEPLAB_RT_CUDA || "libcuda.so.1";
  const ended = await runApart(path.join(tree, PROBE), [driver, ordinal, mebibytes].map(String));
  if (ended.code !== 0) return { problem: wholeOutput(ended) };
  return { ...JSON.parse(ended.stdout), board: boardName() };
}

function memoryOf({ isIntegrated, statedMemory }, known, option) {
  if (option !== undefined) return { gbPerSecond: option, from: "option --memory-bandwidth" };
  // What an integrated GPU states as its memory's clock is another.
  if (!isIntegrated && statedMemory > 0) {
    return { gbPerSecond: statedMemory, from: "the driver: memory clock × bus width × 2" };
  }
  if (known !== null) return { gbPerSecond: known.memory, from: known.source };
  return { gbPerSecond: null, from: "unknown: say it by --memory-bandwidth" };
}

function linkFrom({ isIntegrated, measured }, known) {
  if (isIntegrated) return { up: null, down: null, from: "none: the host's memory is the GPU's" };
  if (measured?.up > 0 && measured?.down > 0) {
    return { up: measured.up, down: measured.down, from: "copies of pinned memory, measured just now" };
  }
  if (known !== null) return { ...linkOf(known), from: known.source };
  return { up: null, down: null, from: "unknown" };
}

/**
 * GB/s of memory and link, and how they are known.
 * @param {number} [option] what the caller says of the memory
 */
export function bandwidthOf(facts, option) {
  if (facts.problem !== undefined && option === undefined) {
    return { memory: { gbPerSecond: null, from: facts.problem }, link: { up: null, down: null, from: "" } };
  }
  const known = facts.name === undefined ? null : gpuNamed(facts.name, facts.totalMemory, facts.board);
  return { memory: memoryOf(facts, known, option), link: linkFrom(facts, known) };
}
