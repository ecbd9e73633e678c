// The machine and the versions that a report is about.
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";

const require = createRequire(import.meta.url);
const NOTABLE = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd"];

/** Instruction sets of note, where the system says. */
function instructionSets() {
  try {
    const [, flags] = /^(?:flags|Features)\s*:\s*(.+)$/m.exec(fs.readFileSync("/proc/cpuinfo", "utf8"));
    return NOTABLE.filter((name) => flags.split(" ").includes(name));
  } catch {
    return [];
  }
}

export function describeMachine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    instructionSets: instructionSets(),
    node: process.versions.node,
    onnxruntime: require("onnxruntime-node/package.json").version,
    sharp: require("sharp").versions.sharp,
  };
}

/** One line of it. */
export function machineLine(machine) {
  const { cpu, cores, memoryGiB, system, instructionSets: sets, node, onnxruntime } = machine;
  const named = sets.length > 0 ? ` (${sets.join(", ")})` : "";
  return `${cpu}${named}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node}, ONNX Runtime ${onnxruntime}`;
}
