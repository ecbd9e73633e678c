// A serialized ONNX model as a list of pieces that know where they lie in the file, so that it can be edited
// by leaving pieces out: weights are never decoded nor copied.

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import {
  type FunctionProto,
  functionSchema,
  type NodeProto,
  nodeSchema,
  operatorSetSchema,
  type TensorHeader,
  type TensorProto,
  tensorHeaderSchema,
  tensorSchema,
  type ValueInfoProto,
  valueInfoSchema,
} from "./schema.js";

/** Bytes `[start, end)` of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A decoded field: its span, tag included, and the span of its content. */
export interface Piece<T> extends Span {
  readonly message: T;
  readonly content: Span;
}

/** A model, read. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  /** The field that holds the graph; its length changes when pieces of the graph go. */
  readonly graph: Piece<undefined>;
  readonly nodes: readonly Piece<NodeProto>[];
  readonly initializers: readonly Piece<TensorHeader>[];
  readonly inputs: readonly Piece<ValueInfoProto>[];
  readonly outputs: readonly Piece<ValueInfoProto>[];
  readonly valueInfo: readonly Piece<ValueInfoProto>[];
  /** Version of the standard operators; 0 where the model names none. */
  readonly opset: number;
  readonly functions: readonly FunctionProto[];
}

/** A model that is damaged, or written in a way that cannot be edited by pieces. */
export class UnreadableModel extends Error {}

interface RawField extends Span {
  readonly number: number;
  readonly content: Span;
}

// Length-delimited fields of the message in `span`; the others hold nothing that is looked for.
function lengthDelimited(bytes: Uint8Array, span: Span): RawField[] {
  const reader = new BinaryReader(bytes.subarray(0, span.end));
  reader.pos = span.start;
  const found: RawField[] = [];
  while (reader.pos < span.end) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      continue;
    }
    const length = reader.uint32();
    const content = { start: reader.pos, end: reader.pos + length };
    if (content.end > span.end) throw new UnreadableModel("a field reaches beyond its message");
    reader.pos = content.end;
    found.push({ number, start, end: content.end, content });
  }
  return found;
}

function decode<D extends DescMessage>(
  bytes: Uint8Array,
  schema: D,
  fields: readonly RawField[],
  number: number,
): Piece<MessageShape<D>>[] {
  return fields
    .filter((field) => field.number === number)
    .map(({ start, end, content }) => ({
      start,
      end,
      content,
      message: fromBinary(schema, bytes.subarray(content.start, content.end), { readUnknownFields: false }),
    }));
}

const modelField = { graph: 7, opsetImport: 8, functions: 25 } as const;
const graphField = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;

/**
 * Reads a serialized model. Contents of tensors are views of `bytes`.
 * @throws UnreadableModel
 */
export function readModelFile(bytes: Uint8Array): ModelFile {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof UnreadableModel) throw error;
    throw new UnreadableModel((error as Error).message, { cause: error });
  }
}

function read(bytes: Uint8Array): ModelFile {
  const model = lengthDelimited(bytes, { start: 0, end: bytes.length });
  const graphs = model.filter(({ number }) => number === modelField.graph);
  const [graph] = graphs;
  // Protobuf joins a message that is given in pieces; no ONNX writer does that.
  if (graph === undefined || graphs.length > 1) {
    throw new UnreadableModel(`it holds ${graphs.length} graphs instead of one`);
  }
  const inner = lengthDelimited(bytes, graph.content);
  const opsets = decode(bytes, operatorSetSchema, model, modelField.opsetImport);
  const standard = opsets.find(({ message }) => isStandardDomain(message.domain));
  return {
    bytes,
    graph: { ...graph, message: undefined },
    nodes: decode(bytes, nodeSchema, inner, graphField.node),
    initializers: decode(bytes, tensorHeaderSchema, inner, graphField.initializer),
    inputs: decode(bytes, valueInfoSchema, inner, graphField.input),
    outputs: decode(bytes, valueInfoSchema, inner, graphField.output),
    valueInfo: decode(bytes, valueInfoSchema, inner, graphField.valueInfo),
    opset: Number(standard?.message.version ?? 0),
    functions: decode(bytes, functionSchema, model, modelField.functions).map(({ message }) => message),
  };
}

/** Whether a domain is that of the standard operators, which has two names. */
export function isStandardDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

/** An initializer with its values. */
export function readTensor(file: ModelFile, { content }: Piece<TensorHeader>): TensorProto {
  return fromBinary(tensorSchema, file.bytes.subarray(content.start, content.end));
}
