// A minimal writer of ONNX files, so that tests can make networks with any logits at test time.

import { BinaryWriter } from "@bufbuild/protobuf/wire";

export type ElementType = "float32" | "float16" | "int64";

/** Numbers of ONNX's TensorProto.DataType. */
const elementTypes: Record<ElementType, number> = { float32: 1, float16: 10, int64: 7 };

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Little-endian values. */
  readonly bytes: Uint8Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A string names an open dimension. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, or lists of integers. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** A protobuf message field by field: numbers are varints. */
type Field = readonly [number: number, value: number | string | Uint8Array | Message];

class Message {
  constructor(readonly fields: readonly Field[]) {}

  finish(): Uint8Array {
    const writer = new BinaryWriter();
    for (const [number, value] of this.fields) {
      if (typeof value === "number") writer.tag(number, 0).int64(value);
      else if (typeof value === "string") writer.tag(number, 2).string(value);
      else writer.tag(number, 2).bytes(value instanceof Message ? value.finish() : value);
    }
    return writer.finish();
  }
}

const message = (...fields: Field[]) => new Message(fields);

function tensor({ name, type, dims, bytes }: OnnxTensor): Message {
  const shape = dims.map((dim): Field => [1, dim]);
  return message(...shape, [2, elementTypes[type]], [8, name], [9, bytes]);
}

function value({ name, type, dims }: OnnxValue): Message {
  const shape = dims.map((dim): Field => [1, message([typeof dim === "number" ? 1 : 2, dim])]);
  const tensorType = message([1, elementTypes[type]], [2, message(...shape)]);
  return message([1, name], [2, message([1, tensorType])]);
}

/** INT is attribute type 2, INTS is 7. */
function attribute(name: string, content: number | readonly number[]): Message {
  if (typeof content === "number") return message([1, name], [3, content], [20, 2]);
  return message([1, name], ...content.map((item): Field => [8, item]), [20, 7]);
}

function node({ op, inputs, outputs, attributes = {} }: OnnxNode): Message {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...Object.entries(attributes).map(([name, content]): Field => [5, attribute(name, content)]),
  );
}

/** The file of a graph: opset 11, IR version 8. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const body = message(
    ...graph.nodes.map((item): Field => [1, node(item)]),
    [2, "test"],
    ...graph.initializers.map((item): Field => [5, tensor(item)]),
    ...graph.inputs.map((item): Field => [11, value(item)]),
    ...graph.outputs.map((item): Field => [12, value(item)]),
  );
  return message([1, 8], [8, message([1, ""], [2, 11])], [7, body]).finish();
}

/** A float32 initializer. */
export function floats(name: string, dims: readonly number[], data: Float32Array): OnnxTensor {
  return {
    name,
    type: "float32",
    dims,
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
