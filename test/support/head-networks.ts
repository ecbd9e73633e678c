// Networks that end in an interpolation: one convolution to `features`, then a Resize or Upsample to `logits`.

import type { NetworkShape } from "./networks.js";
import {
  floats,
  integers,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  writeOnnx,
} from "./onnx-writer.js";
import { Random } from "./random.js";

/** The end of a network: nodes from `features` to `logits`, and their constants. */
export interface Ending {
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly OnnxTensor[];
  readonly valueInfo?: OnnxGraph["valueInfo"];
}

export interface HeadNetwork {
  readonly input: NetworkShape;
  readonly channels: number;
  /** Edge and stride of the convolution: features are this much smaller than the input. @default 1 */
  readonly shrink?: number;
  readonly opset: number;
  readonly seed?: number;
  /** Spread of the logits. @default 4 */
  readonly spread?: number;
}

/** The whole graph. */
export function headGraph(network: HeadNetwork, ending: Ending): OnnxGraph {
  const { input, channels, shrink = 1, seed = 1, spread = 4 } = network;
  const weights = new Random(seed).floats(channels * 3 * shrink * shrink, -spread, spread);
  return {
    nodes: [
      {
        op: "Conv",
        inputs: ["images", "weights"],
        outputs: ["features"],
        attributes: { kernel_shape: [shrink, shrink], strides: [shrink, shrink] },
      },
      ...ending.nodes,
    ],
    initializers: [floats("weights", [channels, 3, shrink, shrink], weights), ...(ending.initializers ?? [])],
    inputs: [{ name: "images", type: "float32", dims: [input.batch, 3, input.height, input.width] }],
    outputs: [{ name: "logits", type: "float32", dims: [input.batch, channels, "h", "w"] }],
    ...(ending.valueInfo && { valueInfo: ending.valueInfo }),
  };
}

/** The file. */
export function headNetwork(network: HeadNetwork, ending: Ending): Uint8Array {
  return writeOnnx(headGraph(network, ending), network.opset);
}

export interface ResizeSpec {
  readonly opset: number;
  /** One of the two, as lists of four. */
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** What is enlarged, and the result. @default features and logits */
  readonly from?: string;
  readonly to?: string;
}

const linear = { mode: "linear" };

/** A linear interpolation as each opset writes it: Upsample up to 9, Resize with one or three more inputs after. */
export function resize(spec: ResizeSpec): Ending {
  const { opset, scales, sizes, attributes = linear, from = "features", to = "logits" } = spec;
  const outputs = [to];
  if (opset < 9) {
    const all = { ...attributes, scales: { floats: scales ?? [] } };
    return { nodes: [{ op: "Upsample", inputs: [from], outputs, attributes: all }] };
  }
  const op = opset < 10 ? "Upsample" : "Resize";
  const initializers = [
    ...(scales === undefined ? [] : [floats("scales", [scales.length], Float32Array.from(scales))]),
    ...(sizes === undefined ? [] : [integers("sizes", sizes)]),
  ];
  // Before opset 13 the inputs in the middle could not be left out: an empty list stands for none.
  const early = opset < 13;
  const empty = early && opset > 10 ? [floats("none", [0], new Float32Array(0))] : [];
  const none = early ? "none" : "";
  const inputs =
    opset < 11
      ? [from, "scales"]
      : [from, none, scales === undefined ? none : "scales", ...(sizes === undefined ? [] : ["sizes"])];
  return { nodes: [{ op, inputs, outputs, attributes }], initializers: [...initializers, ...empty] };
}
