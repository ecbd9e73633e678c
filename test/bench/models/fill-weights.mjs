// Completes a model of the benchmark: unpacks its graph and draws the weights that the repository leaves out.
// The graphs and the sizes come from scripts/bench-model/export.py.
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { writePackage } from "./package-files.mjs";

const SOURCE = fileURLToPath(new URL(".", import.meta.url));
const WEIGHTS = "weights.bin";

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

async function drawWeights(file, { seed, tensors }) {
  const next = generator(seed);
  const output = await fs.open(file, "w");
  try {
    for (const { offset, length, std } of tensors) {
      const values = drawNormal(length / Float32Array.BYTES_PER_ELEMENT, std, next);
      await output.write(new Uint8Array(values.buffer), 0, length, offset);
    }
  } finally {
    await output.close();
  }
}

/** What is known of a model without running it: `{ encoder, classes, inputSize, parameters, bytes }`. */
export async function modelFacts(name) {
  const { tensors, seed, ...facts } = JSON.parse(
    await fs.readFile(path.join(SOURCE, name, "weights.json"), "utf8"),
  );
  return { ...facts, bytes: Math.max(...tensors.map(({ offset, length }) => offset + length)) };
}

/**
 * Writes a complete model package into `target`, the same bytes on every little-endian machine. Does nothing where
 * an earlier call did it.
 *
 * @param {string} name a folder beside this file, such as `mobilenet_v2-21`
 * @param {string} target created when missing; files of the same names are overwritten
 * @param {object} [input] what `network_input` of its inference_config.json says otherwise
 */
export async function fillWeights(name, target, input = {}) {
  const [packed, description] = await Promise.all(
    ["graph.onnx.gz", "weights.json"].map((file) => fs.readFile(path.join(SOURCE, name, file))),
  );
  const sources = [packed, description, JSON.stringify(input)];
  const stamp = sources.reduce((hash, source) => hash.update(source), createHash("sha256")).digest("hex");
  const stampFile = path.join(target, "filled.txt");
  if ((await fs.readFile(stampFile, "utf8").catch(() => "")) === stamp) return;
  await fs.mkdir(target, { recursive: true });
  const model = JSON.parse(description.toString("utf8"));
  await fs.writeFile(path.join(target, "weights.onnx"), gunzipSync(packed));
  await drawWeights(path.join(target, WEIGHTS), model);
  await writePackage(target, { name, ...model, input });
  await fs.writeFile(stampFile, stamp);
}
