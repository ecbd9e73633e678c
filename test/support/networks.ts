// Networks that tests make for themselves: fixed logits, a small real one, a slow one.

import { floats, type OnnxGraph, type OnnxNode, type OnnxTensor, writeOnnx } from "./onnx-writer.js";
import { Random } from "./random.js";

export interface NetworkShape {
  /** A string leaves the dimension open. */
  readonly batch: number | string;
  readonly height: number | string;
  readonly width: number | string;
}

export interface FixedLogits {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[channels, height, width]` */
  readonly data: Float32Array;
}

const imageInput = (shape: NetworkShape) =>
  ({ name: "images", type: "float32", dims: [shape.batch, 3, shape.height, shape.width] }) as const;

/**
 * A network that answers every image with the same logits: the sum of the input times zero, plus a stored tensor.
 * With `half`, a last Cast makes the output float16.
 */
export function fixedLogitsNetwork(shape: NetworkShape, logits: FixedLogits, half = false): Uint8Array {
  const { channels, height, width, data } = logits;
  const last = half ? "full" : "logits";
  const nodes: OnnxNode[] = [
    { op: "ReduceSum", inputs: ["images"], outputs: ["sum"], attributes: { axes: [1, 2, 3], keepdims: 1 } },
    { op: "Mul", inputs: ["sum", "zero"], outputs: ["nothing"] },
    { op: "Add", inputs: ["nothing", "stored"], outputs: [last] },
  ];
  if (half) nodes.push({ op: "Cast", inputs: [last], outputs: ["logits"], attributes: { to: 10 } });
  return writeOnnx({
    nodes,
    initializers: [
      floats("zero", [1], Float32Array.of(0)),
      floats("stored", [1, channels, height, width], data),
    ],
    inputs: [imageInput(shape)],
    outputs: [
      { name: "logits", type: half ? "float16" : "float32", dims: [shape.batch, channels, height, width] },
    ],
  });
}

interface ConvolutionChain {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
}

/** `widths[i]` to `widths[i + 1]` channels by random convolutions of this kernel size; the last one's output is "logits". */
function convolutions(widths: readonly number[], kernel: number, seed: number): ConvolutionChain {
  const random = new Random(seed);
  const chain: ConvolutionChain = { nodes: [], initializers: [] };
  for (let i = 0; i + 1 < widths.length; i++) {
    const [from = 0, to = 0] = widths.slice(i, i + 2);
    const bound = Math.sqrt(3 / (from * kernel * kernel));
    const weights = random.floats(to * from * kernel * kernel, -bound, bound);
    chain.initializers.push(floats(`weights${i}`, [to, from, kernel, kernel], weights));
    chain.nodes.push({
      op: "Conv",
      inputs: [i === 0 ? "images" : `layer${i - 1}`, `weights${i}`],
      outputs: [i + 2 === widths.length ? "logits" : `layer${i}`],
      attributes: { kernel_shape: [kernel, kernel], pads: Array(4).fill((kernel - 1) / 2) },
    });
  }
  return chain;
}

function convolutionNetwork(
  shape: NetworkShape,
  widths: readonly number[],
  kernel: number,
  seed: number,
): Uint8Array {
  const graph: OnnxGraph = {
    ...convolutions(widths, kernel, seed),
    inputs: [imageInput(shape)],
    outputs: [
      { name: "logits", type: "float32", dims: [shape.batch, widths.at(-1) ?? 0, shape.height, shape.width] },
    ],
  };
  return writeOnnx(graph);
}

/** A quick network whose logits depend on the picture: one 1×1 convolution to `channels`. */
export function pixelNetwork(shape: NetworkShape, channels: number, seed = 1): Uint8Array {
  return convolutionNetwork(shape, [3, channels], 1, seed);
}

/** A network that keeps a core busy: `layers` 3×3 convolutions of 32 channels. */
export function slowNetwork(shape: NetworkShape, channels: number, layers: number): Uint8Array {
  return convolutionNetwork(shape, [3, ...Array<number>(layers).fill(32), channels], 3, 2);
}
