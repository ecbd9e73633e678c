// A minimal writer of ONNX files, so that tests can make networks with any logits at test time.

import { BinaryWriter } from "@bufbuild/protobuf/wire";

export type ElementType = "float32" | "float16" | "int64" | "float64" | "int32";

/** Numbers of ONNX's TensorProto.DataType. */
const elementTypes: Record<ElementType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
};

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Little-endian values. */
  readonly bytes: Uint8Array;
  /** Stored as a list of numbers (float_data, int64_data) instead of as bytes. */
  readonly listed?: boolean;
  /** Name of the file that holds the bytes instead. */
  readonly external?: string;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A string names an open dimension. */
  readonly dims: readonly (number | string)[];
}

/** A number or a list of them is whole; `float` and `floats` are not. */
export type OnnxAttribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: string;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Types of tensors inside. */
  readonly valueInfo?: readonly OnnxValue[];
}

/** A protobuf message field by field: numbers are varints. */
type Field = readonly [number: number, value: number | string | Uint8Array | Message | Fixed32];

/** Four bytes without a length. */
class Fixed32 {
  constructor(readonly bytes: Uint8Array) {}
}

class Message {
  constructor(readonly fields: readonly Field[]) {}

  finish(): Uint8Array {
    const writer = new BinaryWriter();
    for (const [number, value] of this.fields) {
      if (typeof value === "number") writer.tag(number, 0).int64(value);
      else if (typeof value === "string") writer.tag(number, 2).string(value);
      else if (value instanceof Fixed32) writer.tag(number, 5).raw(value.bytes);
      else writer.tag(number, 2).bytes(value instanceof Message ? value.finish() : value);
    }
    return writer.finish();
  }
}

const message = (...fields: Field[]) => new Message(fields);

/** Numbers as packed fields hold them. */
function packedValues({ type, bytes }: OnnxTensor): Field {
  if (type === "float32") return [4, bytes];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const writer = new BinaryWriter();
  for (let offset = 0; offset < bytes.byteLength; offset += 8) writer.int64(view.getBigInt64(offset, true));
  return [7, writer.finish()];
}

function contents(tensor: OnnxTensor): Field[] {
  const { external, listed, bytes } = tensor;
  if (external !== undefined)
    return [
      [13, message([1, "location"], [2, external])],
      [14, 1],
    ];
  return [listed ? packedValues(tensor) : [9, bytes]];
}

function tensor(item: OnnxTensor): Message {
  const shape = item.dims.map((dim): Field => [1, dim]);
  return message(...shape, [2, elementTypes[item.type]], [8, item.name], ...contents(item));
}

function value({ name, type, dims }: OnnxValue): Message {
  const shape = dims.map((dim): Field => [1, message([typeof dim === "number" ? 1 : 2, dim])]);
  const tensorType = message([1, elementTypes[type]], [2, message(...shape)]);
  return message([1, name], [2, message([1, tensorType])]);
}

function float32(number: number): Uint8Array {
  return new Uint8Array(Float32Array.of(number).buffer);
}

/** Fields of the content, and ONNX's number of the attribute's type. */
function content(given: OnnxAttribute): [fields: Field[], type: number] {
  if (typeof given === "number") return [[[3, given]], 2];
  if (typeof given === "string") return [[[4, given]], 3];
  if ("float" in given) return [[[2, new Fixed32(float32(given.float))]], 1];
  if ("floats" in given) return [[[7, new Uint8Array(Float32Array.from(given.floats).buffer)]], 6];
  if ("tensor" in given) return [[[5, tensor(given.tensor)]], 4];
  if ("graph" in given) return [[[6, graphMessage(given.graph)]], 5];
  return [given.map((item): Field => [8, item]), 7];
}

function attribute(name: string, given: OnnxAttribute): Message {
  const [fields, type] = content(given);
  return message([1, name], ...fields, [20, type]);
}

function node({ op, inputs, outputs, attributes = {}, domain }: OnnxNode): Message {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...Object.entries(attributes).map(([name, given]): Field => [5, attribute(name, given)]),
    ...(domain === undefined ? [] : [[7, domain] as Field]),
  );
}

function graphMessage(graph: OnnxGraph): Message {
  return message(
    ...graph.nodes.map((item): Field => [1, node(item)]),
    [2, "test"],
    ...graph.initializers.map((item): Field => [5, tensor(item)]),
    ...graph.inputs.map((item): Field => [11, value(item)]),
    ...graph.outputs.map((item): Field => [12, value(item)]),
    ...(graph.valueInfo ?? []).map((item): Field => [13, value(item)]),
  );
}

/** The file of a graph: IR version 8. */
export function writeOnnx(graph: OnnxGraph, opset = 11): Uint8Array {
  return message([1, 8], [8, message([1, ""], [2, opset])], [7, graphMessage(graph)]).finish();
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

/** An int64 tensor of one axis. */
export function integers(name: string, data: readonly number[]): OnnxTensor {
  const bytes = new Uint8Array(BigInt64Array.from(data.map(BigInt)).buffer);
  return { name, type: "int64", dims: [data.length], bytes };
}
