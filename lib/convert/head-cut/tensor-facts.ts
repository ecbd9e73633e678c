// What can be told of a tensor inside a graph without shape inference.

import { attribute, declaredDims, type Graph, intAttribute } from "../onnx/graph.js";
import { isStandardDomain } from "../onnx/model-file.js";
import type { NodeProto } from "../onnx/schema.js";

const deepest = 64;

// Operators whose output has the element type of their first input.
const keepType = new Set(
  (
    "Add AveragePool BatchNormalization Clip Concat Conv ConvTranspose Div Dropout Elu Gelu GlobalAveragePool " +
    "HardSigmoid HardSwish Identity InstanceNormalization LayerNormalization LeakyRelu Max MaxPool Min Mish Mul " +
    "Pad PRelu Relu Resize Reshape Sigmoid Slice Softplus Sub Sum Tanh Transpose Upsample"
  ).split(" "),
);
// And those that keep channels, element by element.
const keepChannels = new Set(
  "BatchNormalization Cast Clip Dropout Elu Gelu HardSigmoid HardSwish Identity LeakyRelu Relu Sigmoid Tanh".split(
    " ",
  ),
);

function standardProducer(graph: Graph, name: string): NodeProto | undefined {
  const node = graph.producer(name)?.message;
  return node !== undefined && isStandardDomain(node.domain) ? node : undefined;
}

/** ONNX's number of a tensor's element type; undefined where it cannot be told. */
export function elementTypeOf(graph: Graph, tensor: string): number | undefined {
  for (let name = tensor, steps = 0; steps < deepest; steps++) {
    const known = graph.typeOf(name)?.tensorType?.elemType ?? graph.initializer(name)?.message.dataType;
    if (known !== undefined) return known;
    const node = standardProducer(graph, name);
    if (node?.opType === "Cast") return intAttribute(node, "to", 0);
    if (node?.opType === "Constant") return attribute(node, "value")?.t?.dataType;
    if (node === undefined || !keepType.has(node.opType)) return undefined;
    name = node.input[0] ?? "";
  }
  return undefined;
}

/** How many channels a tensor [N, K, h, w] has; undefined where it cannot be told. */
export function channelsOf(graph: Graph, tensor: string): number | undefined {
  for (let name = tensor, steps = 0; steps < deepest; steps++) {
    const declared = declaredDims(graph.typeOf(name))?.[1];
    if (declared !== undefined) return declared;
    const node = standardProducer(graph, name);
    if (node?.opType === "Conv") return firstExtent(graph, node.input[1] ?? "");
    if (node === undefined || !keepChannels.has(node.opType)) return undefined;
    name = node.input[0] ?? "";
  }
  return undefined;
}

function firstExtent(graph: Graph, name: string): number | undefined {
  const constant = standardProducer(graph, name);
  const tensor = graph.initializer(name)?.message ?? (constant && attribute(constant, "value")?.t);
  const [extent] = tensor?.dims ?? [];
  return extent === undefined ? undefined : Number(extent);
}
