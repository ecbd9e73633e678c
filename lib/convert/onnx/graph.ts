// Who makes and who uses each tensor of a model's outermost graph.

import { type ModelFile, type Piece, readModelFile } from "./model-file.js";
import type { AttributeProto, GraphProto, NodeProto, TensorHeader, ValueInfoProto } from "./schema.js";

/** A node with its place in the file. */
export type GraphNode = Piece<NodeProto>;

/** An index over a model's pieces; names are unique in a valid graph, so the last one of a name counts. */
export class Graph {
  readonly #producers = new Map<string, GraphNode>();
  readonly #users = new Map<string, GraphNode[]>();
  readonly #initializers = new Map<string, Piece<TensorHeader>>();
  readonly #types = new Map<string, ValueInfoProto>();

  constructor(readonly file: ModelFile) {
    for (const node of file.nodes) {
      for (const name of node.message.output) if (name !== "") this.#producers.set(name, node);
      for (const name of usedNames(node.message)) {
        const users = this.#users.get(name);
        if (users === undefined) this.#users.set(name, [node]);
        else users.push(node);
      }
    }
    for (const item of file.initializers) this.#initializers.set(item.message.name, item);
    for (const { message } of [...file.valueInfo, ...file.inputs, ...file.outputs]) {
      this.#types.set(message.name, message);
    }
  }

  /** Indexes a serialized model. */
  static read(bytes: Uint8Array): Graph {
    return new Graph(readModelFile(bytes));
  }

  /** The node that makes a tensor. */
  producer(name: string): GraphNode | undefined {
    return this.#producers.get(name);
  }

  /** Nodes that read a tensor, also those that do so inside a subgraph of theirs. */
  users(name: string): readonly GraphNode[] {
    return this.#users.get(name) ?? [];
  }

  initializer(name: string): Piece<TensorHeader> | undefined {
    return this.#initializers.get(name);
  }

  /** What the model says of a tensor's type and shape. */
  typeOf(name: string): ValueInfoProto["type"] {
    return this.#types.get(name)?.type;
  }

  /** The network's images: the one input that is no initializer; undefined where there are more. */
  get imageInput(): ValueInfoProto | undefined {
    const inputs = this.file.inputs.filter(({ message }) => !this.#initializers.has(message.name));
    return inputs.length === 1 ? inputs[0]?.message : undefined;
  }
}

// A subgraph may use names of the graph around it: every name it reads counts, also its own ones.
function usedNames(node: NodeProto): Set<string> {
  const names = new Set(node.input);
  for (const attribute of node.attribute) {
    for (const graph of subgraphs(attribute)) {
      for (const inner of graph.node) for (const name of usedNames(inner)) names.add(name);
      for (const output of graph.output) names.add(output.name);
    }
  }
  names.delete("");
  return names;
}

function subgraphs({ g, graphs }: AttributeProto): GraphProto[] {
  return g === undefined ? graphs : [g, ...graphs];
}

/** A node's attribute by name. */
export function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((item) => item.name === name);
}

const text = new TextDecoder();

/** A text attribute, or the default where the node has none. */
export function textAttribute(node: NodeProto, name: string, fallback: string): string {
  const found = attribute(node, name);
  return found === undefined ? fallback : text.decode(found.s);
}

/** A whole-number attribute, or the default where the node has none. */
export function intAttribute(node: NodeProto, name: string, fallback: number): number {
  const found = attribute(node, name);
  return found === undefined ? fallback : Number(found.i);
}

/** Extents of a tensor by its declaration; undefined where an extent is open or nothing is said. */
export function declaredDims(type: ValueInfoProto["type"]): (number | undefined)[] | undefined {
  return type?.tensorType?.shape?.dim.map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : undefined,
  );
}
