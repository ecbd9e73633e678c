// What a machine with a GPU is: driver, GPU, JetPack. TensorRT's version is in the report of what it built.
import fs from "node:fs";
import { boardName, gpuFacts } from "../../test/bench/gpu/facts.mjs";
import { probe } from "../setup/run-command.mjs";

const firstLine = (text) => text.trim().split("\n")[0] ?? "";

function fileLine(file) {
  return fs.existsSync(file) ? firstLine(fs.readFileSync(file, "utf8").replaceAll("\0", "")) : null;
}

function commandLine(command, args) {
  try {
    const text = probe(command, args);
    return text === null ? null : firstLine(text);
  } catch {
    return null; // no such command
  }
}

/** Of the real machine, also where doubles answer for its GPU. */
export function systemFacts() {
  return {
    board: boardName() || null,
    kernelModule: fileLine("/proc/driver/nvidia/version"),
    driver: commandLine("nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"]),
    l4t: fileLine("/etc/nv_tegra_release"),
    jetpack: commandLine("dpkg-query", ["--show", "nvidia-jetpack"]),
  };
}

/** The step `environment`. */
export async function environmentStep({ device, doubles }) {
  const system = systemFacts();
  const gpu = await gpuFacts(Number(device.slice(5)), doubles ? 1 : 64);
  if (gpu.problem === undefined) {
    const message = `${gpu.name}, compute capability ${gpu.capability}, driver for CUDA ${gpu.driver}`;
    return { status: "passed", message, gpu, system };
  }
  const status = gpu.cannotProbe ? "skipped" : "failed";
  return { status, message: gpu.problem, gpu, system };
}
