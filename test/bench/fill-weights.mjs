// Completes the bench model: copies its graph and draws the weights that the repository leaves out.
// No dependency and no option; whoever needs a runnable package calls fillWeights(folder).

import { copyFile, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCE = fileURLToPath(new URL("./model/", import.meta.url));
const COPIED = ["weights.onnx", "class_names.txt", "inference_config.json", "model_config.json"];

/** mulberry32: 32 good bits a call from 32 bits of state, in integer arithmetic only. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * Near-normal numbers: the sum of four 16-bit uniforms, centred and scaled. Box-Muller would be
 * exact, but Math.log and Math.cos may differ in the last bit between machines, and two benches
 * are to run the same model.
 */
function drawNormal(length, std, next) {
  const values = new Float32Array(length);
  const scale = (std * Math.sqrt(3)) / 65536;
  for (let i = 0; i < length; i++) {
    const a = next();
    const b = next();
    values[i] = ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070) * scale;
  }
  return values;
}

/**
 * Writes a complete model package into `targetDir`, the same bytes on every little-endian machine.
 *
 * @param {string} targetDir created when missing; files of the same names are overwritten
 * @returns {Promise<{ folder: string, bytes: number }>} the folder and the size of its weights
 */
export async function fillWeights(targetDir) {
  await mkdir(targetDir, { recursive: true });
  await Promise.all(COPIED.map((name) => copyFile(join(SOURCE, name), join(targetDir, name))));
  const { seed, file, tensors } = JSON.parse(await readFile(join(SOURCE, "weights.json"), "utf8"));
  const next = generator(seed);
  const output = await open(join(targetDir, file), "w");
  let bytes = 0;
  try {
    for (const { offset, length, std } of tensors) {
      const values = drawNormal(length / Float32Array.BYTES_PER_ELEMENT, std, next);
      await output.write(new Uint8Array(values.buffer), 0, length, offset);
      bytes = Math.max(bytes, offset + length);
    }
  } finally {
    await output.close();
  }
  return { folder: targetDir, bytes };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (!folder) throw new Error("usage: node test/bench/fill-weights.mjs <folder>");
  console.log(await fillWeights(folder));
}
