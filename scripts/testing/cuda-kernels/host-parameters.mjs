// What the host gives each kernel: name → sizes and alignments of its parameters, from the headers both sides include.
import fs from "node:fs";
import path from "node:path";
import { BUILD, inRoot } from "../../setup/paths.mjs";
import { outputOf } from "../../setup/run-command.mjs";

const PROGRAM = inRoot("test/cuda-kernels/kernel_parameters.cc");

/** `[{ offset, size }]` of parameters one behind another, each at its alignment. */
function placed(parameters) {
  let end = 0;
  return parameters.map(({ size, alignment }) => {
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + size;
    return { offset, size };
  });
}

/**
 * By kernel, compiled from test/cuda-kernels/kernel_parameters.cc.
 *
 * @returns {Promise<Record<string, {offset: number, size: number}[]>>}
 */
export async function hostParameters() {
  const folder = path.join(BUILD, "cuda-kernels");
  fs.mkdirSync(folder, { recursive: true });
  const program = path.join(folder, "kernel-parameters");
  await outputOf("c++", ["-std=c++17", "-Wall", "-Wextra", "-I", inRoot("native"), PROGRAM, "-o", program]);
  const kernels = JSON.parse(await outputOf(program, []));
  return Object.fromEntries(Object.entries(kernels).map(([name, list]) => [name, placed(list)]));
}
