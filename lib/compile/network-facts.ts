// What has to be known of a network before an engine is built from it: read in the worker thread.

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { declaredDims, Graph } from "../convert/onnx/graph.js";
import { UnreadableModel } from "../convert/onnx/model-file.js";
import { externalDataFiles } from "../packages/external-data.js";

/** Facts of one network. */
export interface NetworkFacts {
  /** In hexadecimal digits: of weights.onnx, or of it and its external data. */
  readonly sha256: string;
  /** The files whose bytes those are; weights.onnx is the first. */
  readonly files: readonly string[];
  /** It says itself which tensors are 8-bit integers. */
  readonly isQuantized: boolean;
  /** Of its one image input; undefined extents are open, undefined altogether where nothing is said. */
  readonly inputDims: readonly (number | undefined)[] | undefined;
}

const quantizing = ["QuantizeLinear", "DequantizeLinear"];

/** Reads all weights once. */
export async function networkFacts(weightsPath: string): Promise<NetworkFacts> {
  const model = await readFile(weightsPath);
  const external = await externalDataFiles(model, weightsPath);
  const hash = createHash("sha256").update(model);
  for (const file of external) await addFile(hash, file);
  return { sha256: hash.digest("hex"), files: [weightsPath, ...external], ...readGraph(model) };
}

// Behind a line with its length: bytes may not move from one file to the next.
async function addFile(hash: Hash, file: string): Promise<void> {
  let length = 0;
  for await (const piece of createReadStream(file)) {
    hash.update(piece as Buffer);
    length += (piece as Buffer).length;
  }
  hash.update(`\n${length}\n`);
}

function readGraph(model: Uint8Array): Pick<NetworkFacts, "isQuantized" | "inputDims"> {
  try {
    const graph = Graph.read(model);
    const isQuantized = graph.file.nodes.some(({ message }) => quantizing.includes(message.opType));
    return { isQuantized, inputDims: declaredDims(graph.imageInput?.type) };
  } catch (error) {
    // What cannot be read here may still be read by TensorRT, which says more about it.
    if (!(error instanceof UnreadableModel)) throw error;
    return { isQuantized: false, inputDims: undefined };
  }
}
