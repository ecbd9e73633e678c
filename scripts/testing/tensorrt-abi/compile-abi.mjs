// Compiles a program of test/tensorrt-abi with TensorRT's true headers and ours, and runs it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRoot } from "../../setup/paths.mjs";
import { outputOf } from "../../setup/run-command.mjs";
import { tensorrtHeaders } from "../../tensorrt/headers.mjs";

const OPTIONS = [
  "-std=c++17",
  "-Wall",
  "-Wextra",
  "-Wno-deprecated-declarations",
  // Both sides' types are used on the same objects here, which only separate libraries may do.
  "-fno-strict-aliasing",
];

/**
 * What the program prints.
 *
 * @param {string} program its name, without .cc
 * @param {string} [native] the folder that our declarations are taken from
 */
export async function runAbiProgram(program, native = inRoot("native")) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tensorrt-abi-"));
  try {
    const executable = path.join(folder, program);
    const vendors = (await tensorrtHeaders()).flatMap((include) => ["-isystem", include]);
    const source = inRoot("test/tensorrt-abi", `${program}.cc`);
    await outputOf("c++", [...OPTIONS, ...vendors, "-I", native, source, "-o", executable]);
    return await outputOf(executable, []);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * One thing that both declare: `own` and `vendor` are slots, values, sizes or offsets, by `kind`.
 *
 * @typedef {{kind: string, owner: string, name: string, own: number, vendor: number, sameType: boolean}} Row
 *
 * @param {string} [native]
 * @returns {Promise<Row[]>}
 */
export async function abiReport(native) {
  return JSON.parse(await runAbiProgram("report", native));
}
