// Looks for a linear interpolation at a network's end: the nodes from the tensor it enlarges to the output.

import { type Graph, type GraphNode, intAttribute } from "../onnx/graph.js";
import { isStandardDomain } from "../onnx/model-file.js";
import { elementType } from "../onnx/schema.js";
import { type Interpolation, isUncut, readInterpolation, type Uncut, uncut } from "./interpolation.js";
import { elementTypeOf } from "./tensor-facts.js";

/** Where to cut. */
export interface Head {
  readonly interpolation: Interpolation;
  /** The network's output. */
  readonly output: string;
  /** What becomes the output instead: the tensor that is interpolated. */
  readonly logits: string;
  /** From the interpolation to the output. */
  readonly nodes: readonly GraphNode[];
}

const firstOpset = 7;
const interpolations = ["Resize", "Upsample"];
const passive = ["Identity", "Cast"];

/** Finds the head of a network, or says why there is none to cut. */
export function findHead(graph: Graph): Head | Uncut {
  const { outputs, opset, functions } = graph.file;
  const output = outputs[0]?.message.name;
  if (output === undefined || outputs.length > 1) return uncut(`the network has ${outputs.length} outputs`);
  if (opset < firstOpset) return uncut(`the network uses operators of version ${opset}`);
  if (functions.some(({ domain }) => isStandardDomain(domain)))
    return uncut("the network redefines standard operators");
  const nodes = walkBack(graph, output);
  if (isUncut(nodes)) return nodes;
  const [resize] = nodes;
  const logits = resize?.message.input[0] ?? "";
  if (resize === undefined || graph.producer(logits) === undefined)
    return uncut("the network's last interpolation enlarges no result of the network");
  const interpolation = readInterpolation(graph, resize.message);
  if (isUncut(interpolation)) return interpolation;
  const rounding = roundingLost(graph, output, logits, nodes);
  return rounding === undefined ? { interpolation, output, logits, nodes } : uncut(rounding);
}

// From the output back over nodes that change no value, to an interpolation. First in the list comes the
// interpolation.
function walkBack(graph: Graph, output: string): GraphNode[] | Uncut {
  const nodes: GraphNode[] = [];
  for (let name = output; ; name = nodes[0]?.message.input[0] ?? "") {
    const node = graph.producer(name);
    if (node === undefined || nodes.includes(node)) return uncut("no node makes the network's output");
    const shared = sharedBy(graph, name, nodes[0]);
    if (shared !== undefined) return uncut(`the network's last interpolation also feeds ${shared}`);
    nodes.unshift(node);
    const { opType, domain } = node.message;
    const name_ = isStandardDomain(domain) ? opType : `${domain}.${opType}`;
    if (interpolations.includes(name_)) return nodes;
    if (!passive.includes(name_)) return uncut(`the network ends in ${name_}, not in an interpolation`);
  }
}

function sharedBy(graph: Graph, name: string, next: GraphNode | undefined): string | undefined {
  const other = graph.users(name).find((user) => user !== next);
  return other && `the node ${other.message.name || other.message.output[0]} (${other.message.opType})`;
}

// The interpolation's results are float32 and stay so: else they were rounded where ours are not.
function roundingLost(
  graph: Graph,
  output: string,
  logits: string,
  nodes: readonly GraphNode[],
): string | undefined {
  const casts = nodes.filter(({ message }) => message.opType === "Cast");
  const narrow = casts.some(({ message }) => intAttribute(message, "to", 0) !== elementType.float32);
  if (narrow) return "the network's last interpolation is followed by a Cast that rounds";
  // Without casts, the interpolation's type is the output's.
  const type = elementTypeOf(graph, casts.length === 0 ? output : logits);
  if (type === elementType.float32) return undefined;
  return type === elementType.float16
    ? "the network's last interpolation rounds to float16"
    : "the network's last interpolation does not work in float32";
}
