// Cuts the interpolation off a network's end: works out what of the file stays.

import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { declaredDims, Graph, type GraphNode } from "../onnx/graph.js";
import { type Piece, type Span, UnreadableModel } from "../onnx/model-file.js";
import { elementType, type ValueInfoProto, valueInfoSchema } from "../onnx/schema.js";
import { findHead, type Head } from "./find.js";
import { isUncut } from "./interpolation.js";
import { type HeadRecipe, hashRemoved, type Part, removedSpans } from "./recipe.js";

/** Decides about one serialized model. Never throws for what is in it: a model that cannot be read stays uncut. */
export function headRecipe(model: Uint8Array): HeadRecipe {
  try {
    const graph = Graph.read(model);
    const head = findHead(graph);
    return isUncut(head) ? { cut: false, reason: head.reason } : recipeFor(graph, head);
  } catch (error) {
    if (!(error instanceof UnreadableModel)) throw error;
    return { cut: false, reason: `weights.onnx cannot be read to look for its end: ${error.message}` };
  }
}

function recipeFor(graph: Graph, head: Head): HeadRecipe {
  const { bytes } = graph.file;
  const parts = keptParts(graph, head);
  const removed = removedSpans(parts, bytes.length).map(({ start, end }) => bytes.subarray(start, end));
  return {
    cut: true,
    interpolation: head.interpolation,
    output: head.output,
    fileSize: bytes.length,
    parts,
    removedHash: hashRemoved(removed),
  };
}

function keptParts(graph: Graph, head: Head): Part[] {
  const { graph: outer, bytes } = graph.file;
  const removed = [...removedPieces(graph, head)].toSorted((a, b) => a.start - b.start);
  const output = field(graphOutputField, toBinary(valueInfoSchema, newOutput(graph, head)));
  const kept: Span[] = [];
  let position = outer.content.start;
  for (const { start, end } of removed) {
    if (start > position) kept.push({ start: position, end: start });
    position = end;
  }
  if (position < outer.end) kept.push({ start: position, end: outer.end });
  const length = kept.reduce((sum, { start, end }) => sum + end - start, output.length);
  const header = new BinaryWriter().tag(modelGraphField, WireType.LengthDelimited).uint32(length).finish();
  // The order of fields in a message is free: the new output comes first.
  const parts: Part[] = [
    { start: 0, end: outer.start },
    { hex: hex(header) + hex(output) },
    ...kept,
    { start: outer.end, end: bytes.length },
  ];
  return parts.filter((part) => "hex" in part || part.end > part.start);
}

const modelGraphField = 7;
const graphOutputField = 12;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function field(number: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(content).finish();
}

// Everything that served the head only: left behind, ONNX Runtime would warn of it.
function removedPieces(graph: Graph, head: Head): Set<Span> {
  const { outputs, initializers, inputs, valueInfo } = graph.file;
  const nodes = unusedWithout(graph, head);
  const used = (name: string) => name === head.logits || graph.users(name).some((user) => !nodes.has(user));
  const served = new Set([...nodes].flatMap(({ message }) => [...message.input, ...message.output]));
  const gone = (name: string) => served.has(name) && !used(name);
  const named = (piece: Piece<{ readonly name: string }>) => gone(piece.message.name);
  return new Set<Span>([
    ...nodes,
    ...outputs,
    ...initializers.filter(named),
    // Old models list initializers as inputs too.
    ...inputs.filter((piece) => named(piece) && graph.initializer(piece.message.name) !== undefined),
    ...valueInfo.filter((piece) => named(piece) || piece.message.name === head.logits),
  ]);
}

// The head's nodes, and those before them that serve nothing else: constants, computed sizes.
function unusedWithout(graph: Graph, head: Head): Set<GraphNode> {
  const removed = new Set(head.nodes);
  const isUnused = ({ message }: GraphNode) =>
    message.output.every(
      (name) => name !== head.logits && graph.users(name).every((user) => removed.has(user)),
    );
  const waiting = [...head.nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const name of node.message.input) {
      const producer = graph.producer(name);
      if (producer === undefined || removed.has(producer) || !isUnused(producer)) continue;
      removed.add(producer);
      waiting.push(producer);
    }
  }
  return removed;
}

// Batch size and channels are those of the old output; height and width are left to ONNX Runtime, unless
// the model itself says what they are.
function newOutput(graph: Graph, { output, logits }: Head): ValueInfoProto {
  const known = graph.typeOf(logits);
  if (known !== undefined) return create(valueInfoSchema, { name: logits, type: known });
  const old = graph.typeOf(output)?.tensorType?.shape?.dim ?? [];
  const rank = declaredDims(graph.typeOf(output))?.length;
  const shape = rank === 4 ? { dim: [...old.slice(0, 2), {}, {}] } : undefined;
  const tensorType = { elemType: elementType.float32, ...(shape && { shape }) };
  return create(valueInfoSchema, { name: logits, type: { tensorType } });
}
